"""Tables on the reference backend: made, copied, renamed, dropped."""

import pytest

from understudy.providers.storage.protocol import storage_pb2 as pb


def column(name, kind, *, length="", nullable=True, default=None):
    return pb.TableColumn(
        name=name,
        type=kind,
        length=length,
        nullable=nullable,
        default_value=default or "",
        has_default=default is not None,
    )


DEFAULTS = [
    ("VARCHAR", "", "it's"),
    ("VARCHAR", "", ""),
    ("VARCHAR", "", "2024-01-01"),
    ("INTEGER", "", "-7"),
    ("DECIMAL", "10,2", "1.50"),
    ("BOOLEAN", "", "true"),
    ("DATE", "", "2024-01-31"),
    ("TIMESTAMP", "", "2024-01-31 10:00:00"),
]


@pytest.mark.parametrize(("kind", "length", "default"), DEFAULTS)
def test_a_table_tells_its_columns_as_they_were_created(tables, kind, length, default):
    """The default is the literal's text, not the engine's expression."""
    made = tables.create("t", column("c", kind, length=length, nullable=False, default=default), key=["c"])
    (found,) = made.columns
    assert (found.name, found.type, found.length, found.nullable) == ("c", kind, length, False)
    assert (found.has_default, found.default_value) == (True, default)
    assert list(made.primary_key) == ["c"]
    assert (made.rows, made.name, list(made.path)[-1]) == (0, "t", tables.path[-1])


def test_a_default_is_what_a_row_without_the_value_gets(tables):
    tables.create("t", column("a", "INTEGER"), column("b", "DECIMAL", length="10,2", default="1.5"))
    tables.run(pb.AddColumnCommand(path=tables.path, table_name="t", column=column("c", "VARCHAR", default="it's")))
    tables.fill("t", (1, None, "x"))
    tables.run(pb.AddColumnCommand(path=tables.path, table_name="t", column=column("d", "INTEGER", default="7")))
    assert tables.rows("t") == [("1", None, "x", "7")]


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ([], []),
        ([("", "INTEGER")], []),
        ([("a", "")], []),
        ([("a", "NO SUCH TYPE (")], []),
        ([("a", "INTEGER"), ("A", "INTEGER")], []),
        ([("a", "INTEGER")], ["b"]),
        ([("a", "INTEGER")], ["a", "A"]),
        ([("a\0", "INTEGER")], []),
    ],
)
def test_a_table_that_cannot_be_is_refused_before_anything_is_touched(tables, columns, key):
    asked = [column(*one) for one in columns]
    command = pb.CreateTableCommand(path=tables.path, table_name="t", columns=asked, primary_key=key)
    tables.fails(command, 3000)
    tables.fails(pb.DropTableCommand(path=tables.path, table_name="t"), 2004)


@pytest.mark.parametrize(("kind", "default"), [("INTEGER", "x"), ("BOOLEAN", "maybe"), ("DATE", "31.1."), ("DATE", "")])
def test_a_default_that_is_no_value_of_the_type_is_refused(tables, kind, default):
    columns = [column("a", kind, default=default)]
    tables.fails(pb.CreateTableCommand(path=tables.path, table_name="t", columns=columns), 3000)


def test_table_metadata_that_the_backend_does_not_know_is_refused(tables):
    command = pb.CreateTableCommand(path=tables.path, table_name="t", columns=[column("a", "INTEGER")])
    command.meta.update({"partition": "a"})
    assert "partition" in tables.fails(command, 3000).reason


def test_names_are_one_where_only_the_case_of_ascii_letters_differs(tables):
    """As the engine has it: it keeps the case of a name and ignores it when it looks one up."""
    tables.create("Orders", ("Id", "INTEGER"))
    tables.fails(pb.CreateTableCommand(path=tables.path, table_name="oRDERS", columns=[column("a", "INTEGER")]), 2006)
    tables.create("Ä", ("a", "INTEGER"))
    tables.create("ä", ("a", "INTEGER"))
    tables.fill("orders", (1,))
    assert tables.rows("ORDERS", columns=["ID"]) == [("1",)]
    assert tables.preview("ORDERS", columns=["ID"]).columns[0].name == "Id"
    tables.run(pb.DropTableCommand(path=tables.path, table_name="ORDERS"))
    tables.fails(pb.PreviewTableCommand(path=tables.path, table_name="Orders"), 2004)


def test_a_table_in_a_schema_that_is_not_there(tables):
    command = pb.CreateTableCommand(path=["nowhere"], table_name="t", columns=[column("a", "INTEGER")])
    tables.fails(command, 2003)


