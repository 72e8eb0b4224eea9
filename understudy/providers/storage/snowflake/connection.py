"""A session of Snowflake, through the vendor's connector."""

from __future__ import annotations

import contextlib
import json
import math
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from understudy.domain.storage import RuntimeOptions
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.connection import Connection, ResultColumn, Rows
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from typing import IO
    from uuid import UUID

    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import ResultMetadata

__all__ = ["SnowflakeSession"]

_LONGEST_STATEMENT = 172_800
"""Seconds after which the engine ends a statement by itself, unless an account says otherwise: two days."""
_LONGEST_TAG = 2000
"""Characters of a query tag that the engine takes."""
_CHANGED = "number of "
"""How the columns begin that a statement has which changes rows; none of a table's that ours select does."""
_TYPES = {"FIXED": "NUMBER", "REAL": "FLOAT", "TEXT": "VARCHAR"}
"""The types whose name in a result is not that of the language."""
_SIZED = frozenset({"BINARY", "TEXT"})


class SnowflakeSession(Connection):
    """One session, which commits every statement by itself unless a transaction was begun."""

    def __init__(self, connection: SnowflakeConnection) -> None:
        self._connection = connection
        self._running: Any = None
        self._aborting: threading.Thread | None = None
        self._parameters: dict[str, str] = {}
        self._seconds = _LONGEST_STATEMENT
        self._in_transaction = False

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Mark the statements of the next command in the query history, and limit each of them.

        Raises CommandFault (3000) for a mark that is too long.
        """
        self._seconds = _LONGEST_STATEMENT if limit is None else math.ceil(limit) + 1
        told = {**({"run_id": options.run_id} if options.run_id else {}), **options.query_tags}
        text = json.dumps(told, ensure_ascii=False, sort_keys=True) if told else ""
        if len(text) > _LONGEST_TAG:
            raise CommandFault(
                StorageCode.VALIDATION,
                f"the query tags take {len(text)} characters; Snowflake takes {_LONGEST_TAG}; nothing was touched",
            )
        self._parameters = {"QUERY_TAG": text} if text else {}

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        return self._run(sql, parameters, limit=limit)

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns that a query would give: the server compiles it, and no warehouse wakes."""
        with self._cursor() as cursor:
            found = cursor.describe(sql, timeout=self._seconds, _statement_params=self._parameters or None)
            return tuple(ResultColumn(one.name, _type(one)) for one in found)

    def put(self, sql: str, stream: IO[bytes]) -> None:
        """Run a PUT whose file is what the stream has."""
        self._run(sql, (), stream=stream)

    def begin(self) -> None:
        """Begin a transaction."""
        self._in_transaction = True
        self._run("BEGIN TRANSACTION", ())

    def commit(self) -> None:
        """Commit it."""
        self._run("COMMIT", ())
        self._in_transaction = False

    def rollback(self) -> None:
        """Roll it back."""
        self._run("ROLLBACK", ())
        self._in_transaction = False

    def interrupt(self) -> None:
        """Ask the server to abort the statement that runs; that statement then fails with 604.

        In a thread: a server that does not answer would hold up who asks.
        """
        request = getattr(self._running, "_request_id", None)  # no public way has it; the connector's own limit does so
        if request is not None and (self._aborting is None or not self._aborting.is_alive()):
            self._aborting = threading.Thread(
                target=self._abort, args=(request,), name="understudy-snowflake-abort", daemon=True
            )
            self._aborting.start()

    def _abort(self, request: UUID) -> None:
        with contextlib.suppress(Exception):  # whoever interrupts asks again while the statement runs
            self._connection._cancel_query("", request)  # noqa: SLF001

    def usable(self) -> bool:
        """Whether the session is still open, and in no transaction whose end failed."""
        return not self._in_transaction and not self._connection.is_closed() and not self._connection.expired

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def _run(
        self, sql: str, parameters: Sequence[Any], *, limit: int | None = None, stream: IO[bytes] | None = None
    ) -> Rows:
        with self._cursor() as cursor:
            cursor.execute(
                sql,
                tuple(parameters) or None,
                timeout=self._seconds,
                file_stream=stream,
                _statement_params=self._parameters or None,
            )
            return _rows(cursor, limit)

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor, which is what runs until the block ends."""
        with self._connection.cursor() as cursor:
            self._running = cursor
            try:
                yield cursor
            finally:
                self._running = None


def _rows(cursor: Any, limit: int | None) -> Rows:
    columns: Sequence[ResultMetadata] = cursor.description or ()
    if columns and all(column.name.startswith(_CHANGED) for column in columns):
        return Rows(affected=cursor.rowcount)
    rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    return Rows(columns=tuple(ResultColumn(one.name, _type(one)) for one in columns), rows=rows)


def _type(column: ResultMetadata) -> str:
    from snowflake.connector.constants import FIELD_ID_TO_NAME

    name = FIELD_ID_TO_NAME[column.type_code]
    if name == "FIXED":
        return f"NUMBER({column.precision},{column.scale})"
    sized = f"({column.internal_size})" if name in _SIZED and column.internal_size else ""
    return f"{_TYPES.get(name, name)}{sized}"
