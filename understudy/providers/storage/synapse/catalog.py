"""Synapse's catalog: ``information_schema`` for what there is, and the views of ``sys`` for keys and defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["SynapseCatalog"]

_TABLE = "FROM sys.schemas AS s JOIN sys.tables AS t ON t.schema_id = s.schema_id"
_KEY = (
    f"SELECT k.name, c.name {_TABLE} JOIN sys.key_constraints AS k ON k.parent_object_id = t.object_id "
    "JOIN sys.indexes AS i ON i.object_id = t.object_id "
    "JOIN sys.index_columns AS x ON x.object_id = i.object_id AND x.index_id = i.index_id "
    "JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id "
    "WHERE k.type = 'PK' AND i.is_primary_key = 1"
)
_DEFAULTS = (
    f"SELECT d.name, c.name {_TABLE} JOIN sys.default_constraints AS d ON d.parent_object_id = t.object_id "
    "JOIN sys.columns AS c ON c.object_id = t.object_id AND c.column_id = d.parent_column_id WHERE 1 = 1"
)
_COLUMNS = (
    "column_name",
    "data_type",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
    "datetime_precision",
    "is_nullable",
    "column_default",
)
_OWN = frozenset({"sys", "information_schema", "guest"})
_SIZED = frozenset({"binary", "char", "nchar", "nvarchar", "varbinary", "varchar"})
_TIMED = frozenset({"datetime2", "datetimeoffset", "time"})
_WHOLE = 7
"""The digits of a second that a type has which says none."""


class SynapseCatalog(Catalog):
    """What there is in the connection's database."""

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas, sorted, without the engine's own."""
        _ = path
        return tuple(
            name for name in super().schemas(()) if name.lower() not in _OWN and not name.lower().startswith("db_")
        )

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        query = self._query("columns", table.path, _COLUMNS, {**self._place(table.path), "table_name": table.name})
        return tuple(
            self.column(name, _type(*kind), nullable, default)
            for name, *kind, nullable, default in self._rows(query.order_by("ordinal_position"))
        )

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order."""
        return tuple(column for _, column in self._named(_KEY, table, order="x.key_ordinal"))

    def key_name(self, table: TableName) -> str:
        """What the primary key is called; empty where there is none."""
        return next((name for name, _ in self._named(_KEY, table)), "")

    def default_name(self, table: TableName, column: str) -> str:
        """What the default of a column is called; empty where it has none."""
        fold = self._session.sql.fold
        return next((name for name, of in self._named(_DEFAULTS, table) if fold(of) == fold(column)), "")

    def _named(self, query: str, table: TableName, *, order: str = "") -> Sequence[tuple[str, str]]:
        sql = self._session.sql
        place = {"s.name": table.path[-1], "t.name": table.name}
        tests = [
            exp.Lower(this=exp.column("name", table=key[0])).eq(exp.Lower(this=sql.literal(value)))
            for key, value in place.items()
        ]
        ordered = f" ORDER BY {order}" if order else ""
        found = self._session.execute(f"{query} AND {sql.render(exp.and_(*tests))}{ordered}").rows
        return [(str(name), str(column)) for name, column in found]


def _type(kind: str, length: Any, precision: Any, scale: Any, digits: Any) -> str:
    """A type as the language writes it: ``NVARCHAR(MAX)``, ``DECIMAL(10,2)``."""
    name = kind.lower()
    if name in _SIZED and length is not None:
        return f"{name.upper()}({'MAX' if int(length) < 0 else length})"
    if name in {"decimal", "numeric"}:
        return f"DECIMAL({precision},{scale})"
    if name in _TIMED and digits is not None and int(digits) != _WHOLE:
        return f"{name.upper()}({digits})"
    return name.upper()
