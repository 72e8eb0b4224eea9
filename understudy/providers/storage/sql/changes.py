"""Statements that change tables: columns, keys, names, copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import sqlglot
from sqlglot import exp

from understudy.providers.storage.sql.expressions import Expressions
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

__all__ = ["ChangeStatements"]


class ChangeStatements(Expressions):
    """Each method returns the statements to run, in order, within one transaction where the engine has them."""

    alters_in_transactions: ClassVar[bool] = True
    """Whether a column is altered in a transaction, where the engine takes other DDL in one."""

    def column_definition(self, column: Column) -> exp.ColumnDef:
        """A column within CREATE TABLE and ADD COLUMN."""
        constraints: list[exp.Expr] = []
        if not column.nullable:
            constraints.append(exp.ColumnConstraint(kind=exp.NotNullColumnConstraint()))
        if column.default is not None:
            constraints.append(exp.ColumnConstraint(kind=exp.DefaultColumnConstraint(this=self.default(column))))
        return exp.ColumnDef(this=self.identifier(column.name), kind=self.type(column), constraints=constraints)

    def default(self, column: Column) -> exp.Expr:
        """A column's default: its text as a value of the column's type, or the engine's own expression again."""
        text = column.default or ""
        if column.default_is_sql:
            return sqlglot.parse_one(text, dialect=self.dialect)
        return exp.cast(exp.Literal.string(text), self.type(column))

    def add_column(self, table: TableName, column: Column) -> list[str]:
        """A new column; rows that are there have its default, or null."""
        return [self._alter(table, self.column_definition(column))]

    def drop_column(self, table: TableName, name: str) -> list[str]:
        """Drop a column."""
        return [self._alter(table, exp.Drop(tables=[self.column(name)], kind="COLUMN"))]

    def set_type(self, table: TableName, column: Column) -> list[str]:
        """Give a column another type; values that are none of it make the statement fail."""
        return [self._alter(table, exp.AlterColumn(this=self.identifier(column.name), dtype=self.type(column)))]

    def set_nullable(self, table: TableName, column: Column) -> list[str]:
        """Allow nulls in a column, or forbid them, as ``column.nullable`` says."""
        drop = column.nullable
        change = exp.AlterColumn(this=self.identifier(column.name), allow_null=drop, drop=drop)
        return [self._alter(table, change)]

    def set_default(self, table: TableName, column: Column) -> list[str]:
        """Give a column a default, or take it away where ``column.default`` is None. Rows that are there stay."""
        name = self.identifier(column.name)
        change = exp.AlterColumn(this=name, drop=True) if column.default is None else None
        return [self._alter(table, change or exp.AlterColumn(this=name, default=self.default(column)))]

    def before_primary_key(self, table: TableName, columns: Sequence[Column]) -> list[str]:
        """What the columns need to become the primary key; the default is nothing."""
        _ = table, columns
        return []

    def add_primary_key(self, table: TableName, names: Sequence[str]) -> list[str]:
        """Make these columns the primary key."""
        key = exp.AddConstraint(expressions=[exp.PrimaryKey(expressions=[self.identifier(name) for name in names])])
        return [self._alter(table, key)]

    def drop_primary_key(self, definition: TableDefinition, spare: TableName) -> list[str]:
        """Take the primary key away. ``definition`` is the table without it, ``spare`` a name that nothing has."""
        _ = spare
        return [self._alter(definition.table, exp.Drop(kind="PRIMARY KEY"))]

    def rename_table(self, table: TableName, name: str) -> list[str]:
        """Give a table another name in its schema."""
        return [self._alter(table, exp.AlterRename(this=exp.Table(this=self.identifier(name))))]

    def copy_rows(self, source: TableName, target: TableName, names: Sequence[str]) -> str:
        """Put all rows of one table into another with columns of the same names."""
        columns = [self.identifier(name) for name in names]
        rows = exp.select(*(self.column(name) for name in names)).from_(self.table(source))
        return self.render(exp.insert(rows, self.table(target), columns=columns))

    def replace_table(self, definition: TableDefinition) -> list[str] | None:
        """Make a table in another's place, which stays until the first rows have come into the new one.

        None, the default, is for engines that cannot: there the new table is made under another name first.
        """
        _ = definition
        return None

    def clone_table(self, source: TableName, target: TableName) -> list[str]:
        """A copy that shares what is stored until one of them changes, where the engine has that."""
        return [
            self.render(exp.Create(kind="TABLE", this=self.table(target), clone=exp.Clone(this=self.table(source))))
        ]

    def table_at(self, source: TableName, target: TableName, timestamp: int) -> list[str]:
        """A table of what another was at a time, in epoch seconds, by the standard's FOR SYSTEM_TIME AS OF."""
        moment = exp.UnixToTime(this=exp.Literal.number(timestamp))
        seen = self.table(source)
        seen.set("version", exp.Version(this="TIMESTAMP", kind="AS OF", expression=moment))
        return [self.render(exp.Create(kind="TABLE", this=self.table(target), expression=exp.select("*").from_(seen)))]

    def _alter(self, table: TableName, *actions: exp.Expr) -> str:
        return self.render(exp.Alter(this=self.table(table), kind="TABLE", actions=list(actions)))
