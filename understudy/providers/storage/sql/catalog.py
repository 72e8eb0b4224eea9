"""What there is in a database, from its ``information_schema``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["Catalog"]

Kind = Literal["table", "view"]


class Catalog:
    """Looks things up by their exact names. A backend whose catalog is another overrides what differs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def schema_exists(self, path: Sequence[str]) -> bool:
        """Whether there is a schema of this path."""
        return path[-1] in self.schemas(path[:-1])

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas of a database, sorted; an empty path is the connection's own database."""
        query = self._query("schemata", path, ("schema_name",), {"catalog_name": path[-1]} if path else {})
        return tuple(sorted(name for (name,) in self._rows(query)))

    def kind(self, table: TableName) -> Kind | None:
        """Whether the name is a table's or a view's; None where it is neither's."""
        return self.objects(table.path).get(table.name)

    def objects(self, path: Sequence[str]) -> dict[str, Kind]:
        """The tables and views of a schema."""
        query = self._query("tables", path, ("table_name", "table_type"), self._place(path))
        return {name: "view" if "VIEW" in kind.upper() else "table" for name, kind in self._rows(query)}

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        wanted = ("column_name", "data_type", "is_nullable", "column_default")
        query = self._query("columns", table.path, wanted, {**self._place(table.path), "table_name": table.name})
        rows = self._rows(query.order_by("ordinal_position"))
        return tuple(self.column(name, kind, nullable, default) for name, kind, nullable, default in rows)

    def column(self, name: str, kind: str, nullable: str, default: str | None) -> Column:
        """A column of what the catalog says of it."""
        base, _, rest = kind.partition("(")
        return Column(
            name=name, type=base.strip(), length=rest.rstrip(") "), nullable=nullable == "YES", default=default
        )

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order; empty for none."""
        _ = table
        return ()

    def rows(self, table: TableName) -> int:
        """How many rows a table has."""
        return int(self._session.execute(self._session.sql.count(table)).scalar())

    def size(self, table: TableName) -> int:
        """How many bytes it takes; 0 where the backend does not tell."""
        _ = table
        return 0

    def _place(self, path: Sequence[str]) -> dict[str, str]:
        place = {"table_schema": path[-1]}
        return place if len(path) == 1 else {**place, "table_catalog": path[-2]}

    def _query(self, view: str, path: Sequence[str], columns: Sequence[str], where: dict[str, str]) -> exp.Select:
        sql = self._session.sql
        query = sql.information(view, path, columns)
        condition: exp.Condition | None = None
        for name, value in where.items():
            condition = sql.bound(condition, name, value)
        return query if condition is None else query.where(condition)

    def _rows(self, query: exp.Select) -> Sequence[tuple[str, ...]]:
        return self._session.execute(self._session.sql.render(query)).rows
