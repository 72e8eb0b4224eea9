"""What there is below the root: folders, and what their logs say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from understudy.providers.storage.delta.places import Place
from understudy.providers.storage.sql.catalog import Catalog, Kind
from understudy.providers.storage.sql.defaults import split_type
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.delta.connection import DeltaConnection

__all__ = ["DeltaCatalog"]


class DeltaCatalog(Catalog):
    """Schemas are folders, tables are logs in them; there are no views and no databases."""

    def databases(self) -> tuple[str, ...]:
        """None: the root is all that there is."""
        return ()

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas, sorted."""
        _ = path
        return self._connection.store.schemas()

    def schema_exists(self, path: Sequence[str]) -> bool:
        """Whether there is such a folder."""
        return self._connection.store.schema_exists(path[-1])

    def kind(self, table: TableName) -> Kind | None:
        """A table where there is a log."""
        return "table" if self._connection.store.exists(Place.of(table)) else None

    def objects(self, path: Sequence[str]) -> dict[str, Kind]:
        """The tables of a schema."""
        return dict.fromkeys(self._connection.store.tables(path[-1]), "table")

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, their types in the embedded engine's words."""
        place = Place.of(table)
        if not self._connection.store.exists(place):
            return ()
        logged = self._connection.table(place)
        found = self._session.describe(self._session.sql.probe(table))
        defaults, required = logged.defaults, logged.required
        return tuple(
            Column(
                name=column.name,
                type=kind,
                length=length,
                nullable=column.name not in required,
                default=defaults.get(column.name),
            )
            for column, (kind, length) in ((column, split_type(column.type)) for column in found)
        )

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The key that the table was made with."""
        return self._connection.table(Place.of(table)).key

    def size(self, table: TableName) -> int:
        """Bytes of the files of the newest version."""
        return self._connection.table(Place.of(table)).size

    @property
    def _connection(self) -> DeltaConnection:
        return cast("DeltaConnection", self._session.connection)
