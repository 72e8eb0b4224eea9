"""The SQL of one dialect: every statement is built of sqlglot expressions, every name and value quoted by it.

The default is what most engines understand. A backend subclasses this and overrides what its engine says otherwise;
each method returns the statements to run, in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from understudy.providers.storage.sql.changes import ChangeStatements
from understudy.providers.storage.sql.databases import DatabaseStatements
from understudy.providers.storage.sql.queries import QueryStatements
from understudy.providers.storage.sql.tables import TableDefinition, TableName
from understudy.providers.storage.sql.users import UserStatements

__all__ = ["Statements"]


class Statements(QueryStatements, ChangeStatements, DatabaseStatements, UserStatements):
    """Statements for engines close to the standard."""

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
        parts: list[exp.Expr] = [self.column_definition(column) for column in definition.columns]
        if definition.primary_key:
            parts.append(self.key(definition.primary_key))
        schema = exp.Schema(this=self.table(definition.table), expressions=parts)
        return [self.render(exp.Create(kind="TABLE", this=schema, properties=self.table_properties(definition)))]

    def copy_table(self, source: TableName, definition: TableDefinition) -> list[str]:
        """A table with another's rows; ``definition`` is the new one's. The first statement is what makes it."""
        names = [column.name for column in definition.columns]
        return [*self.create_table(definition), self.copy_rows(source, definition.table, names)]

    def table_properties(self, definition: TableDefinition) -> exp.Properties | None:
        """What comes after the columns: partitions, distribution; None for nothing."""
        _ = definition
        return None

    def key(self, names: Sequence[str]) -> exp.Expr:
        """The primary key within CREATE TABLE."""
        return exp.PrimaryKey(expressions=[self.identifier(name) for name in names])

    def drop_table(self, table: TableName) -> list[str]:
        """Drop a table that is there."""
        return [self.drop("TABLE", self.table(table))]

    def drop_view(self, view: TableName) -> list[str]:
        """Drop a view that is there."""
        return [self.drop("VIEW", self.table(view))]

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
