"""A cursor of an embedded database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from understudy.providers.storage.connection import Connection, ResultColumn, Rows

if TYPE_CHECKING:
    import duckdb

__all__ = ["DuckDbConnection"]


class DuckDbConnection(Connection):
    """One cursor: cursors of a database run side by side, each with transactions of its own."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        """Run one statement."""
        self._cursor.execute(sql, list(parameters)) if parameters else self._cursor.execute(sql)
        described = self._cursor.description or ()
        rows = self._cursor.fetchall()
        columns = tuple(ResultColumn(column[0], str(column[1])) for column in described)
        changed = len(columns) == 1 and columns[0].name == "Count" and len(rows) == 1
        return Rows(columns=columns, rows=rows, affected=int(rows[0][0]) if changed else None)

    def begin(self) -> None:
        """Begin a transaction."""
        self._cursor.begin()

    def commit(self) -> None:
        """Commit it."""
        self._cursor.commit()

    def rollback(self) -> None:
        """Roll it back."""
        self._cursor.rollback()

    def interrupt(self) -> None:
        """Stop the statement that runs."""
        self._cursor.interrupt()

    def close(self) -> None:
        """Close the cursor."""
        self._cursor.close()
