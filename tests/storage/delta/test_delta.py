"""What Delta tables keep beyond the contracts: one commit for each command, past versions, pushed filters."""

import json
import os

import pytest
import sqlglot
from deltalake.exceptions import CommitFailedError
from sqlglot import exp

from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.delta.backend import DeltaBackend
from understudy.providers.storage.delta.places import Place, folder_name, name_of_folder
from understudy.providers.storage.delta.pushing import conjuncts, pushed
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage import StorageStage

TYPED = pb.ImportOptions.USER_DEFINED_TABLE


@pytest.fixture
def lake(tmp_path):
    backend = DeltaBackend(DeltaSettings(location=str(tmp_path / "lake"), file_roots=(str(tmp_path),)))
    driver = backend.create_driver_client()
    stage = StorageStage(driver=driver, path=["b"], insert=lambda name, rows: None)
    stage.run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
    yield stage
    driver.close()


@pytest.fixture
def load(lake, tmp_path):
    """Imports CSV text into a table."""

    def load(table, text, **options):
        (tmp_path / "in.csv").write_text(text)
        return lake.run(
            pb.TableImportFromFileCommand(
                file_path=pb.FilePath(root=str(tmp_path), file_name="in.csv"),
                destination=lake.ref(table),
                import_options=pb.ImportOptions(**{"import_strategy": TYPED, "number_of_ignored_lines": 1} | options),
            )
        )

    return load


def versions(tmp_path, table):
    return len(list((tmp_path / "lake" / "b" / table / "_delta_log").glob("*.json")))


def test_a_whole_import_is_one_version(lake, load, tmp_path):
    lake.create("t")
    assert load("t", "id,name,price\n1,a,1\n2,b,2\n").imported_rows == 2
    assert versions(tmp_path, "t") == 2
    assert load("t", "id,name,price\n3,c,3\n").table_rows == 1
    assert versions(tmp_path, "t") == 3


def test_rows_that_are_added_are_counted(lake, load):
    lake.create("t")
    load("t", "id,name,price\n1,a,1\n")
    done = load("t", "id,name,price\n2,b,2\n3,c,3\n", import_type=pb.ImportOptions.INCREMENTAL)
    assert (done.imported_rows, done.table_rows) == (2, 3)
    assert done.table_bytes > 0


def test_an_import_by_the_tables_own_key_is_one_version(lake, load, tmp_path):
    lake.create("t", key=["id"])
    by_key = {"import_type": pb.ImportOptions.INCREMENTAL, "dedup_columns_names": ["id"]}
    load("t", "id,name,price\n1,old,1\n9,kept,9\n")
    load("t", "id,name,price\n1,older,1\n1,new,1\n2,added,2\n", **by_key)
    assert versions(tmp_path, "t") == 3
    assert sorted(lake.rows("t", columns=["id", "name"])) == [("1", "new"), ("2", "added"), ("9", "kept")]
    info = lake.run(pb.ObjectInfoCommand(path=["b"], name="t", expected_kind=pb.TABLE)).table
    assert list(info.primary_key) == ["id"]


def test_a_table_that_is_replaced_is_the_old_one_until_the_rows_are_there(lake, load, tmp_path):
    lake.create("t")
    load("t", "id,name,price\n1,a,1\n")
    replace = {"create_mode": pb.ImportOptions.REPLACE, "import_strategy": pb.ImportOptions.STRING_TABLE}
    with pytest.raises(StorageError):
        load("t", 'other\n"not closed\n', **replace)
    assert lake.rows("t") == [("1", "a", "1.00")]
    before = versions(tmp_path, "t")
    load("t", "other,more\nx,y\n", **replace)
    assert lake.rows("t") == [("x", "y")]
    assert versions(tmp_path, "t") == before + 1


