"""A vendor's way: a loader that only fills staging tables with text, and statements that every engine understands."""

import dataclasses
from csv import reader
from io import StringIO

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import TransferFailedError
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.loading import Loader
from understudy.providers.storage.sql.merging import Merging

OPTIONS = pb.ImportOptions


class TextLoader(Loader):
    """Reads through the folder, and inserts text row by row."""

    def load(self, session, source, staging, columns):
        for entry in source.files:
            file = source.folder.open(entry)
            text = file.read_at(0, entry.size).decode()
            file.close()
            holes = ", ".join("?" for _ in columns)
            for row in list(reader(StringIO(text)))[source.csv.ignored_lines :]:
                session.execute(f"INSERT INTO {session.sql.render(session.sql.table(staging))} VALUES ({holes})", row)


class Vendor(DuckDbBackend):
    loader = TextLoader()
    merging_type = Merging


@pytest.fixture
def backend(tmp_path):
    return Vendor(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path / "files"),)))


COLUMNS = [
    ("id", "INTEGER", False),
    ("name", "VARCHAR", True),
    ("price", "DOUBLE", True),
    ("_timestamp", "TIMESTAMP", True),
]


def load(bench, table, content, **options):
    bench.write("in.csv", content)
    options = {"timestamp_column": "_timestamp", "convert_empty_values_to_null_on_columns": ["price"]} | options
    return bench.load(table, "in.csv", number_of_ignored_lines=0, **options)


@pytest.mark.parametrize("key", [["id"], []])
def test_text_becomes_values_on_the_way_from_staging(bench, key):
    table = bench.table("t", COLUMNS, key=key)
    done = load(bench, table, "1,a,1.5\n2,NA,\n", import_as_null=["NA"])
    assert [row[:3] for row in bench.rows(table)] == [(1, "a", 1.5), (2, None, None)]
    assert done.imported_rows == 2
    assert bench.objects() == {"t"}


def test_keys_are_compared_as_values_and_not_as_text(bench):
    table = bench.table("t", COLUMNS, key=["id"])
    load(bench, table, "1,a,1\n2,b,2\n")
    before = {row[0]: row[3] for row in bench.rows(table)}
    by_key = {"import_type": OPTIONS.INCREMENTAL, "dedup_columns_names": ["id"]}
    load(bench, table, "01,A,1\n02,b,2.0\n003,c,3\n3,c,3\n", **by_key)
    rows = bench.rows(table)
    assert [row[:3] for row in rows] == [(1, "A", 1.0), (2, "b", 2.0), (3, "c", 3.0)]
    assert {row[0] for row in rows if row[3] != before.get(row[0])} == {1, 3}
    assert bench.objects() == {"t"}


@pytest.mark.parametrize("options", [{}, {"import_type": OPTIONS.INCREMENTAL, "dedup_columns_names": ["id"]}])
def test_a_value_that_does_not_fit_leaves_all_as_it_was(bench, options):
    table = bench.table("t", COLUMNS, key=["id"])
    load(bench, table, "1,a,1\n")
    before = bench.rows(table)
    with pytest.raises(TransferFailedError) as caught:
        load(bench, table, "1,b,2\n2,b,dear\n", **options)
    assert caught.value.code == 4202
    assert bench.rows(table) == before
    assert bench.objects() == {"t"}


@pytest.mark.parametrize("content", ["5,x,1\n05,y,1\n", "1,x,1\n"])
def test_duplicates_are_refused(bench, content):
    table = bench.table("t", COLUMNS, key=["id"])
    load(bench, table, "1,a,1\n")
    with pytest.raises(TransferFailedError) as caught:
        load(
            bench,
            table,
            content,
            import_type=OPTIONS.INCREMENTAL,
            dedup_columns_names=["id"],
            dedup_type=OPTIONS.FAIL_ON_DUPLICATES,
        )
    assert caught.value.code == 4000
    assert [row[:3] for row in bench.rows(table)] == [(1, "a", 1.0)]
    assert bench.objects() == {"t"}


def test_tables_into_tables(bench):
    table = bench.table("t", COLUMNS, key=["id"])
    load(bench, table, "1,a,1\n2,b,2\n")
    options = {"import_strategy": OPTIONS.USER_DEFINED_TABLE, "dedup_columns_names": ["id"]}
    for kind in (OPTIONS.FULL, OPTIONS.INCREMENTAL):
        bench.run(
            pb.TableImportFromTableCommand(
                source=table,
                destination=pb.ObjectRef(path=["b"], name="copy"),
                import_options=OPTIONS(import_type=kind, **options),
            )
        )
    assert bench.rows(pb.ObjectRef(name="copy")) == bench.rows(table)
    assert bench.objects() == {"t", "copy"}


class WithoutRollback(Vendor):
    """An engine whose DDL no transaction takes back."""

    capabilities = dataclasses.replace(Vendor.capabilities, ddl_in_transactions=False)


@pytest.fixture
def lasting(tmp_path, bench):
    """The bench on such an engine."""
    backend = WithoutRollback(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path / "files"),)))
    driver = backend.create_driver_client()
    made = dataclasses.replace(bench, backend=backend, driver=driver)
    made.run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
    yield made
    driver.close()


def test_a_replacement_takes_the_old_tables_place_when_it_is_whole(lasting):
    table = lasting.table("t", COLUMNS)
    load(lasting, table, "1,a,1\n")
    load(lasting, table, "2,b,2\n", create_mode=OPTIONS.REPLACE, convert_empty_values_to_null_on_columns=[])
    assert [row[:3] for row in lasting.rows(table)] == [("2", "b", "2")]
    assert lasting.objects() == {"t"}


@pytest.mark.parametrize(
    "parts",
    [
        {"columns": ["id", "name", "price", "more"]},
        {"dedup_columns_names": ["id"], "dedup_type": OPTIONS.FAIL_ON_DUPLICATES},
    ],
)
def test_a_replacement_that_fails_leaves_the_old_table_and_nothing_else(lasting, parts):
    table = lasting.table("t", COLUMNS)
    load(lasting, table, "1,a,1\n")
    options = {"create_mode": OPTIONS.REPLACE, "convert_empty_values_to_null_on_columns": [], **parts}
    with pytest.raises(StorageError):
        load(lasting, table, "1,b,2\n1,c,2\n", **options)
    assert [row[:3] for row in lasting.rows(table)] == [(1, "a", 1.0)]
    assert lasting.objects() == {"t"}
