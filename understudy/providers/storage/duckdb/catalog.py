"""DuckDB's catalog: its table functions answer sooner than ``information_schema``, and know the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.sql.catalog import Catalog, Kind
from understudy.providers.storage.sql.defaults import split_type
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["DuckDbCatalog"]

_WITHIN = "lower(database_name) = lower(coalesce(?, current_database())) AND lower(schema_name) = lower(?)"
_KIND = (
    f"SELECT table_name, 'table' FROM duckdb_tables() WHERE {_WITHIN} AND lower(table_name) = lower(?) "  # noqa: S608
    f"UNION ALL SELECT view_name, 'view' FROM duckdb_views() WHERE {_WITHIN} AND lower(view_name) = lower(?)"
)
_COLUMNS = (
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns() "  # noqa: S608
    f"WHERE {_WITHIN} AND lower(table_name) = lower(?) ORDER BY table_name, column_index"
)
# In lower case: a stand-in that keeps cases apart takes other literals in a query of the catalog for names.
_KEY = (
    "SELECT table_name, constraint_column_names FROM duckdb_constraints() "  # noqa: S608
    f"WHERE {_WITHIN} AND lower(table_name) = lower(?) AND lower(constraint_type) = 'primary key'"
)
_BOUND = (
    "SELECT table_name, constraint_text FROM duckdb_constraints() "  # noqa: S608
    f"WHERE {_WITHIN} AND lower(table_name) = lower(?) AND lower(constraint_type) NOT IN ('primary key', 'not null') "
    f"UNION ALL SELECT table_name, index_name FROM duckdb_indexes() WHERE {_WITHIN} AND lower(table_name) = lower(?)"
)
_DATABASES = (
    "SELECT database_name FROM duckdb_databases() "
    "WHERE NOT internal AND database_name <> 'memory' ORDER BY database_name"
)

_NOT_THERE = {
    StorageCode.DATABASE_NOT_FOUND,
    StorageCode.SCHEMA_NOT_FOUND,
    StorageCode.TABLE_NOT_FOUND,
    StorageCode.OBJECT_NOT_FOUND,
}


class DuckDbCatalog(Catalog):
    """``lower`` knows more letters than the engine's own comparison: what is found is compared once more."""

    def databases(self) -> tuple[str, ...]:
        """The settings' own and the projects', sorted."""
        return tuple(name for (name,) in self._session.execute(_DATABASES).rows)

    def kind(self, table: TableName) -> Kind | None:
        """Whether the name is a table's or a view's."""
        return next((kind for (kind,) in self._found(_KIND, table, twice=True)), None)

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        return tuple(
            self.column(name, kind, "YES" if nullable else "NO", default)
            for name, kind, nullable, default in self._found(_COLUMNS, table)
        )

    def shown(self, table: TableName) -> tuple[Column, ...]:
        """The columns' names and types, by asking for no row: a tenth of what the catalog's functions take."""
        try:
            found = self._session.describe(self._session.sql.probe(table))
        except Exception as error:
            if self._session.backend.translate(error).code in _NOT_THERE and self.kind(table) is None:
                return ()
            raise
        typed = ((column.name, *split_type(column.type)) for column in found)
        return tuple(Column(name=name, type=kind, length=length) for name, kind, length in typed)

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order."""
        return next((tuple(names) for (names,) in self._found(_KEY, table)), ())

    def bound_to(self, table: TableName) -> tuple[str, ...]:
        """Indexes and constraints of other kinds, which nothing here can make again."""
        return tuple(text for (text,) in self._found(_BOUND, table, twice=True))

    def _found(self, query: str, table: TableName, *, twice: bool = False) -> Sequence[tuple[Any, ...]]:
        path = (None, *self._session.sql.full(table.path))
        place = (*path[-2:], table.name)
        fold = self._session.sql.fold
        rows = self._session.execute(query, place * 2 if twice else place).rows
        return [row[1:] for row in rows if fold(row[0]) == fold(table.name)]
