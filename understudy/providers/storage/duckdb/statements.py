"""What DuckDB says otherwise than the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.duckdb.names import HOME
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName
from understudy.providers.storage.sql.template import hole

__all__ = ["DuckDbStatements"]


class DuckDbStatements(Statements):
    """DuckDB's dialect."""

    dialect: ClassVar[str] = "duckdb"
    home: ClassVar[tuple[str, ...]] = (HOME,)

    def use(self, path: Sequence[str]) -> list[str]:
        """Look unqualified names up in this schema; an empty path is the settings' own database."""
        return super().use(path or (HOME, "main"))

    def fold(self, name: str) -> str:
        """The engine ignores the case of ASCII letters, and of those only."""
        return name.encode().lower().decode()

    def contains(self, column: Column) -> exp.Condition:
        """Whether a string column has the search's value in it."""
        return exp.Contains(this=self.column(column.name), expression=hole())

    def drop_primary_key(self, definition: TableDefinition, spare: TableName) -> list[str]:
        """The engine cannot take a key away: the table is made anew without it, in the transaction of the caller."""
        made = TableDefinition(table=spare, columns=definition.columns, meta=definition.meta)
        return [
            *self.create_table(made),
            self.copy_rows(definition.table, spare, [column.name for column in definition.columns]),
            *self.drop_table(definition.table),
            *self.rename_table(spare, definition.table.name),
        ]
