"""The SQL of one dialect: every statement is built of sqlglot expressions, every name and value quoted by it.

The default is what most engines understand. A backend subclasses this and overrides what its engine says otherwise;
each method returns the statements to run, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

__all__ = ["Statements"]


class Statements:
    """Statements for engines close to the standard. ``dialect`` is sqlglot's name of the engine's."""

    dialect: ClassVar[str]

    def render(self, expression: exp.Expression) -> str:
        """The expression in this dialect."""
        return expression.sql(dialect=self.dialect)

    def identifier(self, name: str) -> exp.Identifier:
        """A quoted name."""
        return exp.to_identifier(name, quoted=True)

    def column(self, name: str) -> exp.Column:
        """A column by its quoted name."""
        return exp.column(self.identifier(name))

    def table(self, table: TableName) -> exp.Table:
        """A table with the whole path to it."""
        names = [self.identifier(name) for name in reversed((*table.path, table.name))]
        return exp.Table(**dict(zip(("this", "db", "catalog"), names, strict=False)))

    def namespace(self, path: Sequence[str]) -> exp.Table:
        """A schema with the path to it, as ``CREATE SCHEMA`` names it."""
        names = [self.identifier(name) for name in reversed(path)]
        return exp.Table(**dict(zip(("db", "catalog"), names, strict=False)))

    def literal(self, value: str | float | None) -> exp.Expr:
        """A value."""
        return exp.convert(value)

    def type(self, column: Column) -> exp.DataType:
        """A column's type. Raises CommandFault (3000) for what the dialect does not know as a type."""
        try:
            return exp.DataType.build(column.full_type, dialect=self.dialect)
        except Exception as error:  # sqlglot's tokenizer and parser have no common root
            raise CommandFault(
                StorageCode.VALIDATION, f"the column {column.name!r} has the type {column.full_type!r}, which is none"
            ) from error

    def drop(self, kind: str, named: exp.Table, *, cascade: bool = False) -> str:
        """A DROP statement; sqlglot leaves the name out where it is given as ``this``, without a word."""
        return self.render(exp.Drop(kind=kind, tables=[named], cascade=cascade))

    # -------------------------------------------------------------------------------------------------- schemas

    def create_schema(self, path: Sequence[str]) -> list[str]:
        """A schema that is not there yet."""
        return [self.render(exp.Create(kind="SCHEMA", this=self.namespace(path)))]

    def drop_schema(self, path: Sequence[str], *, cascade: bool) -> list[str]:
        """Drop a schema, with all that is in it where ``cascade`` says so."""
        return [self.drop("SCHEMA", self.namespace(path), cascade=cascade)]

    # --------------------------------------------------------------------------------------------------- tables

    def create_table(self, definition: TableDefinition) -> list[str]:
        """A table that is not there yet."""
        parts: list[exp.Expression] = [self.column_definition(column) for column in definition.columns]
        if definition.primary_key:
            parts.append(self.key(definition.primary_key))
        schema = exp.Schema(this=self.table(definition.table), expressions=parts)
        return [self.render(exp.Create(kind="TABLE", this=schema, properties=self.table_properties(definition)))]

    def table_properties(self, definition: TableDefinition) -> exp.Properties | None:
        """What comes after the columns: partitions, distribution; None for nothing."""
        _ = definition
        return None

    def column_definition(self, column: Column) -> exp.ColumnDef:
        """A column within CREATE TABLE and ADD COLUMN."""
        constraints: list[exp.Expression] = []
        if not column.nullable:
            constraints.append(exp.ColumnConstraint(kind=exp.NotNullColumnConstraint()))
        if column.default is not None:
            constraints.append(exp.ColumnConstraint(kind=exp.DefaultColumnConstraint(this=self.default(column))))
        return exp.ColumnDef(this=self.identifier(column.name), kind=self.type(column), constraints=constraints)

    def default(self, column: Column) -> exp.Expression:
        """A column's default: its text as a value of the column's type."""
        return exp.cast(exp.Literal.string(column.default or ""), self.type(column))

    def key(self, names: Sequence[str]) -> exp.Expression:
        """The primary key within CREATE TABLE."""
        return exp.PrimaryKey(expressions=[self.identifier(name) for name in names])

    def drop_table(self, table: TableName) -> list[str]:
        """Drop a table that is there."""
        return [self.drop("TABLE", self.table(table))]

    def drop_view(self, view: TableName) -> list[str]:
        """Drop a view that is there."""
        return [self.drop("VIEW", self.table(view))]

    def count(self, table: TableName) -> str:
        """How many rows a table has."""
        return self.render(exp.select(exp.Count(this=exp.Star())).from_(self.table(table)))

    # ------------------------------------------------------------------------------------------------- catalog

    def information(self, view: str, path: Sequence[str], columns: Sequence[str]) -> exp.Select:
        """A query over ``information_schema``, whose columns here keep to lower case names."""
        _ = path
        source = exp.Table(this=exp.to_identifier(view), db=exp.to_identifier("information_schema"))
        return exp.select(*columns).from_(source)

    def bound(self, condition: exp.Condition | None, column: str, value: Any) -> exp.Condition:
        """``condition`` and ``column = value``."""
        test = exp.column(column).eq(exp.convert(value))
        return test if condition is None else exp.and_(condition, test)
