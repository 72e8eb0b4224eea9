"""What there is in a database, from its ``information_schema``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from sqlglot import exp

from understudy.providers.storage.sql.defaults import literal_text, split_type
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["Catalog"]

Kind = Literal["table", "view"]


class Catalog:
    """Looks things up by their names, as the engine compares them.

    A backend whose catalog is another overrides what differs.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def database_exists(self, name: str) -> bool:
        """Whether there is a database of this name."""
        return self._among(name, self.databases())

    def databases(self) -> tuple[str, ...]:
        """The databases that the user can see, sorted."""
        return tuple(sorted({name for (name,) in self._rows(self._query("schemata", (), ("catalog_name",), {}))}))

    def schema_exists(self, path: Sequence[str]) -> bool:
        """Whether there is a schema of this path."""
        return self._among(path[-1], self.schemas(path[:-1]))

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas of a database, sorted; an empty path is the connection's own database."""
        place = tuple(path) or self._session.sql.home
        query = self._query("schemata", place, ("schema_name",), {"catalog_name": place[-1]} if place else {})
        return tuple(sorted(name for (name,) in self._rows(query)))

    def kind(self, table: TableName) -> Kind | None:
        """Whether the name is a table's or a view's; None where it is neither's."""
        fold = self._session.sql.fold
        wanted = fold(table.name)
        return next((kind for name, kind in self.objects(table.path).items() if fold(name) == wanted), None)

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
        base, length = split_type(kind)
        text = None if default is None else literal_text(default, self._session.sql.dialect)
        return Column(
            name=name,
            type=base,
            length=length,
            nullable=nullable == "YES",
            default=default if text is None else text,
            default_is_sql=default is not None and text is None,
        )

    def shown(self, table: TableName) -> tuple[Column, ...]:
        """The names and types of a table's or view's columns, in order, by the shortest way; empty where it is none."""
        return self.columns(table)

    def bound_to(self, table: TableName) -> tuple[str, ...]:
        """What would be lost with a table's primary key, where taking it away makes the table anew."""
        _ = table
        return ()

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

    def _among(self, name: str, names: Iterable[str]) -> bool:
        fold = self._session.sql.fold
        return fold(name) in map(fold, names)

    def _place(self, path: Sequence[str]) -> dict[str, str]:
        path = self._session.sql.full(path)
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
