"""CSV files into tables: formats, columns, NULLs, timestamps."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from understudy.domain.storage_errors import StorageValidationError, TransferFailedError
from understudy.providers.storage.protocol import storage_pb2 as pb

SMALL = 'id,name,price\n1,"a, b",1.5\n2,"say ""hi""",2\n'


def test_a_file_becomes_the_rows_of_a_table(bench):
    table = bench.table("t", key=["id"])
    bench.write("in.csv", SMALL)
    done = bench.load(table, "in.csv")
    assert bench.rows(table) == [(1, "a, b", 1.5), (2, 'say "hi"', 2.0)]
    assert (done.imported_rows, done.table_rows) == (2, 2)
    assert list(done.imported_columns) == ["id", "name", "price"]
    assert [timer.name for timer in done.timers] == ["load"]


def test_a_full_import_takes_the_place_of_all_rows(bench):
    table = bench.table("t", key=["id"])
    bench.write("in.csv", SMALL)
    bench.write("other.csv", "id,name,price\n2,x,0\n3,y,1\n")
    bench.load(table, "in.csv")
    bench.load(table, "other.csv")
    assert bench.rows(table) == [(2, "x", 0.0), (3, "y", 1.0)]


def test_columns_come_in_the_order_of_the_file_and_others_get_their_default(bench):
    table = bench.table("t")
    bench.write("in.csv", "price,id\n9,1\n")
    bench.load(table, "in.csv", columns=["price", "id"])
    assert bench.rows(table) == [(1, None, 9.0)]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "||", "\x01"])
def test_any_delimiter(bench, delimiter):
    table = bench.table("t")
    bench.write("in.csv", delimiter.join(["1", '"a,;b"', "3"]) + "\n")
    bench.load(table, "in.csv", csv={"delimiter": delimiter}, number_of_ignored_lines=0)
    assert bench.rows(table) == [(1, "a,;b", 3.0)]


def test_another_enclosure_and_an_escape_character(bench):
    table = bench.table("t")
    bench.write("in.csv", "1,'it\\'s, \"so\"\nhere',3\r\n")
    bench.load(table, "in.csv", csv={"enclosure": "'", "escaped_by": "\\"}, number_of_ignored_lines=0)
    assert bench.rows(table) == [(1, 'it\'s, "so"\nhere', 3.0)]


def test_without_an_enclosure_quotes_are_letters(bench):
    table = bench.table("t")
    bench.write("in.csv", '1,"a"b,3\n')
    bench.load(table, "in.csv", csv={"no_enclosure": True}, number_of_ignored_lines=0)
    assert bench.rows(table) == [(1, '"a"b', 3.0)]


def test_ignored_lines_may_hold_anything_and_a_byte_order_mark_is_none_of_the_data(bench):
    table = bench.table("t")
    bench.write("in.csv", b"\xef\xbb\xbf1,a,1\n")
    bench.load(table, "in.csv", number_of_ignored_lines=0)
    assert bench.rows(table) == [(1, "a", 1.0)]
    bench.write("in.csv", 'junk\nmore,of,"it\n",and,more\n2,b,2\n')
    bench.load(table, "in.csv", number_of_ignored_lines=2)
    assert bench.rows(table) == [(2, "b", 2.0)]


def test_an_empty_file_has_no_rows(bench):
    table = bench.table("t")
    bench.write("in.csv", "")
    assert bench.load(table, "in.csv").imported_rows == 0
    bench.write("in.csv", "id,name,price\n")
    assert bench.load(table, "in.csv").imported_rows == 0


def test_gzip_of_several_members(bench):
    table = bench.table("t")
    bench.write("in.csv.gz", gzip.compress(SMALL.encode()) + gzip.compress(b"3,z,3\n"))
    bench.load(table, "in.csv.gz", csv={"compression": pb.CsvOptions.GZIP})
    assert [row[0] for row in bench.rows(table)] == [1, 2, 3]


def test_gzip_larger_than_every_buffer(bench):
    table = bench.table("t")
    lines = "".join(f"{number},name {number * 7919 % 1000003},{number}\n" for number in range(400_000))
    bench.write("in.csv.gz", gzip.compress(lines.encode(), 1))
    done = bench.load(table, "in.csv.gz", csv={"compression": pb.CsvOptions.GZIP}, number_of_ignored_lines=0)
    assert done.imported_rows == 400_000
    rows = bench.rows(table)
    assert rows[-1] == (399_999, f"name {399_999 * 7919 % 1000003}", 399_999.0)
    assert sum(row[0] for row in rows) == 399_999 * 400_000 // 2


