"""What BigQuery says otherwise than the rest. Source: the vendor's reference of its language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.layout import table_layout
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.filters import Comparison, Where
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName
from understudy.providers.storage.sql.template import Template
from understudy.providers.storage.sql.types import DataKind, Family, type_name

__all__ = ["BigQueryStatements"]

_UNQUOTABLE = frozenset(".`\\\n\r")
_ZONED = "TIMESTAMPTZ"
"""sqlglot's name of the engine's TIMESTAMP; its TIMESTAMP is the engine's DATETIME."""
_NUMERIC = (29, 9)
"""How many digits NUMERIC has before and after the point; BIGNUMERIC has 38 of each."""
_DECIMALS = frozenset({"BIGDECIMAL", "DECIMAL"})
_AS_TEXT = {
    "ARRAY": "TO_JSON_STRING",
    "BINARY": "TO_HEX",
    "GEOGRAPHY": "ST_ASTEXT",
    "JSON": "TO_JSON_STRING",
    "STRUCT": "TO_JSON_STRING",
}
"""What makes text of types that no cast makes text of, or not of all their values."""


class BigQueryStatements(Statements):
    """BigQuery's dialect."""

    dialect: ClassVar[str] = "bigquery"

    def identifier(self, name: str) -> exp.Identifier:
        """A quoted name. Raises CommandFault (3000) for one that would end within its quotes."""
        if not _UNQUOTABLE.isdisjoint(name):
            raise CommandFault(StorageCode.VALIDATION, f"no name in BigQuery is {name!r}; nothing was touched")
        return super().identifier(name)

    def use(self, path: Sequence[str]) -> list[str]:
        """No statement: a job is told in which dataset it looks names up."""
        _ = path
        return []

    # ---------------------------------------------------------------------------------------------------- values

    def family(self, column: Column) -> Family:
        """What the column's values are; a point in time is shown and compared in UTC."""
        return "timestamp" if type_name(column.full_type, self.dialect) == _ZONED else super().family(column)

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text, exactly: bytes in hex, what is nested as JSON, decimals with all of their scale."""
        kind, shown = type_name(column.full_type, self.dialect) or "", self.column(column.name)
        scale = column.length.partition(",")[2]
        if kind in _DECIMALS and scale:
            return exp.Anonymous(this="FORMAT", expressions=[exp.Literal.string(f"%.{int(scale)}f"), shown])
        function = _AS_TEXT.get(kind)
        return super().text(column) if function is None else exp.Anonymous(this=function, expressions=[shown])

    def kind_type(self, kind: DataKind, digits: tuple[int, int] = (38, 9)) -> exp.DataType:
        """The type that values are compared as: of the two decimals the smaller one that holds the digits."""
        if kind != "DECIMAL":
            return super().kind_type(kind, digits)
        precision, scale = digits
        small = precision - scale <= _NUMERIC[0] and scale <= _NUMERIC[1]
        return exp.DataType.build("NUMERIC" if small else "BIGNUMERIC", dialect=self.dialect)

    def comparison(self, asked: Comparison) -> exp.Condition:
        """One comparison; a column of points in time is held against such, so that partitions are left out unread."""
        test = super().comparison(asked)
        if asked.kind == "TIMESTAMP" and type_name(asked.column.full_type, self.dialect) == _ZONED:
            for cast in test.find_all(exp.Cast):
                cast.set("to", exp.DataType.build(_ZONED))
        return test

    # ---------------------------------------------------------------------------------------------------- tables

    def column_definition(self, column: Column) -> exp.ColumnDef:
        """A column within CREATE TABLE: the default comes before NOT NULL."""
        made = super().column_definition(column)
        made.set("constraints", made.args["constraints"][::-1])
        return made

    def default(self, column: Column) -> exp.Expr:
        """A column's default: a literal of its type, for the engine takes no cast there."""
        family, text = self.family(column), column.default or ""
        if column.default_is_sql or family == "other":
            return super().default(column)
        if family == "boolean":
            return exp.convert(text.strip().lower() in {"true", "1"})
        return exp.Literal.number(text.strip()) if family == "number" else exp.Literal.string(text)

    def table_properties(self, definition: TableDefinition) -> exp.Properties | None:
        """Partitions and clusters, as the metadata says in the API's words."""
        return table_layout(self, definition)

    def key(self, names: Sequence[str]) -> exp.PrimaryKey:
        """The primary key, which the engine takes only where it need not enforce it."""
        return exp.PrimaryKey(expressions=[self.identifier(name) for name in names], options=["NOT ENFORCED"])

    def add_primary_key(self, table: TableName, names: Sequence[str]) -> list[str]:
        """Declare these columns the primary key."""
        return [self._alter(table, exp.AddConstraint(expressions=[self.key(names)]))]

    def add_column(self, table: TableName, column: Column) -> list[str]:
        """A new column; one with a default is given it afterwards, and so are the rows that are there.

        Raises CommandFault (900) for one that takes no nulls.
        """
        if not column.nullable:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                "BigQuery adds no column that takes no nulls; nothing was touched",
                hint="Let it be nullable, or make the table anew.",
            )
        bare = Column(name=column.name, type=column.type, length=column.length)
        added = super().add_column(table, bare)
        if column.default is None:
            return added
        value = exp.EQ(this=self.column(column.name), expression=self.default(column))
        filled = exp.Update(this=self.table(table), expressions=[value], where=exp.Where(this=exp.true()))
        return [*added, *self.set_default(table, column), self.render(filled)]

    def set_nullable(self, table: TableName, column: Column) -> list[str]:
        """Allow nulls in a column. Raises CommandFault (900) where they are to be forbidden."""
        if not column.nullable:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                "BigQuery forbids no nulls in a column that is there",
                hint="Make the table anew.",
            )
        return super().set_nullable(table, column)

    def copy_table(self, source: TableName, definition: TableDefinition) -> list[str]:
        """A table with another's rows, key, defaults and partitions."""
        copied = exp.Clone(this=self.table(source), copy=True)
        return [self.render(exp.Create(kind="TABLE", this=self.table(definition.table), clone=copied))]

    def table_at(self, source: TableName, target: TableName, timestamp: int) -> list[str]:
        """A clone of what a table was at a time, with its key, defaults and partitions."""
        seen = self.table(source)
        moment = exp.UnixToTime(this=exp.Literal.number(timestamp))
        seen.set("version", exp.Version(this="TIMESTAMP", kind="AS OF", expression=moment))
        return [self.render(exp.Create(kind="TABLE", this=self.table(target), clone=exp.Clone(this=seen)))]

    def delete_rows(self, table: TableName, where: Where) -> Template:
        """Delete rows; the engine takes no DELETE without a condition."""
        return self.template(exp.delete(self.table(table), where=self.condition(where) or exp.true()))
