"""Queries of a user's own."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest

from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.domain.storage_errors import ObjectNotFoundError, StorageValidationError
from understudy.providers.storage.commands.queries import text_of
from understudy.providers.storage.protocol import storage_pb2 as pb

ERROR = pb.ExecuteQueryResponse.ERROR
SUCCESS = pb.ExecuteQueryResponse.SUCCESS


@pytest.fixture
def query(run):
    def ask(text, **fields):
        return run(pb.ExecuteQueryCommand(query=text, **fields))

    return ask


def test_rows_come_as_columns_of_text_with_bitmaps_of_nulls(query):
    told = query("SELECT * FROM (VALUES (1, 'x'), (NULL, 'y'), (3, NULL)) t(a, b)")
    assert told.status == SUCCESS
    assert told.row_count == 3
    assert [(column.name, list(column.values), column.nulls) for column in told.columns] == [
        ("a", ["1", "", "3"], b"\x02"),
        ("b", ["x", "y", ""], b"\x04"),
    ]


def test_a_change_tells_how_many_rows_it_changed_and_no_columns(query):
    assert query("CREATE TABLE t AS SELECT * FROM range(5) r(a)").status == SUCCESS
    told = query("UPDATE t SET a = a + 1 WHERE a > 1")
    assert (told.status, told.affected_rows, list(told.columns)) == (SUCCESS, 3, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELEC 1", 6001),
        ("SELECT * FROM nowhere", 2004),
        ("SELECT nothing FROM range(1)", 6001),
        ("SELECT 'x'::INTEGER", 6004),
        ("SELECT 1; SELECT 2", 6001),
        ("-- nothing", 6001),
    ],
)
def test_what_is_wrong_with_a_query_is_told_in_the_response(query, text, code):
    told = query(text)
    assert (told.status, told.code) == (ERROR, code)
    assert told.message


@pytest.mark.parametrize(
    "text",
    [
        "COPY (SELECT 1) TO 'x.csv'",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO 'x.csv'",
        "EXPORT DATABASE 'x'",
        "ATTACH 'x.duckdb'",
        "DETACH understudy",
        "SET threads = 1",
        "PRAGMA database_list",
        "CALL checkpoint()",
        "INSTALL httpfs",
        "BEGIN",
        "USE memory",
    ],
)
def test_only_statements_that_read_and_change_tables_are_run(query, text):
    told = query(text)
    assert (told.status, told.code) == (ERROR, 6001)
    assert "may not be" in told.message


@pytest.mark.parametrize("text", ["SELECT * FROM read_text('{}')", "SELECT * FROM '{}'", "SELECT * FROM glob('{}')"])
def test_a_query_reaches_no_file(query, tmp_path, text):
    file = tmp_path / "secret.csv"
    file.write_text("do not read me")
    told = query(text.format(file))
    assert (told.status, told.code) == (ERROR, 2007)
    assert "do not read me" not in told.message


def test_unqualified_names_are_looked_up_in_the_path(run, query):
    for name in ("one", "two"):
        run(pb.CreateBucketCommand(bucket_id=name, is_default_branch=True))
        query(f"CREATE TABLE t AS SELECT '{name}' AS n", path_restriction=[name])
    assert list(query("SELECT n FROM t", path_restriction=["two"]).columns[0].values) == ["two"]
    assert list(query("SELECT n FROM t", path_restriction=["understudy", "one"]).columns[0].values) == ["one"]
    assert query("SELECT n FROM t").code == 2004
    with pytest.raises(ObjectNotFoundError) as caught:
        query("SELECT 1", path_restriction=["nowhere"])
    assert caught.value.code == 2003


def test_nothing_of_a_query_is_left_for_the_next_one(run, query):
    run(pb.CreateBucketCommand(bucket_id="one", is_default_branch=True))
    assert query("CREATE TEMP TABLE mine AS SELECT 1", path_restriction=["one"]).status == SUCCESS
    assert query("SELECT * FROM mine").code == 2004


def test_rows_are_limited_and_that_there_are_more_is_told(driver):
    result = driver.run_command(
        StorageCredentials(), pb.ExecuteQueryCommand(query="SELECT * FROM range(50)", max_rows=10)
    )
    assert result.response.row_count == len(result.response.columns[0].values) == 10
    assert ["more rows" in message.message for message in result.messages] == [True]
    exact = driver.run_command(
        StorageCredentials(), pb.ExecuteQueryCommand(query="SELECT * FROM range(10)", max_rows=10)
    )
    assert (exact.response.row_count, exact.messages) == (10, ())


def test_a_query_that_takes_too_long_is_stopped_and_the_driver_goes_on(query):
    told = query("SELECT count(*) FROM range(1000000000000) a, range(1000) b", timeout_seconds=1)
    assert (told.status, told.code) == (ERROR, 6002)
    assert "1 seconds" in told.message
    assert query("SELECT 1").status == SUCCESS


def test_the_limit_of_the_command_stops_a_query_too(driver):
    told = driver.run_command(
        StorageCredentials(),
        pb.ExecuteQueryCommand(query="SELECT count(*) FROM range(1000000000000) a, range(1000) b"),
        runtime_options=RuntimeOptions(timeout=0.2),
    ).response
    assert (told.status, told.code) == (ERROR, 6002)


@pytest.mark.parametrize(
    "fields",
    [
        {"query": " "},
        {"query": "SELECT 1", "max_rows": -1},
        {"query": "SELECT 1", "max_rows": 1_000_000},
        {"query": "SELECT 1", "timeout_seconds": -1},
        {"query": "SELECT 1", "path_restriction": ["a", "b", "c"]},
        {"query": "SELECT " + "1" * 1_000_000},
    ],
)
def test_a_command_that_is_wrong_in_itself_is_refused(run, fields):
    with pytest.raises(StorageValidationError) as caught:
        run(pb.ExecuteQueryCommand(**fields))
    assert caught.value.code == 3000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (0.1, "0.1"),
        (Decimal("12345678901234567890.10"), "12345678901234567890.10"),
        (b"\x00\xff", "00ff"),
        (dt.datetime(2026, 11, 20, 1, 2, 3, tzinfo=dt.UTC), "2026-11-20 01:02:03+00:00"),
        (dt.date(2026, 11, 20), "2026-11-20"),
        ([1, None, Decimal("1.10")], '[1, null, "1.10"]'),
        ({"é": {"b": [True]}}, '{"é": {"b": [true]}}'),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_become_text_without_loss(value, text):
    assert text_of(value) == text
