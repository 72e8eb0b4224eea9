"""The parts that statements are made of: names, values and types, quoted by sqlglot and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.template import Template, hole
from understudy.providers.storage.sql.types import DataKind, Family, family

__all__ = ["Expressions"]


class Expressions:
    """Names, values and types of one dialect. ``dialect`` is sqlglot's name of the engine's."""

    dialect: ClassVar[str]
    home: ClassVar[tuple[str, ...]] = ()
    """The database of a path that names none, where the engine might find another; empty: the connection's own."""
    placeholder: ClassVar[str | None] = "?"
    """How the engine's driver writes a bound value; None where it binds none, and values become literals."""
    kinds: ClassVar[dict[DataKind, str]] = {
        "STRING": "TEXT",
        "INTEGER": "INT",
        "BIGINT": "BIGINT",
        "REAL": "FLOAT",
        "DOUBLE": "DOUBLE",
        "DECIMAL": "DECIMAL",
        "BOOLEAN": "BOOLEAN",
        "DATE": "DATE",
        "TIMESTAMP": "TIMESTAMP",
    }
    """The types that commands compare by, in sqlglot's words, which it turns into the dialect's."""

    def render(self, expression: exp.Expr) -> str:
        """The expression in this dialect."""
        return expression.sql(dialect=self.dialect)

    def template(self, expression: exp.Expr) -> Template:
        """The expression in this dialect, with holes where its values go."""
        return Template.of(self.render(expression))

    def fill(self, template: Template, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
        """The statement to run, and what to bind: values are bound where the driver can, else they are literals."""
        given = tuple(values)
        if self.placeholder is None:
            return self.inline(template, given), ()
        return self.placeholder.join(template.pieces), given

    def inline(self, template: Template, values: Sequence[str]) -> str:
        """The statement with the values as literals, for what cannot have bound ones: a view."""
        return template.filled(tuple(self.render(self.literal(value)) for value in values))

    def fold(self, name: str) -> str:
        """What names that the engine takes for one have in common; here each name is its own."""
        return name

    def identifier(self, name: str) -> exp.Identifier:
        """A quoted name."""
        return exp.to_identifier(name, quoted=True)

    def column(self, name: str) -> exp.Column:
        """A column by its quoted name."""
        return exp.column(self.identifier(name))

    def full(self, path: Sequence[str]) -> tuple[str, ...]:
        """A schema's path with its database, where that is known."""
        return tuple(path) if len(path) != 1 else (*self.home, *path)

    def table(self, table: TableName) -> exp.Table:
        """A table with the whole path to it."""
        names = [self.identifier(name) for name in reversed((*self.full(table.path), table.name))]
        return exp.Table(**dict(zip(("this", "db", "catalog"), names, strict=False)))

    def namespace(self, path: Sequence[str]) -> exp.Table:
        """A schema with the path to it, as ``CREATE SCHEMA`` names it."""
        names = [self.identifier(name) for name in reversed(self.full(path))]
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

    def family(self, column: Column) -> Family:
        """What the column's values are."""
        return family(column.full_type, self.dialect)

    def value(self, kind: DataKind, digits: tuple[int, int] = (38, 9)) -> exp.Expr:
        """A hole for a value of this kind; values come as text and are cast by the engine."""
        return hole() if kind == "STRING" else exp.cast(hole(), self.kind_type(kind, digits))

    def kind_type(self, kind: DataKind, digits: tuple[int, int] = (38, 9)) -> exp.DataType:
        """The type that values are compared as. ``digits`` is the precision and scale of a DECIMAL."""
        name = self.kinds[kind]
        return exp.DataType.build(f"{name}({digits[0]}, {digits[1]})" if kind == "DECIMAL" else name)

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text, exactly."""
        shown = self.column(column.name)
        return shown if self.family(column) == "text" else exp.cast(shown, self.kind_type("STRING"))

    def try_cast(self, value: exp.Expr, kind: DataKind) -> exp.Expr:
        """A value as another type, NULL where it is none; without ``requires_string`` Snowflake's fails instead."""
        return exp.TryCast(this=value, to=self.kind_type(kind), requires_string=True)

    def contains(self, column: Column) -> exp.Condition:
        """Whether a string column has the search's value in it, letter by letter."""
        return exp.StrPosition(this=self.column(column.name), substr=hole()) > 0

    def drop(self, kind: str, named: exp.Table, *, cascade: bool = False) -> str:
        """A DROP statement; sqlglot leaves the name out where it is given as ``this``, without a word."""
        return self.render(exp.Drop(kind=kind, tables=[named], cascade=cascade))
