"""DuckDB's statements for commands that name types, users and objects in another backend's way."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.errors import SqlglotError

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.duckdb.statements import DuckDbStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.types import Family, family

__all__ = ["MockStatements", "vendor_type"]

_DUCKDB = "duckdb"


@lru_cache(maxsize=4096)
def vendor_type(text: str, dialect: str) -> str:
    """What another dialect calls one of DuckDB's types: ``INT64`` of ``BIGINT``; as it is where it has no name."""
    try:
        return exp.DataType.build(text, dialect=_DUCKDB).sql(dialect=dialect)
    except (SqlglotError, ValueError):
        return text


class MockStatements(DuckDbStatements):
    """``vendor`` is sqlglot's name of the dialect in which commands name types.

    Users, roles and grants have no statements: DuckDB has none of them, and in one process nobody is kept out.
    """

    dialect: ClassVar[str] = _DUCKDB

    def __init__(self, vendor: str, *, case_sensitive: bool) -> None:
        super().__init__()
        self.vendor = vendor
        self._case_sensitive = case_sensitive

    def fold(self, name: str) -> str:
        """The name itself where the backend keeps cases apart; the connection sees to it."""
        return name if self._case_sensitive else super().fold(name)

    def type(self, column: Column) -> exp.DataType:
        """A column's type, read as the backend's. Raises CommandFault (3000) for what that does not know as one."""
        try:
            kind = exp.DataType.build(column.full_type, dialect=self.vendor)
        except Exception as error:  # sqlglot's tokenizer and parser have no common root
            raise CommandFault(
                StorageCode.VALIDATION, f"the column {column.name!r} has the type {column.full_type!r}, which is none"
            ) from error
        if any(isinstance(one.this, exp.Var) for one in kind.expressions if isinstance(one, exp.DataTypeParam)):
            kind.set("expressions", [])  # VARCHAR(MAX): here every text is as long as it likes
        return kind

    def family(self, column: Column) -> Family:
        """What the column's values are."""
        return family(column.full_type, self.vendor)

    def clone_table(self, source: TableName, target: TableName) -> list[str]:
        """A copy of the rows: key and defaults are forgotten."""
        rows = exp.select("*").from_(self.table(source))
        return [self.render(exp.Create(kind="TABLE", this=self.table(target), expression=rows))]

    def table_at(self, source: TableName, target: TableName, timestamp: int) -> list[str]:
        """As it is now: the stand-in keeps no past."""
        _ = timestamp
        return self.clone_table(source, target)

    def _nothing(self, *_given: Any, **_named: Any) -> list[str]:
        return []

    create_role = drop_role = create_user = drop_user = reset_password = _nothing
    grant_role_to_user = revoke_role_from_user = grant_role_to_role = revoke_role_from_role = _nothing
    grant_database = grant_database_use = grant_schema = _nothing
    grant_schema_reading = revoke_schema_reading = grant_table_reading = _nothing
