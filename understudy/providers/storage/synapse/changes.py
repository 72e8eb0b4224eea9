"""How T-SQL of a dedicated SQL pool changes tables."""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName
from understudy.providers.storage.synapse.table_options import table_options

__all__ = ["SynapseChanges"]


class SynapseChanges(Statements):
    """sqlglot quotes; what it does not know of the engine is written here.

    Source: the vendor's reference of ALTER TABLE, CREATE TABLE and RENAME for Azure Synapse Analytics.
    """

    def default(self, column: Column) -> exp.Expr:
        """A column's default: a constant, for the engine takes no expression. Raises CommandFault (3000) for none."""
        text = column.default or ""
        if column.default_is_sql:
            return sqlglot.parse_one(text, dialect=self.dialect)
        family = self.family(column)
        if family == "boolean":
            return exp.Literal.number(1 if text.lower() in {"1", "true"} else 0)
        if family == "number":
            return sqlglot.parse_one(text, dialect=self.dialect)
        constant = self.literal(text)
        if not isinstance(constant, exp.National):
            raise CommandFault(
                StorageCode.VALIDATION, f"the default of {column.name!r} has a backslash before a line's end in it"
            )
        return constant

    def table_options(self, definition: TableDefinition) -> str:
        """Where rows are kept and how."""
        return table_options(self, definition)

    def key(self, names: Sequence[str]) -> exp.Expr:
        """The primary key within CREATE TABLE: the engine takes only one that it does not enforce."""
        return exp.var(f"PRIMARY KEY NONCLUSTERED ({', '.join(map(self.quoted, names))}) NOT ENFORCED")

    def before_primary_key(self, table: TableName, columns: Sequence[Column]) -> list[str]:
        """The columns of a key must refuse nulls."""
        found = [column for column in columns if column.nullable]
        return [self._column(table, column, nullable=False) for column in found]

    def add_primary_key(self, table: TableName, names: Sequence[str]) -> list[str]:
        """Make these columns the primary key."""
        return [f"ALTER TABLE {self.render(self.table(table))} ADD {self.render(self.key(names))}"]

    def drop_constraint(self, table: TableName, name: str) -> str:
        """Drop a key or a default by its own name."""
        return f"ALTER TABLE {self.render(self.table(table))} DROP CONSTRAINT {self.quoted(name)}"

    def set_type(self, table: TableName, column: Column) -> list[str]:
        """Give a column another type; whether it takes nulls is said again, or the engine would forget it."""
        return [self._column(table, column, nullable=column.nullable)]

    def set_nullable(self, table: TableName, column: Column) -> list[str]:
        """Allow nulls in a column, or forbid them."""
        return [self._column(table, column, nullable=column.nullable)]

    def set_default(self, table: TableName, column: Column) -> list[str]:
        """A default is a constraint of its own, which this backend does not change (900)."""
        _ = table, column
        raise CommandFault(
            StorageCode.NOT_SUPPORTED,
            "defaults of columns that are there are not changed in Synapse",
            hint="Add a column as it shall be.",
        )

    def rename_table(self, table: TableName, name: str) -> list[str]:
        """Give a table another name in its schema."""
        return [f"RENAME OBJECT {self.render(self.table(table))} TO {self.quoted(name)}"]

    def _column(self, table: TableName, column: Column, *, nullable: bool) -> str:
        kind = self.render(self.type(column))
        nulls = "NULL" if nullable else "NOT NULL"
        return f"ALTER TABLE {self.render(self.table(table))} ALTER COLUMN {self.quoted(column.name)} {kind} {nulls}"
