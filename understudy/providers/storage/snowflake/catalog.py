"""Snowflake's catalog: each database has an ``information_schema``, and keys are only shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.defaults import literal_text, split_type
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.connection import Rows
    from understudy.providers.storage.snowflake.statements import SnowflakeStatements

__all__ = ["SnowflakeCatalog"]

_INTERNAL = "INFORMATION_SCHEMA"
_NOT_THERE = frozenset(
    {
        StorageCode.DATABASE_NOT_FOUND,
        StorageCode.OBJECT_NOT_FOUND,
        StorageCode.SCHEMA_NOT_FOUND,
        StorageCode.TABLE_NOT_FOUND,
    }
)
_COLUMN = (
    "column_name",
    "data_type",
    "is_nullable",
    "column_default",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
)


class SnowflakeCatalog(Catalog):
    """Names are compared letter by letter; a database that is not there has nothing in it."""

    def databases(self) -> tuple[str, ...]:
        """The databases that the user can see, sorted."""
        shown = self._session.execute(self._statements.show_databases())
        return tuple(sorted(_cells(shown, "name")))

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas of a database, sorted."""
        return tuple(name for name in super().schemas(path) if name != _INTERNAL)

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        where = {**self._place(table.path), "table_name": table.name}
        query = self._query("columns", table.path, _COLUMN, where).order_by("ordinal_position")
        return tuple(self._column(*row) for row in self._rows(query))

    def shown(self, table: TableName) -> tuple[Column, ...]:
        """The columns' names and types, as the compiler knows them: ``information_schema`` takes its time."""
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
        shown = self._session.execute(self._statements.show_primary_key(table))
        places = zip(_cells(shown, "key_sequence"), _cells(shown, "column_name"), strict=True)
        return tuple(name for _, name in sorted((int(place), str(name)) for place, name in places))

    def size(self, table: TableName) -> int:
        """How many bytes it takes."""
        where = {**self._place(table.path), "table_name": table.name}
        found = self._rows(self._query("tables", table.path, ("bytes",), where))
        return int(found[0][0] or 0) if found else 0

    @property
    def _statements(self) -> SnowflakeStatements:
        return cast("SnowflakeStatements", self._session.sql)

    def _column(
        self,
        name: str,
        kind: str,
        nullable: str,
        default: str | None,
        length: int | None,
        precision: int | None,
        scale: int | None,
    ) -> Column:
        text = None if default is None else literal_text(default, self._session.sql.dialect)
        return Column(
            name=name,
            type="VARCHAR" if kind == "TEXT" else kind,
            length=_length(kind, length, precision, scale),
            nullable=nullable == "YES",
            default=default if text is None else text,
            default_is_sql=default is not None and text is None,
        )

    def _rows(self, query: exp.Select) -> Sequence[tuple[Any, ...]]:
        try:
            return super()._rows(query)
        except Exception as error:
            if self._session.backend.translate(error).code in _NOT_THERE:
                return ()
            raise


def _length(kind: str, length: int | None, precision: int | None, scale: int | None) -> str:
    if kind in {"TEXT", "BINARY"}:
        return "" if length is None else str(length)
    return f"{precision},{scale}" if kind == "NUMBER" and precision is not None else ""


def _cells(rows: Rows, name: str) -> list[Any]:
    """A column of what a SHOW gives, by its name: the engine adds columns between releases."""
    place = [column.name.lower() for column in rows.columns].index(name)
    return [row[place] for row in rows.rows]
