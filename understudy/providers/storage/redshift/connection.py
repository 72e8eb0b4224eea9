"""A connection to Redshift, through the vendor's driver."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
from collections.abc import Sequence
from typing import Any

from understudy.domain.storage import RuntimeOptions
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.connection import Connection, ResultColumn, Rows
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.redshift.errors import CONNECTION_LOST, state_of
from understudy.providers.storage.redshift.session import SessionStatements

__all__ = ["RedshiftConnection"]

_CANCEL = 80877102
"""The code of a CancelRequest. Source: chapter "Message Formats" of PostgreSQL's documentation."""
_CANCEL_WITHIN = 5.0
_LONGEST_GROUP = 320
"""Characters of a query group that the engine takes."""
_GRACE = 30
"""Seconds that the server has to end a statement that is over its time, before it counts as gone."""


class RedshiftConnection(Connection):
    """One connection, which commits every statement by itself unless a transaction was begun.

    Values are never bound: the driver's reading of a statement knows no backslash in a text.
    """

    def __init__(self, connection: Any, statements: SessionStatements) -> None:
        self._connection = connection
        self._statements = statements
        self._address = connection._usock.getpeername()  # noqa: SLF001 - no public way has it
        self._limit: float | None = None
        self._group = ""
        self._lost = False
        self._patience(None)

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Mark the statements of the next command by a query group, and limit each of them.

        Raises CommandFault (3000) for a mark that is too long.
        """
        told = {**({"run_id": options.run_id} if options.run_id else {}), **options.query_tags}
        group = json.dumps(told, sort_keys=True) if told else ""
        if len(group) > _LONGEST_GROUP:
            raise CommandFault(
                StorageCode.VALIDATION,
                f"the query tags take {len(group)} characters; Redshift takes {_LONGEST_GROUP}; nothing was touched",
            )
        if group != self._group:
            self.execute(self._statements.query_group(group))
            self._group = group
        if limit != self._limit:
            self.execute(self._statements.statement_timeout(0 if limit is None else math.ceil(limit * 1000)))
            self._limit = limit
            self._patience(None if limit is None else limit + _GRACE)

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        _ = parameters
        try:
            with contextlib.closing(self._connection.cursor()) as cursor:
                cursor.execute(sql)
                return _rows(cursor, limit)
        except Exception as error:
            state = state_of(error)
            self._lost = self._lost or not state or state in CONNECTION_LOST or state[:2] in CONNECTION_LOST
            raise
        finally:
            self._connection._caches.clear()  # noqa: SLF001 - the driver keeps every statement's text, with its secrets

    def begin(self) -> None:
        """Begin a transaction."""
        self.execute("BEGIN")

    def commit(self) -> None:
        """Commit it."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Roll it back."""
        if not self._lost:  # a server that is gone has rolled back by itself
            self.execute("ROLLBACK")

    def interrupt(self) -> None:
        """Ask the server, on a connection of its own, to cancel the statement that runs; it then fails with 57014."""
        key = self._connection._backend_key_data  # noqa: SLF001 - no public way has it
        if key is None:
            return
        with (
            contextlib.suppress(OSError),  # whoever interrupts asks again while the statement runs
            socket.create_connection(self._address[:2], timeout=_CANCEL_WITHIN) as asking,
        ):
            asking.sendall(struct.pack("!ii", 16, _CANCEL) + key)

    def usable(self) -> bool:
        """Whether the server was there until now."""
        return not self._lost

    def close(self) -> None:
        """Close it."""
        with contextlib.suppress(Exception):  # the driver raises where it is closed already
            self._connection.close()

    def _patience(self, seconds: float | None) -> None:
        self._connection._usock.settimeout(seconds)  # noqa: SLF001 - the driver has one limit, for the login


def _rows(cursor: Any, limit: int | None) -> Rows:
    if not cursor.description:
        return Rows(affected=cursor.rowcount if cursor.rowcount >= 0 else None)
    rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
    columns = tuple(ResultColumn(column[0], _type(column[1])) for column in cursor.description)
    return Rows(columns=columns, rows=[tuple(row) for row in rows])


def _type(number: int) -> str:
    from redshift_connector.utils.oids import RedshiftOID

    try:
        return str(RedshiftOID(number).name)
    except ValueError:
        return str(number)
