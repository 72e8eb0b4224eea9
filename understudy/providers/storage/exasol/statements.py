"""What Exasol says otherwise than the rest. Source: the vendor's SQL reference, release 8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.exasol.users import ExasolUsers
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName
from understudy.providers.storage.sql.template import hole
from understudy.providers.storage.sql.types import DataKind

__all__ = ["ExasolStatements"]

_LONGEST_TEXT = "2000000"
"""Characters of the longest VARCHAR."""
_MOST_DIGITS = 36
_CHECKS: dict[DataKind, str] = {
    "BOOLEAN": "IS_BOOLEAN",
    "DATE": "IS_DATE",
    "TIMESTAMP": "IS_TIMESTAMP",
}
"""The functions that tell whether a text is a value of a kind; every other kind is a number."""


class ExasolStatements(ExasolUsers, Statements):
    """Exasol's dialect. The driver binds no values into queries, and an empty text is NULL."""

    dialect: ClassVar[str] = "exasol"
    placeholder: ClassVar[str | None] = None
    kinds: ClassVar[dict[DataKind, str]] = {**Statements.kinds, "STRING": f"VARCHAR({_LONGEST_TEXT})"}

    def create_database(self, name: str, *, retention_days: int = 0) -> list[str]:
        """There is one database, which is the server: no statement makes another."""
        _ = name, retention_days
        return []

    def use(self, path: Sequence[str]) -> list[str]:
        """Look unqualified names up in this schema."""
        return [f"OPEN SCHEMA {self.quoted(path[-1])}"] if path else []

    def type(self, column: Column) -> exp.DataType:
        """A column's type; a VARCHAR without a length, which the engine refuses, is the longest one."""
        if column.type.upper() == "VARCHAR" and not column.length:
            column = replace(column, length=_LONGEST_TEXT)
        return super().type(column)

    def key(self, names: Sequence[str]) -> exp.Expr:
        """A key that is written down and not enforced: enforcing it locks whoever else writes."""
        return exp.PrimaryKey(expressions=[self.identifier(name) for name in names], options=["DISABLE"])

    def default(self, column: Column) -> exp.Expr:
        """A column's default: a literal, for the engine takes no cast there."""
        if column.default_is_sql:
            return super().default(column)
        family, text = self.family(column), column.default or ""
        if family == "number":
            return exp.cast(exp.Literal.string(text), self.type(column))
        return exp.Literal.string(text)

    # -------------------------------------------------------------------------------------------------- changes

    def set_type(self, table: TableName, column: Column) -> list[str]:
        """Give a column another type; values that are none of it make the statement fail."""
        return [self._modify(table, column)]

    def set_nullable(self, table: TableName, column: Column) -> list[str]:
        """Allow nulls in a column, or forbid them."""
        return [f"{self._modify(table, column)} {'NULL' if column.nullable else 'NOT NULL'}"]

    def add_primary_key(self, table: TableName, names: Sequence[str]) -> list[str]:
        """Make these columns the primary key, written down and not enforced."""
        columns = ", ".join(self.quoted(name) for name in names)
        return [f"ALTER TABLE {self.render(self.table(table))} ADD PRIMARY KEY ({columns}) DISABLE"]

    def drop_primary_key(self, definition: TableDefinition, spare: TableName) -> list[str]:
        """Take the primary key away."""
        _ = spare
        return [f"ALTER TABLE {self.render(self.table(definition.table))} DROP PRIMARY KEY"]

    def rename_table(self, table: TableName, name: str) -> list[str]:
        """Give a table another name in its schema."""
        return [f"RENAME TABLE {self.render(self.table(table))} TO {self.quoted(name)}"]

    def _modify(self, table: TableName, column: Column) -> str:
        kind = self.type(column).sql(dialect=self.dialect)
        return f"ALTER TABLE {self.render(self.table(table))} MODIFY COLUMN {self.quoted(column.name)} {kind}"

    # --------------------------------------------------------------------------------------------------- values

    def kind_type(self, kind: DataKind, digits: tuple[int, int] = (38, 9)) -> exp.DataType:
        """The type that values are compared as; a DECIMAL has 36 digits at most."""
        return super().kind_type(kind, (min(digits[0], _MOST_DIGITS), min(digits[1], _MOST_DIGITS)))

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text; the engine's own of a boolean is in upper case."""
        if self.family(column) != "boolean":
            return super().text(column)
        value = self.column(column.name)
        shown = exp.case().when(value, exp.Literal.string("true"))
        return shown.when(exp.not_(value.copy()), exp.Literal.string("false"))

    def try_cast(self, value: exp.Expr, kind: DataKind) -> exp.Expr:
        """A text as another type, NULL where it is none: there is no TRY_CAST, and functions tell what a text is."""
        test = exp.Anonymous(this=_CHECKS.get(kind, "IS_NUMBER"), expressions=[value.copy()])
        return exp.case().when(test, exp.cast(value, self.kind_type(kind)))

    def contains(self, column: Column) -> exp.Condition:
        """Whether a string column has the search's value in it, letter by letter."""
        return exp.Anonymous(this="INSTR", expressions=[self.column(column.name), hole()]) > 0