def test_a_copy_has_columns_defaults_key_and_rows_and_is_its_own(tables):
    tables.create("t", column("a", "INTEGER"), column("b", "DECIMAL", length="9,3", default="-0.5"), key=["a"])
    tables.fill("t", (1, 2), (2, None))
    made = tables.run(pb.CopyTableCommand(source=tables.ref("t"), destination=tables.ref("u"))).table
    assert [(one.name, one.type, one.length, one.default_value) for one in made.columns] == [
        ("a", "INTEGER", "", ""),
        ("b", "DECIMAL", "9,3", "-0.5"),
    ]
    assert (list(made.primary_key), made.rows) == (["a"], 2)
    tables.run(pb.DeleteTableRowsCommand(path=tables.path, table_name="u"))
    assert len(tables.rows("t")) == 2


def test_a_default_that_others_made_is_copied_as_the_expression_that_it_is(tables):
    tables.create("t", ("a", "INTEGER"))
    tables.behind("ALTER TABLE {} ADD COLUMN b VARCHAR DEFAULT (upper('x') || 'y')", "t")
    made = tables.run(pb.CopyTableCommand(source=tables.ref("t"), destination=tables.ref("u"))).table
    assert "upper" in made.columns[1].default_value.lower()


def test_a_clone_is_refused_where_the_engine_has_none(tables):
    tables.create("t", ("a", "INTEGER"))
    tables.fails(pb.CopyTableCommand(source=tables.ref("t"), destination=tables.ref("u"), clone=True), 900)
    tables.fails(pb.PreviewTableCommand(path=tables.path, table_name="u"), 2004)


def test_time_travel_is_refused_where_the_engine_keeps_no_past(tables):
    tables.create("t", ("a", "INTEGER"))
    command = pb.CreateTableFromTimeTravelCommand(
        source=tables.ref("t"), destination=tables.ref("u"), timestamp=1_700_000_000
    )
    tables.fails(command, 900)


def test_a_renamed_table_keeps_rows_and_key(tables):
    tables.create("t", ("a", "INTEGER"), key=["a"])
    tables.create("taken", ("a", "INTEGER"))
    tables.fill("t", (1,))
    tables.fails(pb.RenameTableCommand(source=tables.ref("t"), new_name="TAKEN"), 2006)
    made = tables.run(pb.RenameTableCommand(source=tables.ref("t"), new_name="T")).table
    assert (made.name, made.rows, list(made.primary_key)) == ("T", 1, ["a"])
    made = tables.run(pb.RenameTableCommand(source=tables.ref("t"), new_name='u".v')).table
    assert (made.name, made.rows, list(made.primary_key)) == ('u".v', 1, ["a"])
    tables.fails(pb.RenameTableCommand(source=tables.ref("t"), new_name="x"), 2004)


def test_dropping_is_told_whether_it_may_find_nothing(tables):
    tables.fails(pb.DropTableCommand(path=tables.path, table_name="t"), 2004)
    tables.run(pb.DropTableCommand(path=tables.path, table_name="t", ignore_if_not_exists=True))


def test_a_view_shows_chosen_columns_and_rows_and_outlives_new_columns(tables):
    tables.create("t", ("a", "INTEGER"), ("b", "VARCHAR"))
    tables.fill("t", (1, "it's"), (2, "x"), (3, "it's"))
    tables.run(
        pb.CreateViewCommand(
            path=tables.path,
            view_name="v",
            source=tables.ref("t"),
            columns=["B", "a"],
            where_filters=[
                pb.Filter(column="b", values=["it's"]),
                pb.Filter(column="a", operator=pb.Filter.GT, values=["1"], data_type=pb.INTEGER),
            ],
        )
    )
    tables.run(pb.CreateViewCommand(path=tables.path, view_name="all", source=tables.ref("t")))
    tables.run(pb.AddColumnCommand(path=tables.path, table_name="t", column=column("c", "INTEGER")))
    assert tables.rows("v") == [("it's", "3")]
    assert tables.rows("all", limit=1) == [("1", "it's")]
    tables.fails(pb.CreateViewCommand(path=tables.path, view_name="V", source=tables.ref("t")), 2006)
    tables.fails(pb.CreateViewCommand(path=tables.path, view_name="w", source=tables.ref("nothing")), 2004)
    tables.fails(pb.AddColumnCommand(path=tables.path, table_name="v", column=column("d", "INTEGER")), 2004)
    tables.run(pb.DropTableCommand(path=tables.path, table_name="v"))
    tables.fails(pb.PreviewTableCommand(path=tables.path, table_name="v"), 2004)
