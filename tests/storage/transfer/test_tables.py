"""Rows of one table into another, views and clones of it, and loads into workspaces."""

import pytest

from understudy.domain.storage_errors import (
    ObjectExistsError,
    ObjectNotFoundError,
    StorageValidationError,
    TransferFailedError,
    UnsupportedCommandError,
)
from understudy.providers.storage.protocol import storage_pb2 as pb

OPTIONS = pb.ImportOptions
COLUMNS = [("id", "INTEGER", False), ("name", "VARCHAR", True), ("_timestamp", "TIMESTAMP", True)]
Mapping = pb.TableImportFromTableCommand.ColumnMapping


@pytest.fixture
def source(bench):
    table = bench.table("source", COLUMNS, key=["id"])
    bench.write("in.csv", '1,a\n2,""\n3,NA\n')
    bench.load(
        table,
        "in.csv",
        columns=["id", "name"],
        number_of_ignored_lines=0,
        import_as_null=["NA"],
        timestamp_column="_timestamp",
    )
    return table


def copy(bench, source, name="copy", *, path="b", kind=pb.TableImportFromTableCommand, options=None, **rest):
    options = {"import_strategy": OPTIONS.USER_DEFINED_TABLE} | (options or {})
    return bench.run(
        kind(
            source=source,
            destination=pb.ObjectRef(path=[path], name=name),
            import_options=OPTIONS(**options),
            **rest,
        )
    )


def test_a_destination_that_is_not_there_is_made_as_the_source_is(bench, source):
    done = copy(bench, source, options={"dedup_columns_names": ["id"], "timestamp_column": "_timestamp"})
    rows = bench.rows(pb.ObjectRef(name="copy"))
    assert [row[:2] for row in rows] == [(1, "a"), (2, ""), (3, None)]
    assert len({row[2] for row in rows}) == 1
    assert (done.imported_rows, list(done.imported_columns)) == (3, ["id", "name"])
    info = bench.run(pb.ObjectInfoCommand(path=["b"], name="copy", expected_kind=pb.TABLE)).table
    assert list(info.primary_key) == ["id"]


def test_mapping_filters_and_limit(bench, source):
    copy(
        bench,
        source,
        column_mappings=[Mapping(source="name", destination="who"), Mapping(source="id", destination="number")],
        where_filters=[pb.Filter(column="id", operator=pb.Filter.GE, values=["2"], data_type=pb.INTEGER)],
        limit=1,
    )
    rows = bench.rows(pb.ObjectRef(name="copy"))
    assert len(rows) == 1
    assert rows[0] in {("", 2), (None, 3)}


def test_only_what_changed_lately(bench, source):
    assert copy(bench, source, changed_in_last_seconds=3600).imported_rows == 3
    bench.sql("""UPDATE b.source SET "_timestamp" = TIMESTAMP '2001-01-01' WHERE id < 3""")
    assert copy(bench, source, changed_in_last_seconds=3600).imported_rows == 1


def test_values_are_converted_and_words_made_null(bench, source):
    table = bench.table("copy", [("id", "VARCHAR", True), ("name", "VARCHAR", True)])
    copy(
        bench,
        source,
        options={
            "import_strategy": OPTIONS.STRING_TABLE,
            "convert_empty_values_to_null_on_columns": ["name"],
            "import_as_null": ["a"],
        },
        column_mappings=[Mapping(source="id", destination="id"), Mapping(source="name", destination="name")],
    )
    assert bench.rows(table) == [("1", None), ("2", None), ("3", None)]


def test_a_value_that_is_no_number_leaves_all_as_it_was(bench, source):
    table = bench.table("copy", [("n", "INTEGER", True)])
    with pytest.raises(TransferFailedError) as caught:
        copy(bench, source, column_mappings=[Mapping(source="name", destination="n")])
    assert caught.value.code == 4202
    assert bench.rows(table) == []