def test_what_a_table_was_becomes_a_table(lake, load, tmp_path):
    lake.create("t", key=["id"])
    load("t", "id,name,price\n1,a,1\n")
    log = tmp_path / "lake" / "b" / "t" / "_delta_log"
    for number, file in enumerate(sorted(log.glob("*.json"))):
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        for line in lines:
            if "commitInfo" in line:
                line["commitInfo"]["timestamp"] = (1000 + 1000 * number) * 1000
                line["commitInfo"].pop("inCommitTimestamp", None)
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for number, file in enumerate(sorted(log.glob("*.json"))):
        os.utime(file, (1000 + 1000 * number,) * 2)
    load("t", "id,name,price\n2,b,2\n")
    command = pb.CreateTableFromTimeTravelCommand(source=lake.ref("t"), destination=lake.ref("was"), timestamp=2500)
    made = lake.run(command).table
    assert (made.rows, list(made.primary_key)) == (1, ["id"])
    assert lake.rows("was") == [("1", "a", "1.00")]
    command.destination.name, command.timestamp = "before", 1500
    assert lake.run(command).table.rows == 0


def test_partitions_are_folders_and_stay_in_copies(lake, load, tmp_path):
    columns = [lake.column("id", "INTEGER"), lake.column("day", "DATE"), lake.column("text", "VARCHAR")]
    create = pb.CreateTableCommand(path=["b"], table_name="t", columns=columns)
    create.meta.update({"partition_by": ["day"]})
    lake.run(create)
    load("t", "id,day,text\n1,2024-01-01,a\n2,2024-01-02,b\n")
    lake.run(pb.CopyTableCommand(source=lake.ref("t"), destination=lake.ref("copy")))
    for table in ("t", "copy"):
        assert sorted(each.name for each in (tmp_path / "lake/b" / table).glob("day=*")) == [
            "day=2024-01-01",
            "day=2024-01-02",
        ]
        assert sorted(lake.rows(table)) == [("1", "2024-01-01", "a"), ("2", "2024-01-02", "b")]
    create.table_name = "wrong"
    create.meta.update({"partition_by": ["gone"]})
    lake.refused(create, StorageCode.VALIDATION)


def test_a_default_is_put_where_a_source_has_no_such_column(lake, load):
    columns = [lake.column("id", "INTEGER"), lake.column("kind", "VARCHAR", default="it's new")]
    lake.run(pb.CreateTableCommand(path=["b"], table_name="t", columns=columns))
    load("t", "id\n1\n")
    by_key = {"import_type": pb.ImportOptions.INCREMENTAL, "dedup_columns_names": ["id"]}
    load("t", "id\n1\n2\n", **by_key)
    assert sorted(lake.rows("t")) == [("1", "it's new"), ("2", "it's new")]


def test_a_column_that_is_added_is_null_in_old_rows(lake, load):
    lake.create("t")
    load("t", "id,name,price\n1,a,1\n")
    lake.run(pb.AddColumnCommand(path=["b"], table_name="t", column=lake.column("more", "BIGINT")))
    assert lake.rows("t") == [("1", "a", "1.00", None)]


def test_a_commit_that_comes_too_late_says_that_it_may_be_tried_again(lake, load, tmp_path):
    lake.create("t")
    load("t", "id,name,price\n1,a,1\n")
    other = DeltaBackend(DeltaSettings(location=str(tmp_path / "lake")))
    late = other.connect(StorageCredentials())
    late.committed(Place("b", "t"))
    lake.run(pb.DeleteTableRowsCommand(path=["b"], table_name="t"))
    with pytest.raises(CommitFailedError) as caught:
        late.execute('DELETE FROM "b/t" WHERE "id" = 1')
    fault = other.translate(caught.value)
    assert (fault.code, fault.retryable) == (StorageCode.QUERY_FAILED, True)
    late.close()
    other.close()


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ([pb.Filter(column="name", values=["it's"])], ["1", "3"]),
        ([pb.Filter(column="id", operator=pb.Filter.GE, values=["2"], data_type=pb.BIGINT)], ["1"]),
        ([pb.Filter(column="price", operator=pb.Filter.LT, values=["2"], data_type=pb.DECIMAL)], ["2", "3"]),
        ([pb.Filter(column="name", operator=pb.Filter.NE, values=["it's"])], ["2", "3"]),
    ],
)
def test_rows_are_deleted_as_every_backend_deletes_them(lake, load, filters, left):
    """By delta-rs where it means the same, else by the engine: a row whose value is NULL is never meant."""
    lake.create("t")
    load(
        "t",
        "id,name,price\n1,a,1\n2,it's,2\n3,,\n",
        convert_empty_values_to_null_on_columns=["name", "price"],
    )
    answer = lake.run(pb.DeleteTableRowsCommand(path=["b"], table_name="t", where_filters=filters))
    assert answer.deleted_rows == 3 - len(left)
    assert sorted(row[0] for row in lake.rows("t")) == left


