"""Rows added to what is there: by key, by insertion, or not at all."""

import pytest

from understudy.domain.storage_errors import TransferFailedError
from understudy.providers.storage.protocol import storage_pb2 as pb

OPTIONS = pb.ImportOptions
COLUMNS = [
    ("id", "INTEGER", False),
    ("name", "VARCHAR", True),
    ("price", "DOUBLE", True),
    ("_timestamp", "TIMESTAMP", True),
]
INCREMENTAL = {"import_type": OPTIONS.INCREMENTAL, "dedup_columns_names": ["id"], "timestamp_column": "_timestamp"}


def seed(bench, name="t", *, key=("id",)):
    table = bench.table(name, COLUMNS, key=key)
    bench.write("seed.csv", "id,name,price\n1,a,1\n2,b,2\n3,,\n")
    bench.load(
        table,
        "seed.csv",
        timestamp_column="_timestamp",
        convert_empty_values_to_null_on_columns=["name", "price"],
    )
    return table


@pytest.mark.parametrize("key", [["id"], []])
def test_new_values_take_the_place_of_old_ones_and_new_keys_are_added(bench, key):
    table = seed(bench, key=key)
    before = {row[0]: row[3] for row in bench.rows(table)}
    bench.write("in.csv", "id,name,price\n2,B,2\n3,,\n4,d,4\n")
    done = bench.load(table, "in.csv", convert_empty_values_to_null_on_columns=["name", "price"], **INCREMENTAL)
    rows = bench.rows(table)
    assert [row[:3] for row in rows] == [(1, "a", 1.0), (2, "B", 2.0), (3, None, None), (4, "d", 4.0)]
    assert (done.imported_rows, done.table_rows) == (3, 4)
    changed = {row[0] for row in rows if row[3] != before.get(row[0])}
    assert changed == {2, 4}, "the timestamp tells which rows changed"
    assert bench.objects() == {"t"}


def test_of_rows_with_one_key_the_last_stays(bench):
    table = seed(bench)
    bench.write("in.csv", "id,name,price\n2,first,1\n9,x,1\n2,second,2\n9,y,2\n2,third,3\n")
    done = bench.load(table, "in.csv", **INCREMENTAL)
    assert [row[:3] for row in bench.rows(table)][1:] == [(2, "third", 3.0), (3, None, None), (9, "y", 2.0)]
    assert done.imported_rows == 5


def test_a_full_import_with_a_key_keeps_one_row_of_each(bench):
    table = seed(bench)
    bench.write("in.csv", "id,name,price\n2,first,1\n2,second,2\n")
    bench.load(table, "in.csv", **INCREMENTAL | {"import_type": OPTIONS.FULL})
    assert [row[:3] for row in bench.rows(table)] == [(2, "second", 2.0)]


def test_null_is_a_value_of_a_key(bench):
    table = bench.table("t", [("k", "VARCHAR", True), ("v", "INTEGER", True)])
    options = {
        "columns": ["k", "v"],
        "number_of_ignored_lines": 0,
        "dedup_columns_names": ["k"],
        "import_type": OPTIONS.INCREMENTAL,
        "convert_empty_values_to_null_on_columns": ["k"],
    }
    bench.write("in.csv", ",1\n,2\na,1\n")
    bench.load(table, "in.csv", **options)
    assert bench.rows(table, "v") == [("a", 1), (None, 2)]
    bench.write("in.csv", ",7\n")
    bench.load(table, "in.csv", **options)
    assert bench.rows(table, "v") == [("a", 1), (None, 7)]


def test_a_key_of_all_columns_adds_what_is_new(bench):
    table = bench.table("t", [("a", "INTEGER", False), ("b", "INTEGER", False)], key=["a", "b"])
    bench.write("in.csv", "1,1\n1,2\n")
    options = {"columns": ["a", "b"], "number_of_ignored_lines": 0, "dedup_columns_names": ["b", "a"]}
    bench.load(table, "in.csv", **options)
    bench.write("in.csv", "1,2\n1,3\n")
    bench.load(table, "in.csv", import_type=OPTIONS.INCREMENTAL, **options)
    assert bench.rows(table, "1, 2") == [(1, 1), (1, 2), (1, 3)]


def test_inserting_duplicates_adds_every_row(bench):
    table = seed(bench, key=())
    bench.write("in.csv", "id,name,price\n2,B,2\n2,B,2\n")
    bench.load(table, "in.csv", dedup_type=OPTIONS.INSERT_DUPLICATES, **INCREMENTAL)
    assert [row[0] for row in bench.rows(table)] == [1, 2, 2, 2, 3]


@pytest.mark.parametrize(
    ("content", "word"),
    [("id,name,price\n8,x,1\n8,y,1\n", "the source"), ("id,name,price\n8,x,1\n2,y,1\n", "has rows")],
)
def test_failing_on_duplicates_leaves_all_as_it_was(bench, content, word):
    table = seed(bench)
    before = bench.rows(table)
    bench.write("in.csv", content)
    with pytest.raises(TransferFailedError, match=word) as caught:
        bench.load(table, "in.csv", dedup_type=OPTIONS.FAIL_ON_DUPLICATES, **INCREMENTAL)
    assert caught.value.code == 4000
    assert bench.rows(table) == before
    assert bench.objects() == {"t"}


def test_a_key_that_the_table_refuses_leaves_all_as_it_was(bench):
    table = seed(bench)
    before = bench.rows(table)
    bench.write("in.csv", "id,name,price\n5,x,1\n5,y,1\n")
    for kind in (OPTIONS.INCREMENTAL, OPTIONS.FULL):
        with pytest.raises(TransferFailedError) as caught:
            bench.load(table, "in.csv", import_type=kind)
        assert caught.value.code == 4000
        assert bench.rows(table) == before


@pytest.mark.parametrize("kind", [OPTIONS.INCREMENTAL, OPTIONS.FULL])
def test_a_bad_value_in_the_last_slice_leaves_all_as_it_was(bench, kind):
    table = seed(bench)
    before = bench.rows(table)
    bench.write("d/1.csv", "id,name,price\n" + "".join(f"{number},x,1\n" for number in range(10, 5000)))
    bench.write("d/2.csv", "id,name,price\n7,x," + "9" * 500 + "z\n")
    with pytest.raises(TransferFailedError) as caught:
        bench.load(
            table, "", path="d", csv={"source_type": pb.CsvOptions.DIRECTORY}, **INCREMENTAL | {"import_type": kind}
        )
    assert caught.value.code == 4202
    message = str(caught.value)
    assert "'d/2.csv', line 2, column 'price'" in message
    assert len(message) < 400
    assert bench.rows(table) == before
    assert bench.objects() == {"t"}
