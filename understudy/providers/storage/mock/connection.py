"""A connection that keeps the case of names apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from understudy.providers.storage.connection import Rows
from understudy.providers.storage.duckdb.connection import DuckDbConnection

if TYPE_CHECKING:
    import duckdb

    from understudy.providers.storage.mock.naming import CaseKeeper

__all__ = ["MockConnection"]


class MockConnection(DuckDbConnection):
    """DuckDB as an engine on which ``A`` and ``a`` are two names."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, names: CaseKeeper) -> None:
        super().__init__(cursor)
        self._names = names

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement."""
        names = self._names
        rows = super().execute(names.statement(sql), names.values(sql, parameters), limit=limit)
        if not rows.columns:
            return rows
        columns = tuple(replace(column, name=names.decode(column.name)) for column in rows.columns)
        if not names.asks_catalog(sql):
            return replace(rows, columns=columns)
        return replace(rows, columns=columns, rows=[tuple(names.decode(each) for each in row) for row in rows.rows])