def test_a_query_names_tables_by_their_buckets_and_only_reads(lake, load):
    lake.create("T")
    lake.create("t")
    load("T", "id,name,price\n1,big,1\n")
    load("t", "id,name,price\n1,small,1\n")

    def ask(query, **options):
        return lake.run(pb.ExecuteQueryCommand(query=query, **options))

    joined = ask("SELECT a.name, x.name FROM b.T AS a JOIN t AS x ON a.id = x.id", path_restriction=["b"])
    assert [list(column.values) for column in joined.columns] == [["big"], ["small"]]
    common = ask("WITH t AS (SELECT 7 AS n) SELECT n FROM t", path_restriction=["b"])
    assert list(common.columns[0].values) == ["7"]
    assert ask("SELECT * FROM b.gone").code == StorageCode.TABLE_NOT_FOUND
    for query in ("DROP TABLE b.t", "DELETE FROM b.t", "COPY b.t TO 'x.csv'", "CREATE SCHEMA x"):
        assert ask(query).code == StorageCode.QUERY_INVALID
    assert lake.rows("t") == [("1", "small", "1.00")]


@pytest.mark.parametrize("name", ["a/b", "..", "~41", "Ünï 🦆", "a'b\"c", "%2e", "A", "-", "=x", "_x"])
def test_hostile_names_are_folders_that_give_them_back(lake, name, tmp_path):
    lake.run(pb.CreateBucketCommand(bucket_id=name, is_default_branch=True))
    create = pb.CreateTableCommand(path=[name], table_name=name, columns=[lake.column("a", "VARCHAR")])
    lake.run(create)
    assert [one.name for one in lake.run(pb.ObjectInfoCommand(path=[name])).objects] == [name]
    assert name in lake.run(pb.ListSchemasCommand()).schemas
    assert lake.run(pb.PreviewTableCommand(path=[name], table_name=name)).row_count == 0
    assert (tmp_path / "lake" / folder_name(name) / folder_name(name) / "_delta_log").is_dir()
    assert name_of_folder(folder_name(name)) == name
    lake.run(pb.DropBucketCommand(bucket_object_name=name, is_cascade=True))
    assert lake.run(pb.ListSchemasCommand()).schemas == ["b"]


def test_columns_that_differ_only_in_case_are_refused(lake):
    columns = [lake.column("a", "VARCHAR"), lake.column("A", "VARCHAR")]
    lake.refused(pb.CreateTableCommand(path=["b"], table_name="t", columns=columns), StorageCode.VALIDATION)


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("\"name\" = 'it''s'", "\"name\" = 'it''s'"),
        ("\"id\" IN (CAST('1' AS INT), CAST('2' AS INT))", '"id" IN (1, 2)'),
        ("NOT \"id\" IN (CAST('1' AS INT), CAST('2' AS INT))", 'NOT ("id" IN (1, 2))'),
        ("\"id\" >= CAST('7' AS BIGINT)", '"id" >= 7'),
        ("\"price\" > CAST('1' AS DECIMAL(1, 0))", None),
        ("CAST(\"id\" AS TEXT) = '1'", None),
        ('"id" = 1 OR "id" = 2', None),
        ('"id" IN (SELECT 1)', None),
    ],
)
def test_delta_rs_is_told_what_means_the_same_there(condition, told):
    types = {"id": "integer", "name": "string", "price": "decimal(10,2)"}
    tree = sqlglot.parse_one(condition, dialect="duckdb")
    assert [pushed(one, types) for one in conjuncts(tree)] == [told]
    assert next(iter(conjuncts(exp.and_(tree, tree)))).sql() == tree.unnest().sql()
