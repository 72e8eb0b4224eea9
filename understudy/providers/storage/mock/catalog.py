"""DuckDB's catalog, its types called as another backend calls them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from understudy.providers.storage.duckdb.catalog import DuckDbCatalog
from understudy.providers.storage.mock.statements import MockStatements, vendor_type
from understudy.providers.storage.sql.defaults import split_type
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["MockCatalog"]


class MockCatalog(DuckDbCatalog):
    """What there is in the stand-in's database."""

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        return self._renamed(super().columns(table))

    def shown(self, table: TableName) -> tuple[Column, ...]:
        """The columns' names and types."""
        return self._renamed(super().shown(table))

    def _renamed(self, columns: Iterable[Column]) -> tuple[Column, ...]:
        sql = self._session.sql
        if not isinstance(sql, MockStatements):
            return tuple(columns)
        typed = ((column, *split_type(vendor_type(column.full_type, sql.vendor))) for column in columns)
        return tuple(replace(column, type=kind, length=length) for column, kind, length in typed)
