"""Redshift's catalog: the tables of ``pg_catalog``, which every user may read and which know types and keys whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.redshift.login import database_of
from understudy.providers.storage.sql.catalog import Catalog, Kind
from understudy.providers.storage.sql.defaults import split_type
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.config.models.storage_backends import RedshiftSettings

__all__ = ["RedshiftCatalog"]

_RELATIONS = "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
_COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid) "
    f"{_RELATIONS} JOIN pg_attribute AS a ON a.attrelid = c.oid "
    "LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum "
    "WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm')"
)
_OBJECTS = f"SELECT c.relname, c.relkind {_RELATIONS} WHERE c.relkind IN ('r', 'v', 'm')"
_KEY = (
    "SELECT k.conname, k.conkey, a.attnum, a.attname "
    f"{_RELATIONS} JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p' "
    "JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT a.attisdropped"
)
_SCHEMAS = (
    "SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg|_%' ESCAPE '|' AND nspname <> 'information_schema'"
)
_DATABASES = "SELECT datname FROM pg_database WHERE datname NOT IN ('template0', 'template1', 'padb_harvest')"
_SIZE = 'SELECT size FROM svv_table_info WHERE "schema" = {} AND "table" = {}'
_MEGABYTE = 1024 * 1024
_TYPES = {
    "character varying": "VARCHAR",
    "character": "CHAR",
    "timestamp without time zone": "TIMESTAMP",
    "timestamp with time zone": "TIMESTAMPTZ",
    "time without time zone": "TIME",
    "time with time zone": "TIMETZ",
    "binary varying": "VARBYTE",
}
"""What the catalog calls otherwise than the language does."""


class RedshiftCatalog(Catalog):
    """What there is in the connection's database; a path that names another one is refused (1003)."""

    def databases(self) -> tuple[str, ...]:
        """The databases of the cluster, sorted."""
        return tuple(sorted(name for (name,) in self._session.execute(_DATABASES).rows))

    def schemas(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schemas of the connection's database, sorted."""
        self._check(path)
        return tuple(sorted(name for (name,) in self._session.execute(_SCHEMAS).rows))

    def objects(self, path: Sequence[str]) -> dict[str, Kind]:
        """The tables and views of a schema."""
        rows = self._found(_OBJECTS, path)
        return {name: "table" if _letter(kind) == "r" else "view" for name, kind in rows}

    def columns(self, table: TableName) -> tuple[Column, ...]:
        """The columns, in the table's order."""
        rows = self._found(_COLUMNS, table.path, table.name, order="a.attnum")
        return tuple(
            self.column(name, kind, "NO" if needed else "YES", default) for name, kind, needed, default in rows
        )

    def column(self, name: str, kind: str, nullable: str, default: str | None) -> Column:
        """A column of what the catalog says of it, its type called as the language calls it."""
        base, length = split_type(kind)
        named = _TYPES.get(base, base.upper())
        return super().column(name, f"{named}({length})" if length else named, nullable, default)

    def primary_key(self, table: TableName) -> tuple[str, ...]:
        """The columns of the primary key, in its order."""
        return self._key(table)[1]

    def key_name(self, table: TableName) -> str:
        """What the primary key is called; empty where there is none."""
        return self._key(table)[0]

    def size(self, table: TableName) -> int:
        """How many bytes it takes, in whole megabytes; 0 where the user may not know."""
        sql, (schema,) = self._session.sql, self._session.sql.full(table.path)
        asked = _SIZE.format(sql.text_literal(sql.fold(schema)), sql.text_literal(sql.fold(table.name)))
        try:
            found = self._session.execute(asked).scalar()
        except Exception as error:
            if self._session.backend.translate(error).code == StorageCode.PERMISSION_DENIED:
                return 0
            raise
        return int(found or 0) * _MEGABYTE

    def _key(self, table: TableName) -> tuple[str, tuple[str, ...]]:
        rows = self._found(_KEY, table.path, table.name)
        if not rows:
            return "", ()
        by_number = {number: name for _, _, number, name in rows}
        return str(rows[0][0]), tuple(by_number[number] for number in _numbers(rows[0][1]))

    def _found(
        self, query: str, path: Sequence[str], name: str | None = None, *, order: str = ""
    ) -> Sequence[tuple[Any, ...]]:
        self._check(path[:-1])
        sql = self._session.sql
        condition = sql.bound(None, "nspname", path[-1])
        if name is not None:
            condition = sql.bound(condition, "relname", name)
        ordered = f" ORDER BY {order}" if order else ""
        return self._session.execute(f"{query} AND {sql.render(condition)}{ordered}").rows

    def _check(self, path: Sequence[str]) -> None:
        settings = cast("RedshiftSettings", self._session.backend.settings)
        database = database_of(settings, self._session.credentials)
        fold = self._session.sql.fold
        if path and fold(path[-1]) != fold(database):
            raise CommandFault(
                StorageCode.DATABASE_MISMATCH,
                f"the connection is of the database {database!r}, and the path names {path[-1]!r}",
                hint="Name the database in the credentials' meta: {'database': …}.",
            )


def _letter(kind: Any) -> str:
    return kind.decode() if isinstance(kind, bytes) else str(kind)


def _numbers(key: Any) -> Sequence[int]:
    """The columns' numbers: a list, or the text ``{1,2}`` where the driver does not read arrays."""
    if isinstance(key, str):
        return [int(number) for number in key.strip("{} ").split(",") if number.strip()]
    return [int(number) for number in key]