def test_slices_of_a_manifest_and_each_has_a_header(bench):
    table = bench.table("t")
    bench.write("part/a.csv", "id,name,price\n1,a,1\n")
    bench.write("part/b.csv", "id,name,price\n2,b,2\n")
    local = (bench.folder / "part/b.csv").as_uri()
    entries = [{"url": "a.csv", "mandatory": True}, {"url": local}]
    bench.write("part/all.manifest", json.dumps({"entries": entries}))
    done = bench.load(table, "all.manifest", path="part", csv={"source_type": pb.CsvOptions.SLICED_FILE})
    assert bench.rows(table) == [(1, "a", 1.0), (2, "b", 2.0)]
    assert done.imported_rows == 2


def test_a_manifest_without_entries_is_no_rows(bench):
    table = bench.table("t")
    bench.write("none.manifest", '{"entries": []}')
    done = bench.load(table, "none.manifest", csv={"source_type": pb.CsvOptions.SLICED_FILE})
    assert done.imported_rows == 0


def test_all_files_of_a_folder_but_hidden_ones(bench):
    table = bench.table("t")
    for name, row in [("d/1.csv", "1,a,1"), ("d/deep/2.csv", "2,b,2"), ("d/.hidden", "no"), ("e/3.csv", "3,c,3")]:
        bench.write(name, f"id,name,price\n{row}\n")
    bench.load(table, "", path="d", csv={"source_type": pb.CsvOptions.DIRECTORY})
    assert [row[0] for row in bench.rows(table)] == [1, 2]


def test_empty_values_stay_empty_unless_they_are_to_be_null(bench):
    columns = [("a", "VARCHAR", True), ("b", "VARCHAR", True), ("n", "INTEGER", True)]
    table = bench.table("t", columns)
    bench.write("in.csv", '1,2,3\n,"",\n')
    options = {"columns": ["a", "b", "n"], "number_of_ignored_lines": 0}
    bench.load(table, "in.csv", convert_empty_values_to_null_on_columns=["b", "n"], **options)
    assert bench.rows(table, "n NULLS LAST") == [("1", "2", 3), ("", None, None)]


def test_words_mean_null_in_every_column(bench):
    columns = [("a", "VARCHAR", True), ("b", "VARCHAR", True), ("n", "INTEGER", True)]
    table = bench.table("t", columns)
    bench.write("in.csv", "NA,x,NA\n,,5\n\\N,,\n")
    options = {"columns": ["a", "b", "n"], "number_of_ignored_lines": 0, "import_as_null": ["NA", "\\N"]}
    bench.load(table, "in.csv", convert_empty_values_to_null_on_columns=["b", "n"], **options)
    assert bench.rows(table, "n NULLS LAST, b") == [("", None, 5), (None, "x", None), (None, None, None)]


def test_the_timestamp_is_the_imports_own_time(bench):
    columns = [("id", "VARCHAR", True), ("_timestamp", "TIMESTAMP", True)]
    table = bench.table("t", columns)
    bench.write("in.csv", "1\n2\n")
    bench.load(
        table,
        "in.csv",
        columns=["id"],
        number_of_ignored_lines=0,
        timestamp_column="_timestamp",
        import_strategy=pb.ImportOptions.STRING_TABLE,
    )
    (_, first), (_, second) = bench.rows(table)
    assert first == second
    assert abs(datetime.now(UTC).replace(tzinfo=None) - first) < timedelta(minutes=5)


