"""Rows into files: formats, choice of rows and columns, slices."""

import csv
import gzip
import json
from hashlib import sha256

import pytest

from understudy.domain.storage_errors import ObjectNotFoundError, StorageValidationError, TransferFailedError
from understudy.providers.storage.protocol import storage_pb2 as pb

COLUMNS = [("id", "INTEGER", False), ("name", "VARCHAR", True), ("price", "DOUBLE", True)]
ROWS = '1,"a, ""b""\nc",1.5\n2,"",\n3,NA,-1\n'


@pytest.fixture
def table(bench):
    made = bench.table("t", COLUMNS, key=["id"])
    bench.write("in.csv", ROWS)
    bench.load(
        made,
        "in.csv",
        number_of_ignored_lines=0,
        import_as_null=["NA"],
        convert_empty_values_to_null_on_columns=["price"],
    )
    return made


def export(bench, table, file_name="out.csv", *, path="", parquet=False, **options):
    return bench.run(
        pb.TableExportToFileCommand(
            source=table,
            file_format=pb.PARQUET if parquet else pb.CSV,
            file_path=pb.FilePath(root=str(bench.folder), path=path, file_name=file_name),
            export_options=pb.ExportOptions(**options),
        )
    )


def test_null_is_nothing_and_an_empty_text_two_enclosures(bench, table):
    done = export(bench, table, path="a/b", order_by=[pb.OrderBy(column="id")])
    text = (bench.folder / "a/b/out.csv").read_text()
    assert text == 'id,name,price\n1,"a, ""b""\nc",1.5\n2,"",\n3,,-1.0\n'
    assert (done.rows, list(done.files), done.table.rows) == (3, ["a/b/out.csv"], 3)
    assert [path.name for path in (bench.folder / "a/b").iterdir()] == ["out.csv"], "nothing else stays there"


def test_columns_order_filters_and_limit(bench, table):
    export(
        bench,
        table,
        columns=["price", "id"],
        order_by=[pb.OrderBy(column="id", order=pb.OrderBy.DESC)],
        where_filters=[pb.Filter(column="id", operator=pb.Filter.GE, values=["1"], data_type=pb.INTEGER)],
        limit=2,
    )
    assert (bench.folder / "out.csv").read_text() == "price,id\n-1.0,3\n,2\n"


def test_filters_hold_values_that_are_hostile(bench, table):
    hostile = "x' OR '1'='1"
    done = export(bench, table, where_filters=[pb.Filter(column="name", values=[hostile, 'a, "b"\nc'])])
    assert done.rows == 1


def test_a_file_that_is_there_is_replaced_whole(bench, table):
    bench.write("out.csv", "old" * 1000)
    export(bench, table, limit=1, order_by=[pb.OrderBy(column="id")])
    assert (bench.folder / "out.csv").read_text() == 'id,name,price\n1,"a, ""b""\nc",1.5\n'


def test_gzip(bench, table):
    export(bench, table, "out.csv.gz", compressed=True, order_by=[pb.OrderBy(column="id")])
    assert gzip.decompress((bench.folder / "out.csv.gz").read_bytes()).startswith(b"id,name,price\n1,")


def test_what_was_exported_comes_back_as_it_was(bench, table):
    export(bench, table, "out.parquet", parquet=True)
    other = bench.table("other", COLUMNS)
    bench.load(other, "out.parquet", columns=[], parquet=True)
    assert bench.rows(other) == bench.rows(table)


def big(bench, rows=60_000):
    table = bench.table("big", [("id", "INTEGER", False), ("text", "VARCHAR", True)])
    bench.write("big.csv", "".join(f"{one},{sha256(b'%d' % one).hexdigest()}\n" for one in range(rows)))
    bench.load(table, "big.csv", columns=["id", "text"], number_of_ignored_lines=0)
    return table


@pytest.mark.parametrize(("parquet", "compressed"), [(False, False), (False, True), (True, False)])
def test_slices_and_their_manifest_come_back_as_they_were(bench, parquet, compressed):
    table = big(bench, rows=260_000 if parquet else 60_000)  # a row group of 122,880 rows is never cut
    name = "s.parquet" if parquet else "s.csv.gz" if compressed else "s.csv"
    done = export(bench, table, name, path="out", parquet=parquet, compressed=compressed, slice_bytes=500_000)
    *slices, manifest = done.files
    assert manifest == f"out/{name}.manifest"
    assert len(slices) > 1
    assert sorted(path.name for path in (bench.folder / "out").iterdir()) == sorted(
        one.removeprefix("out/") for one in done.files
    )
    entries = json.loads((bench.folder / manifest).read_text())["entries"]
    assert len(entries) == len(slices)
    other = bench.table("other", [("id", "INTEGER", False), ("text", "VARCHAR", True)])
    bench.load(
        other,
        f"{name}.manifest",
        path="out",
        columns=[],
        parquet=parquet,
        csv={
            "source_type": pb.CsvOptions.SLICED_FILE,
            "compression": pb.CsvOptions.GZIP if compressed else pb.CsvOptions.NONE,
        },
    )
    assert bench.rows(other) == bench.rows(table)


def test_slices_keep_the_order_that_is_asked_for(bench):
    table = big(bench)
    done = export(
        bench,
        table,
        "s.csv",
        slice_bytes=500_000,
        order_by=[pb.OrderBy(column="id", order=pb.OrderBy.DESC, data_type=pb.INTEGER)],
    )
    found = []
    for name in done.files[:-1]:
        with (bench.folder / name).open(newline="") as file:
            found += [int(row["id"]) for row in csv.DictReader(file)]
    assert found == sorted(found, reverse=True)
    assert len(found) == 60_000


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"columns": ["gone"]}, ObjectNotFoundError),
        ({"columns": ["id", "ID"]}, StorageValidationError),
        ({"limit": -1}, StorageValidationError),
        ({"slice_bytes": -1}, StorageValidationError),
        ({"file_name": ""}, TransferFailedError),
        ({"file_name": "../out.csv"}, TransferFailedError),
        ({"path": "/etc"}, TransferFailedError),
        ({"path": "a/../../b"}, TransferFailedError),
        ({"file_name": "a\0b"}, TransferFailedError),
    ],
)
def test_what_cannot_be_exported_writes_nothing(bench, table, change, kind):
    before = sorted(bench.folder.rglob("*"))
    with pytest.raises(kind):
        export(bench, table, **change)
    assert sorted(bench.folder.rglob("*")) == before


def test_a_failing_query_leaves_no_file(bench):
    table = bench.table("bad", [("id", "VARCHAR", True)])
    bench.write("in.csv", "1\nx\n")
    bench.load(table, "in.csv", columns=["id"], number_of_ignored_lines=0)
    before = sorted(bench.folder.rglob("*"))
    view = pb.CreateViewCommand(path=["b"], view_name="v", source=table, columns=["id"])
    bench.run(view)
    bench.run(pb.DropTableCommand(path=["b"], table_name="bad"))
    with pytest.raises(ObjectNotFoundError):
        export(bench, pb.ObjectRef(path=["b"], name="v"))
    assert sorted(bench.folder.rglob("*")) == before
