"""Rows looked at, deleted and counted on the reference backend, through filters."""

import pytest

from understudy.providers.storage.protocol import storage_pb2 as pb

F = pb.Filter
ROWS = [
    (1, "apple", "2024-01-01 00:00:00", 1.50, True),
    (2, "Banana's", "2024-01-02 12:00:00", -2.25, False),
    (10, None, None, None, None),
    (3, "10", "2024-01-02 00:00:00", 100, True),
]


@pytest.fixture
def table(tables):
    tables.create(
        "t",
        ("id", "BIGINT"),
        ("name", "VARCHAR"),
        ("_timestamp", "TIMESTAMP"),
        ("price", "DECIMAL(30,10)"),
        ("sold", "BOOLEAN"),
    )
    tables.fill("t", *ROWS)
    return tables


def where(column, *values, operator=F.EQ, kind=pb.STRING):
    return F(column=column, operator=operator, values=values, data_type=kind)


FILTERS = [
    ([where("name", "apple")], [1]),
    ([where("NAME", "Banana's")], [2]),
    ([where("name", "apple", "10")], [1, 3]),
    ([where("name", "apple", operator=F.NE)], [2, 3]),
    ([where("name", "apple", "10", operator=F.NE)], [2]),
    ([where("name", "b", operator=F.LT)], [1, 2, 3]),
    ([where("name", "9", operator=F.GT, kind=pb.INTEGER)], [3]),
    ([where("id", "10", kind=pb.INTEGER)], [10]),
    ([where("id", "9", operator=F.GT, kind=pb.BIGINT)], [10]),
    ([where("id", "10")], [10]),
    ([where("id", "2", operator=F.LT)], [1, 10]),
    ([where("price", "1.5", kind=pb.DECIMAL)], [1]),
    ([where("price", "1.5000000001", kind=pb.DECIMAL)], []),
    ([where("price", "99.9", operator=F.GE, kind=pb.DOUBLE)], [3]),
    ([where("price", "-2.25", "100", kind=pb.REAL)], [2, 3]),
    ([where("sold", "TRUE", kind=pb.BOOLEAN)], [1, 3]),
    ([where("_timestamp", "2024-01-02", kind=pb.DATE)], [2, 3]),
    ([where("_timestamp", "2024-01-02T02:00:00+02:00", kind=pb.TIMESTAMP)], [3]),
    ([where("_timestamp", "2024-01-02", operator=F.LE, kind=pb.TIMESTAMP)], [1, 3]),
    ([where("id", "1", operator=F.GT, kind=pb.INTEGER), where("sold", "true", kind=pb.BOOLEAN)], [3]),
]


@pytest.mark.parametrize(("filters", "found"), FILTERS)
def test_filters_compare_as_they_say(table, filters, found):
    """STRING as text, the others as values; what cannot be cast, and nulls, match nothing."""
    rows = table.rows("t", columns=["id"], where_filters=filters)
    assert sorted(int(row[0]) for row in rows) == sorted(found)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [(1704153600, 0, [2, 3]), (0, 1704153600, [1]), (1704153600, 1704196800, [3])],
)
def test_a_window_of_changes_has_its_beginning_and_not_its_end(table, since, until, found):
    rows = table.rows("t", columns=["id"], changes=pb.ChangeWindow(since=since, until=until))
    assert sorted(int(row[0]) for row in rows) == found


def test_numbers_come_as_exact_text_and_nulls_in_a_bitmap(table):
    shown = table.preview("t", order_by=[pb.OrderBy(column="id", data_type=pb.BIGINT)])
    assert [(one.name, one.type) for one in shown.columns][3] == ("price", "DECIMAL(30,10)")
    assert list(shown.columns[3].values) == ["1.5000000000", "-2.2500000000", "100.0000000000", ""]
    assert [one.nulls for one in shown.columns] == [b"", b"\x08", b"\x08", b"\x08", b"\x08"]
    assert shown.row_count == 4


def test_an_empty_table_still_tells_its_columns(tables):
    tables.create("e", ("a", "INTEGER"))
    shown = tables.preview("e")
    assert (shown.row_count, [one.name for one in shown.columns]) == (0, ["a"])


ORDERS = [
    ([pb.OrderBy(column="id", data_type=pb.BIGINT)], ["1", "2", "3", "10"]),
    ([pb.OrderBy(column="id", order=pb.OrderBy.DESC, data_type=pb.BIGINT)], ["10", "3", "2", "1"]),
    ([pb.OrderBy(column="name")], ["3", "2", "1", "10"]),
    ([pb.OrderBy(column="name", order=pb.OrderBy.DESC)], ["1", "2", "3", "10"]),
    ([pb.OrderBy(column="name", data_type=pb.INTEGER), pb.OrderBy(column="id")], ["3", "1", "2", "10"]),
]


