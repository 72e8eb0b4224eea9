"""BigQuery's catalog: the API's own answers, which cost nothing, where ``INFORMATION_SCHEMA`` is billed as a query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from understudy.providers.storage.bigquery.fields import column_of_field
from understudy.providers.storage.sql.catalog import Catalog, Kind
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from google.cloud.bigquery import Table

    from understudy.providers.storage.bigquery.connection import BigQueryConnection

__all__ = ["BigQueryCatalog"]


class BigQueryCatalog(Catalog):
    """Projects are databases, datasets are schemas."""

    def database_exists(self, name: str) -> bool:
        """Whether there is a project of this id that the account may look into."""
        return self._connection.has_project(name)

    def databases(self) -> tuple[str, ...]:
        """The projects that the account can see, sorted."""
        return tuple(sorted(self._connection.projects()))

    def schema_exists(self, path: Sequence[str]) -> bool:
        """Whether there is a dataset of this path."""
        return self._connection.has_dataset(path)

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The datasets of a project, sorted; an empty path is the client's own project."""
        return tuple(sorted(self._connection.datasets(path[-1] if path else None)))

    def kind(self, table: TableName) -> Kind | None:
        """Whether the name is a table's or a view's; None where it is neither's."""
        found = self._found(table)
        return None if found is None else _kind(str(found.table_type))

    def objects(self, path: Sequence[str]) -> dict[str, Kind]:
        """The tables and views of a dataset."""
        return {name: _kind(kind) for name, kind in self._connection.tables(path)}

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        found = self._found(table)
        dialect = self._session.sql.dialect
        return () if found is None else tuple(column_of_field(field, dialect) for field in found.schema)

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order; the engine does not hold rows to it."""
        found = self._found(table)
        constraints = None if found is None else found.table_constraints
        key = None if constraints is None else constraints.primary_key
        return () if key is None else tuple(key.columns)

    def size(self, table: TableName) -> int:
        """How many bytes it takes, without what is kept of its past."""
        found = self._found(table)
        return 0 if found is None else int(found.num_bytes or 0)

    def _found(self, table: TableName) -> Table | None:
        return self._connection.find_table(table)

    @property
    def _connection(self) -> BigQueryConnection:
        return cast("BigQueryConnection", self._session.connection)


def _kind(kind: str) -> Kind:
    return "view" if "VIEW" in kind else "table"