def test_the_timestamp_of_the_source_or_none(bench):
    columns = [("id", "INTEGER", True), ("_timestamp", "TIMESTAMP", True)]
    table = bench.table("t", columns)
    bench.write("in.csv", "1,2020-01-02 03:04:05\n")
    both = {"columns": ["id", "_timestamp"], "number_of_ignored_lines": 0, "timestamp_column": "_timestamp"}
    bench.load(table, "in.csv", timestamp_mode=pb.ImportOptions.FROM_SOURCE, **both)
    assert bench.rows(table) == [(1, datetime(2020, 1, 2, 3, 4, 5))]
    bench.write("one.csv", "1\n")
    bench.load(
        table,
        "one.csv",
        columns=["id"],
        number_of_ignored_lines=0,
        timestamp_column="_timestamp",
        timestamp_mode=pb.ImportOptions.NONE,
    )
    assert bench.rows(table) == [(1, None)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"columns": ["id", "nothing"]}, 4100),
        ({"columns": ["name"]}, 4100),
        ({"columns": ["id", "ID"]}, 4101),
        ({"columns": ["id", "name"], "timestamp_column": "name"}, 4101),
        ({"import_strategy": pb.ImportOptions.STRING_TABLE}, 4102),
        ({"columns": ["id"], "dedup_columns_names": ["name"]}, 4103),
        ({"timestamp_column": "gone"}, 4100),
        ({"csv": {"delimiter": '"'}}, 4203),
        ({"csv": {"delimiter": "12345"}}, 4203),
        ({"csv": {"enclosure": "ab"}}, 4203),
        ({"number_of_ignored_lines": -1}, 4203),
        ({"provider": 9}, 4203),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_touched(bench, change, code):
    table = bench.table("t", key=["id"])
    bench.write("in.csv", SMALL)
    bench.load(table, "in.csv")
    with pytest.raises(TransferFailedError) as caught:
        bench.load(table, "in.csv", **change)
    assert caught.value.code == code
    assert "nothing was touched" in str(caught.value)
    assert len(bench.rows(table)) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"columns": [], "number_of_ignored_lines": 0},
        {"import_type": pb.ImportOptions.VIEW},
        {"import_type": 9},
        {"dedup_type": 9},
        {"import_as_null": ["\0"]},
        {"timestamp_mode": pb.ImportOptions.FROM_SOURCE},
    ],
)
def test_a_command_that_is_wrong_in_itself(bench, change):
    table = bench.table("t")
    bench.write("in.csv", SMALL)
    with pytest.raises(StorageValidationError):
        bench.load(table, "in.csv", **change)


def test_names_come_from_the_header_line_where_the_command_has_none(bench):
    table = bench.table("t")
    bench.write("in.csv", 'made by a program\n"price";"id"\n9;1\n')
    bench.load(table, "in.csv", columns=[], number_of_ignored_lines=2, csv={"delimiter": ";"})
    assert bench.rows(table) == [(1, None, 9.0)]
    bench.write("in.csv", b"\xef\xbb\xbfprice,gone\n9,1\n")
    with pytest.raises(TransferFailedError, match="'gone'") as caught:
        bench.load(table, "in.csv", columns=[])
    assert caught.value.code == 4100
    bench.write("in.csv", "")
    with pytest.raises(TransferFailedError, match="no header line") as caught:
        bench.load(table, "in.csv", columns=[])
    assert caught.value.code == 4200


@pytest.mark.parametrize("parquet", [False, True])
def test_replace_makes_the_table_as_the_files_are(bench, parquet):
    table = bench.table("t", [("other", "DATE", True)])
    made = bench.table("made")
    bench.write("in.csv", SMALL)
    bench.load(made, "in.csv")
    export = pb.TableExportToFileCommand(
        source=made, file_format=pb.PARQUET, file_path=pb.FilePath(root=str(bench.folder), file_name="in.parquet")
    )
    bench.run(export)
    bench.load(
        table,
        "in.parquet" if parquet else "in.csv",
        columns=[],
        parquet=parquet,
        create_mode=pb.ImportOptions.REPLACE,
        dedup_columns_names=["id"],
        timestamp_column="_timestamp",
    )
    rows = bench.rows(table)
    expected = [(1, "a, b", 1.5), (2, 'say "hi"', 2.0)] if parquet else [("1", "a, b", "1.5"), ("2", 'say "hi"', "2")]
    assert [row[:3] for row in rows] == expected
    assert all(row[3] for row in rows)
    info = bench.run(pb.ObjectInfoCommand(path=["b"], name="t", expected_kind=pb.TABLE)).table
    assert list(info.primary_key) == ["id"]


def test_a_replacement_that_fails_leaves_the_old_table(bench):
    table = bench.table("t", [("other", "DATE", True)])
    bench.write("in.csv", "id\n1\n1,2\n")
    with pytest.raises(TransferFailedError):
        bench.load(table, "in.csv", columns=["id"], create_mode=pb.ImportOptions.REPLACE)
    info = bench.run(pb.ObjectInfoCommand(path=["b"], name="t", expected_kind=pb.TABLE)).table
    assert [column.name for column in info.columns] == ["other"]


def test_more_files_than_a_process_may_have_open(bench):
    resource = pytest.importorskip("resource")
    table = bench.table("t")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in range(300):
        bench.write(f"d/{number}.csv", f"id,name,price\n{number},a,1\n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limits[0], 200), limits[1]))
    try:
        done = bench.load(table, "", path="d", csv={"source_type": pb.CsvOptions.DIRECTORY})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert done.imported_rows == 300
