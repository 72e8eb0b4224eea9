"""A connection to Synapse, through the vendor's driver."""

from __future__ import annotations

import contextlib
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from understudy.domain.storage import RuntimeOptions
from understudy.providers.storage.connection import Connection, ResultColumn, Rows
from understudy.providers.storage.synapse.errors import CONNECTION_LOST

__all__ = ["SynapseConnection"]

_TYPES: Mapping[Any, str] = {
    bool: "BIT",
    bytes: "VARBINARY",
    Decimal: "DECIMAL",
    dt.date: "DATE",
    dt.datetime: "DATETIME2",
    dt.time: "TIME",
    float: "FLOAT",
    int: "BIGINT",
    str: "NVARCHAR",
    UUID: "UNIQUEIDENTIFIER",
}
"""What the driver tells of a result's column: the class of its values."""
_GRACE = 30
"""Seconds that the server has to end a statement that is over its time, before the driver gives it up."""


class SynapseConnection(Connection):
    """One connection, which commits every statement by itself unless a transaction was begun."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._running: Any = None
        self._lost = False

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Let the driver give up a server that does not answer."""
        _ = options
        self._connection.timeout = 0 if limit is None else math.ceil(limit) + _GRACE

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        cursor = self._connection.cursor()
        self._running = cursor
        try:
            cursor.execute(sql, tuple(parameters)) if parameters else cursor.execute(sql)
            return _rows(cursor, limit)
        except Exception as error:
            self._lost = self._lost or getattr(error, "driver_error", "") in CONNECTION_LOST
            raise
        finally:
            self._running = None
            with contextlib.suppress(Exception):  # a cursor of a connection that is lost cannot be closed
                cursor.close()

    def begin(self) -> None:
        """Begin a transaction."""
        self.execute("BEGIN TRANSACTION")

    def commit(self) -> None:
        """Commit it."""
        self.execute("COMMIT TRANSACTION")

    def rollback(self) -> None:
        """Roll it back."""
        if not self._lost:  # a server that is gone has rolled back by itself
            self.execute("IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION")

    def interrupt(self) -> None:
        """Cancel the statement that runs; it then fails with HY008."""
        statement = getattr(self._running, "hstmt", None)
        if statement is not None:
            with contextlib.suppress(Exception):  # whoever interrupts asks again while the statement runs
                statement._cancel()  # noqa: SLF001 - the driver's own way, and no public one

    def usable(self) -> bool:
        """Whether the server was there until now."""
        return not self._lost

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(Exception):  # the driver raises where the server is gone
            self._connection.close()


def _rows(cursor: Any, limit: int | None) -> Rows:
    if not cursor.description:
        return Rows(affected=cursor.rowcount if cursor.rowcount >= 0 else None)
    rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    columns = tuple(ResultColumn(column[0], _TYPES.get(column[1], str(column[1]))) for column in cursor.description)
    return Rows(columns=columns, rows=[tuple(row) for row in rows])
