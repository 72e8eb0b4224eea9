"""Exasol's catalog: the system tables of the schema ``SYS``. Source: the vendor's reference of system tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from understudy.providers.storage.sql.catalog import Catalog, Kind
from understudy.providers.storage.sql.defaults import literal_text, split_type
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["ExasolCatalog"]


class ExasolCatalog(Catalog):
    """Names are compared letter by letter. There is one database, which has no name of its own here."""

    def databases(self) -> tuple[str, ...]:
        """None that a path could name."""
        return ()

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas, sorted."""
        _ = path
        return tuple(sorted(name for (name,) in self._rows(_system("EXA_ALL_SCHEMAS", "SCHEMA_NAME"))))

    def objects(self, path: Sequence[str]) -> dict[str, Kind]:
        """The tables and views of a schema."""
        tables = _system("EXA_ALL_TABLES", "TABLE_NAME", TABLE_SCHEMA=path[-1])
        views = _system("EXA_ALL_VIEWS", "VIEW_NAME", VIEW_SCHEMA=path[-1])
        found: dict[str, Kind] = {name: "table" for (name,) in self._rows(tables)}
        found.update({name: "view" for (name,) in self._rows(views)})
        return found

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        query = _system(
            "EXA_ALL_COLUMNS",
            *("COLUMN_NAME", "COLUMN_TYPE", "COLUMN_IS_NULLABLE", "COLUMN_DEFAULT"),
            COLUMN_SCHEMA=table.path[-1],
            COLUMN_TABLE=table.name,
        )
        rows = self._rows(query.order_by("COLUMN_ORDINAL_POSITION"))
        return tuple(self._column(*row) for row in rows)

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order."""
        query = _system(
            "EXA_ALL_CONSTRAINT_COLUMNS",
            "COLUMN_NAME",
            CONSTRAINT_SCHEMA=table.path[-1],
            CONSTRAINT_TABLE=table.name,
            CONSTRAINT_TYPE="PRIMARY KEY",
        )
        return tuple(name for (name,) in self._rows(query.order_by("ORDINAL_POSITION")))

    def size(self, table: TableName) -> int:
        """How many bytes it takes, compressed."""
        query = _system("EXA_ALL_OBJECT_SIZES", "MEM_OBJECT_SIZE", ROOT_NAME=table.path[-1], OBJECT_NAME=table.name)
        found = self._rows(query)
        return int(found[0][0] or 0) if found else 0

    def _column(self, name: str, kind: str, nullable: Any, default: str | None) -> Column:
        base, length = split_type(kind.removesuffix(" UTF8").removesuffix(" ASCII"))
        text = None if default is None else literal_text(default, self._session.sql.dialect)
        return Column(
            name=name,
            type=base,
            length=length,
            nullable=nullable is not False,  # None: the engine does not know
            default=default if text is None else text,
            default_is_sql=default is not None and text is None,
        )


def _system(view: str, *columns: str, **where: str) -> exp.Select:
    source = exp.Table(this=exp.to_identifier(view), db=exp.to_identifier("SYS"))
    query = exp.select(*columns).from_(source)
    for column, value in where.items():
        query = query.where(exp.column(column).eq(exp.Literal.string(value)))
    return query