def test_incremental_by_key(bench, source):
    other = bench.table("copy", COLUMNS, key=["id"])
    bench.write("other.csv", "2,old\n9,kept\n")
    bench.load(other, "other.csv", columns=["id", "name"], number_of_ignored_lines=0)
    copy(
        bench,
        source,
        options={
            "import_type": OPTIONS.INCREMENTAL,
            "dedup_columns_names": ["id"],
            "timestamp_column": "_timestamp",
        },
    )
    rows = bench.rows(other)
    assert [row[:2] for row in rows] == [(1, "a"), (2, ""), (3, None), (9, "kept")]
    assert [row[2] is None for row in rows] == [False, False, False, True]


def test_replace_makes_the_table_anew(bench, source):
    bench.table("copy", [("other", "DATE", True)])
    copy(bench, source, options={"create_mode": OPTIONS.REPLACE})
    assert len(bench.rows(pb.ObjectRef(name="copy"))[0]) == 3


def test_a_replacement_that_fails_leaves_the_old_table(bench, source):
    bench.table("copy", [("other", "DATE", True)])
    with pytest.raises(TransferFailedError):
        copy(
            bench,
            source,
            options={"create_mode": OPTIONS.REPLACE, "dedup_columns_names": ["name"]},
            column_mappings=[Mapping(source="name", destination="name"), Mapping(source="id", destination="id")],
        )
    info = bench.run(pb.ObjectInfoCommand(path=["b"], name="copy", expected_kind=pb.TABLE)).table
    assert [column.name for column in info.columns] == ["other"]


def test_a_view_shows_the_source_as_it_is(bench, source):
    mapping = [Mapping(source="id", destination="Number"), Mapping(source="name", destination='a "name"')]
    filters = [pb.Filter(column="name", operator=pb.Filter.NE, values=["o'clock"])]
    options = {"import_type": OPTIONS.VIEW}
    copy(bench, source, options=options, column_mappings=mapping, where_filters=filters)
    assert bench.rows(pb.ObjectRef(name="copy")) == [(1, "a"), (2, "")]
    with pytest.raises(ObjectExistsError):
        copy(bench, source, options=options)
    copy(bench, source, options={**options, "create_mode": OPTIONS.REPLACE})
    assert len(bench.rows(pb.ObjectRef(name="copy"))) == 3
    with pytest.raises(ObjectExistsError, match="is a view"):
        copy(bench, source)


def test_a_clone_is_refused_where_the_backend_has_none(bench, source):
    with pytest.raises(UnsupportedCommandError):
        copy(bench, source, options={"import_type": OPTIONS.CLONE})
    assert bench.objects() == {"source"}


def test_a_load_into_a_workspace(bench, source):
    workspace = bench.run(
        pb.CreateWorkspaceCommand(stack_prefix="x", project_id="1", workspace_id="7", is_default_branch=True)
    ).workspace_object_name
    done = copy(bench, source, "loaded", path=workspace, kind=pb.LoadTableToWorkspaceCommand)
    assert done.imported_rows == done.table_rows == 3


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"name": "source"}, StorageValidationError, 3000),
        ({"limit": -1}, StorageValidationError, 3000),
        ({"changed_in_last_seconds": -1}, StorageValidationError, 3000),
        ({"path": "nowhere"}, ObjectNotFoundError, 2003),
        ({"column_mappings": [Mapping(source="gone")]}, TransferFailedError, 4100),
        (
            {"column_mappings": [Mapping(source="id"), Mapping(source="name", destination="ID")]},
            TransferFailedError,
            4101,
        ),
        ({"options": {"import_type": OPTIONS.VIEW, "import_as_null": ["x"]}}, StorageValidationError, 3000),
    ],
)
def test_what_is_refused_makes_nothing(bench, source, change, kind, code):
    with pytest.raises(kind) as caught:
        copy(bench, source, **change)
    assert caught.value.code == code
    assert bench.objects() == {"source"}


def test_a_source_that_is_not_there(bench, source):
    source.name = "gone"
    with pytest.raises(ObjectNotFoundError) as caught:
        copy(bench, source)
    assert caught.value.code == 2004