@pytest.mark.parametrize(("order", "found"), ORDERS)
def test_rows_are_ordered_as_values_with_nulls_last(table, order, found):
    assert [row[0] for row in table.rows("t", columns=["id"], order_by=order)] == found


@pytest.mark.parametrize(
    ("text", "found"), [("an", ["2"]), ("'", ["2"]), ("1", ["3"]), ("%", []), ("APPLE", []), ("p", ["1"])]
)
def test_full_text_is_looked_for_in_string_columns_letter_by_letter(table, text, found):
    assert [row[0] for row in table.rows("t", columns=["id"], fulltext_search=text)] == found


def test_full_text_finds_nothing_where_no_column_holds_text(tables):
    tables.create("n", ("a", "INTEGER"))
    tables.fill("n", (1,))
    assert tables.rows("n", fulltext_search="1") == []


def test_a_long_cell_is_cut_and_said_to_be(tables):
    tables.create("long", ("a", "VARCHAR"), ("b", "BLOB"))
    limit = 16_384
    tables.fill("long", ("é" * limit, b"x"), ("é" * (limit + 1), b"\x00" * limit))
    shown = tables.preview("long")
    assert [len(value) for value in shown.columns[0].values] == [limit, limit]
    assert shown.columns[0].truncated == b"\x02"
    assert shown.columns[1].truncated == b"\x02"


def test_a_hundred_rows_are_shown_unless_more_are_asked_for(tables):
    tables.create("many", ("a", "INTEGER"))
    tables.behind("INSERT INTO {} SELECT * FROM range(1200)", "many")
    assert [tables.preview("many", limit=limit).row_count for limit in (0, 1, 1000)] == [100, 1, 1000]


WRONG = [
    ({"limit": 1001}, 3000),
    ({"limit": -1}, 3000),
    ({"columns": ["id", "ID"]}, 3000),
    ({"columns": ["nothing"]}, 2005),
    ({"where_filters": [where("name")]}, 3000),
    ({"where_filters": [where("name", "a", "b", operator=F.GT)]}, 3000),
    ({"where_filters": [where("id", "x", kind=pb.INTEGER)]}, 3000),
    ({"where_filters": [where("id", str(2**31), kind=pb.INTEGER)]}, 3000),
    ({"where_filters": [where("price", "1" * 39, kind=pb.DECIMAL)]}, 3000),
    ({"where_filters": [where("price", "nan", kind=pb.DOUBLE)]}, 3000),
    ({"where_filters": [where("price", "1e999999999", kind=pb.DECIMAL)]}, 3000),
    ({"where_filters": [where("sold", "2", kind=pb.BOOLEAN)]}, 3000),
    ({"where_filters": [where("_timestamp", "yesterday", kind=pb.TIMESTAMP)]}, 3000),
    ({"where_filters": [where("name", "a\0")]}, 3000),
    ({"where_filters": [where("nothing", "a")]}, 2005),
    ({"where_filters": [where("name", "a")], "fulltext_search": "a"}, 3000),
    ({"where_filters": [F(column="name", operator=9, values=["a"])]}, 3000),
    ({"where_filters": [F(column="name", data_type=99, values=["a"])]}, 3000),
    ({"order_by": [pb.OrderBy(column="nothing")]}, 2005),
    ({"changes": pb.ChangeWindow(since=5, until=4)}, 3000),
    ({"changes": pb.ChangeWindow(since=10**17)}, 3000),
]


@pytest.mark.parametrize(("options", "code"), WRONG)
def test_what_cannot_be_previewed_is_refused(table, options, code):
    table.fails(pb.PreviewTableCommand(path=table.path, table_name="t", **options), code)


@pytest.mark.parametrize("kind", ["BLOB", "JSON", "INTEGER[]", "STRUCT(a INTEGER)", "MAP(INTEGER, INTEGER)"])
def test_types_that_cannot_be_compared_are_refused_and_still_shown(tables, kind):
    tables.create("odd", ("a", kind))
    tables.fill("odd", (None,))
    assert tables.rows("odd") == [(None,)]
    for options in ({"where_filters": [where("a", "x")]}, {"order_by": [pb.OrderBy(column="a")]}):
        error = tables.fails(pb.PreviewTableCommand(path=tables.path, table_name="odd", **options), 3000)
        assert "cannot filter or order" in error.reason


