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
        self.cursor = cursor

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        cursor = self.cursor
        cursor.execute(sql, list(parameters)) if parameters else cursor.execute(sql)
        rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        if cursor.rowcount >= 0:  # -1 for what is no change; a change's result is its count
            return Rows(affected=cursor.rowcount)
        columns = tuple(ResultColumn(column[0], str(column[1])) for column in cursor.description or ())
        return Rows(columns=columns, rows=rows)

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns that a query would give, which the engine knows when it has bound it: a third of the time."""
        bound = self.cursor.sql(sql)
        return tuple(ResultColumn(name, str(kind)) for name, kind in zip(bound.columns, bound.types, strict=True))

    def begin(self) -> None:
        """Begin a transaction."""
        self.cursor.begin()

    def commit(self) -> None:
        """Commit it."""
        self.cursor.commit()

    def rollback(self) -> None:
        """Roll it back."""
        self.cursor.rollback()

    def interrupt(self) -> None:
        """Stop the statement that runs."""
        self.cursor.interrupt()

    def close(self) -> None:
        """Close the cursor."""
        self.cursor.close()
