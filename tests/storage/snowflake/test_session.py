"""A session's marks, limits and interruptions, as the connector is asked for them."""

import threading
import time
from uuid import uuid4

import pytest
from snowflake.connector.constants import FIELD_NAME_TO_ID

from understudy.domain.storage import RuntimeOptions
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.snowflake.connection import SnowflakeSession


class Column:
    def __init__(self, name, kind, precision=None, scale=None, internal_size=None):
        self.name, self.type_code, self.precision, self.scale = name, FIELD_NAME_TO_ID[kind], precision, scale
        self.internal_size = internal_size


class Connector:
    """A connection of the connector's, and the only cursor of it: remembers what it is asked."""

    expired = False

    def __init__(self):
        self.asked = []
        self.cancelled = []
        self.description = [Column("a", "FIXED", 10, 2), Column("b", "TEXT", internal_size=255), Column("c", "VARIANT")]
        self.rows = [(1, "x", "{}"), (2, "y", "{}")]
        self.rowcount = 2
        self.held = None
        self._request_id = None

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def execute(self, sql, parameters, **options):
        self.asked.append((sql, parameters, options))
        self._request_id = uuid4()
        if self.held is not None:
            self.held.wait(10)

    def describe(self, sql, **options):
        self.asked.append((f"DESCRIBED {sql}", None, options))
        return self.description

    def fetchall(self):
        return self.rows

    def fetchmany(self, size):
        return self.rows[:size]

    def _cancel_query(self, sql, request_id):
        self.cancelled.append(request_id)
        self.held.set()

    def is_closed(self):
        return False


@pytest.fixture
def connector():
    return Connector()


@pytest.fixture
def session(connector):
    return SnowflakeSession(connector)


def test_rows_come_with_names_and_types_and_no_more_than_are_wanted(session):
    found = session.execute("SELECT 1", ("x",), limit=1)
    assert [(column.name, column.type) for column in found.columns] == [
        ("a", "NUMBER(10,2)"),
        ("b", "VARCHAR(255)"),
        ("c", "VARIANT"),
    ]
    assert found.rows == [(1, "x", "{}")]


def test_columns_are_told_without_running_the_query(session, connector):
    assert [column.type for column in session.describe("SELECT 1")] == ["NUMBER(10,2)", "VARCHAR(255)", "VARIANT"]
    assert [sql for sql, _, _ in connector.asked] == ["DESCRIBED SELECT 1"]


def test_a_change_has_a_count_and_no_columns(session, connector):
    connector.description = [Column("number of rows updated", "FIXED"), Column("number of multi-joined rows", "FIXED")]
    assert session.execute("UPDATE t SET a = 1").affected == 2
    assert session.execute("UPDATE t SET a = 1").columns == ()


def test_a_commands_run_and_tags_go_with_each_of_its_statements(session, connector):
    session.prepare(RuntimeOptions(run_id="7", query_tags={"team": "žluť"}), limit=None)
    session.execute("SELECT 1")
    session.prepare(RuntimeOptions(), limit=None)
    session.execute("SELECT 2")
    marks = [options["_statement_params"] for _, _, options in connector.asked]
    assert marks == [{"QUERY_TAG": '{"run_id": "7", "team": "žluť"}'}, None]


def test_a_mark_that_is_too_long_is_refused(session):
    with pytest.raises(CommandFault, match="takes 2000") as caught:
        session.prepare(RuntimeOptions(query_tags={"long": "x" * 3000}), limit=None)
    assert caught.value.code == StorageCode.VALIDATION


def test_the_connector_gives_up_a_server_that_is_gone_after_the_commands_limit(session, connector):
    session.prepare(RuntimeOptions(), limit=1.5)
    session.execute("SELECT 1")
    session.prepare(RuntimeOptions(), limit=None)
    session.execute("SELECT 1")
    assert [options["timeout"] for _, _, options in connector.asked] == [3, 172_800]


def test_what_runs_is_aborted_by_its_request(session, connector):
    connector.held = threading.Event()
    running = threading.Thread(target=session.execute, args=("SELECT SYSTEM$WAIT(60)",))
    running.start()
    while not connector.cancelled and running.is_alive():
        session.interrupt()
        time.sleep(0.01)
    running.join(10)
    assert connector.cancelled[0] == connector._request_id


def test_nothing_is_aborted_where_nothing_runs(session, connector):
    session.execute("SELECT 1")
    session.interrupt()
    assert session._aborting is None
    assert connector.cancelled == []


def test_transactions_are_statements(session, connector):
    with session.transaction():
        session.execute("INSERT")

    def fails():
        with session.transaction():
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert [sql for sql, _, _ in connector.asked] == [
        "BEGIN TRANSACTION",
        "INSERT",
        "COMMIT",
        "BEGIN TRANSACTION",
        "ROLLBACK",
    ]


def test_a_session_whose_transaction_did_not_end_is_not_used_again(session, connector):
    def refuse(sql, *_, **__):
        if sql in {"COMMIT", "ROLLBACK"}:
            raise ConnectionError(sql)

    def fails():
        with session.transaction():
            session.execute("INSERT")

    assert session.usable()
    connector.execute = refuse
    with pytest.raises(ConnectionError):
        fails()
    assert not session.usable()