def test_a_table_that_is_not_there(table):
    table.fails(pb.PreviewTableCommand(path=table.path, table_name="nothing"), 2004)
    table.fails(pb.PreviewTableCommand(path=["nowhere"], table_name="t"), 2003)
    table.fails(pb.CreateProfileTableCommand(path=table.path, table_name="nothing"), 2004)


def test_a_view_whose_table_is_gone_says_what_is_missing(table):
    table.run(pb.CreateViewCommand(path=table.path, view_name="v", source=table.ref("t")))
    table.run(pb.DropTableCommand(path=table.path, table_name="t"))
    with pytest.raises(Exception, match=r"\bt\b.* does not exist"):
        table.preview("v")


# ------------------------------------------------------------------------------------------------------- deleting


def test_only_rows_that_every_filter_means_are_deleted(table):
    command = pb.DeleteTableRowsCommand(
        path=table.path,
        table_name="t",
        changes=pb.ChangeWindow(since=1704153600),
        where_filters=[where("sold", "true", kind=pb.BOOLEAN)],
    )
    answer = table.run(command)
    assert (answer.deleted_rows, answer.table_rows) == (1, 3)
    assert sorted(row[0] for row in table.rows("t", columns=["id"])) == ["1", "10", "2"]


def test_without_a_filter_every_row_is_deleted(table):
    answer = table.run(pb.DeleteTableRowsCommand(path=table.path, table_name="t"))
    assert (answer.deleted_rows, answer.table_rows) == (4, 0)


@pytest.mark.parametrize(
    ("operator", "column", "kind", "left"),
    [
        (F.EQ, "id", "BIGINT", ["10", "3"]),
        (F.NE, "id", "BIGINT", ["1", "2"]),
        (F.EQ, "id", "VARCHAR", ["10", "3"]),
        (F.NE, "name", "VARCHAR", ["10"]),
    ],
)
def test_rows_are_deleted_by_what_another_table_holds(table, operator, column, kind, left):
    """Nulls there match nothing and hide nothing; types that differ are compared as text."""
    table.create("gone", ("key", kind))
    table.fill("gone", (1,), (2,), (None,))
    reference = pb.ReferenceFilter(column=column, operator=operator, table=table.ref("gone"), table_column="KEY")
    table.run(pb.DeleteTableRowsCommand(path=table.path, table_name="t", where_reference_filters=[reference]))
    assert sorted(row[0] for row in table.rows("t", columns=["id"])) == left


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ({"operator": F.GT}, 3000),
        ({"column": "nothing"}, 2005),
        ({"table_column": "nothing"}, 2005),
        ({"name": "nothing"}, 2004),
    ],
)
def test_a_reference_that_cannot_be_deletes_nothing(table, reference, code):
    given = {"column": "id", "operator": F.EQ, "table_column": "id", "name": "t", **reference}
    name = given.pop("name")
    filters = [pb.ReferenceFilter(table=table.ref(name), **given)]
    command = pb.DeleteTableRowsCommand(path=table.path, table_name="t", where_reference_filters=filters)
    table.fails(command, code)
    assert len(table.rows("t")) == len(ROWS)


# ------------------------------------------------------------------------------------------------------ profiling


def test_a_profile_counts_and_measures_by_kind(table):
    table.fill("t", (1, "apple", None, 1.5, True))
    answer = table.run(pb.CreateProfileTableCommand(path=table.path, table_name="t"))
    assert dict(answer.profile) == {"row_count": 5, "byte_count": 0, "column_count": 5}
    profiles = {column.name: column.profile for column in answer.columns}
    counts = [profiles["id"][f"{name}_count"] for name in ("null", "distinct", "duplicate")]
    assert counts == [0, 4, 1]
    assert dict(profiles["id"]["numeric"]) == {"average": "3.4", "minimum": "1", "maximum": "10"}
    assert dict(profiles["price"]["numeric"])["maximum"] == "100.0000000000"
    assert dict(profiles["name"]["length"]) == {"average": "5.0", "minimum": "2", "maximum": "8"}
    assert profiles["_timestamp"]["maximum"] == "2024-01-02 12:00:00"
    assert profiles["sold"]["null_count"] == 1


def test_a_profile_of_no_rows_has_nulls(tables):
    tables.create("e", ("a", "INTEGER"), ("b", "BLOB"))
    answer = tables.run(pb.CreateProfileTableCommand(path=tables.path, table_name="e"))
    assert answer.columns[0].profile["numeric"]["maximum"] is None
    assert "distinct_count" not in answer.columns[1].profile
