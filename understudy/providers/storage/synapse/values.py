"""How T-SQL writes, compares and shows values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.queries import QueryStatements
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.template import hole
from understudy.providers.storage.sql.types import DataKind, Family, family_of_kind

__all__ = ["EXACT", "SynapseValues"]

EXACT = "Latin1_General_100_BIN2"
"""A collation in which texts are equal only letter by letter."""
_STYLES: Mapping[str, int] = {"DATETIME": 121, "SMALLDATETIME": 121, "FLOAT": 3, "REAL": 3, "BINARY": 2, "VARBINARY": 2}
"""Types that CAST would cut or show in words of a language, and the style of CONVERT that shows them whole."""
_SPLIT = "\\"


class SynapseValues(QueryStatements):
    """Texts are Unicode literals: others lose the letters that the database's code page does not have."""

    kinds: ClassVar[dict[DataKind, str]] = {**QueryStatements.kinds, "REAL": "DOUBLE"}

    def literal(self, value: str | float | None) -> exp.Expr:
        """A value. A backslash at the end of a line would take the line's end out of a literal: there it is parted."""
        if not isinstance(value, str):
            return super().literal(value)
        parts = value.replace(_SPLIT + "\n", _SPLIT + "\0\n").replace(_SPLIT + "\r", _SPLIT + "\0\r").split("\0")
        texts: list[exp.Expr] = [exp.National(this=part) for part in parts]
        return texts[0] if len(texts) == 1 else exp.Anonymous(this="CONCAT", expressions=texts)

    def text_literal(self, value: str) -> str:
        """A text as the dialect quotes it."""
        return self.render(self.literal(value))

    def family(self, column: Column) -> Family:
        """What the column's values are."""
        return "boolean" if column.type.upper() == "BIT" else super().family(column)

    def kind_type(self, kind: DataKind, digits: tuple[int, int] = (38, 9)) -> exp.DataType:
        """The type that values are compared as."""
        if kind == "STRING":
            return exp.DataType.build("NVARCHAR(MAX)", dialect="tsql")
        return super().kind_type(kind, digits)

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text, with nothing lost."""
        value, kind = self.column(column.name), column.type.upper()
        if kind == "BIT":
            shown = exp.case().when(value.eq(1), self.literal("true"))
            return shown.when(value.copy().eq(0), self.literal("false"))
        if kind in {"MONEY", "SMALLMONEY"}:
            return exp.cast(exp.cast(value, exp.DataType.build("DECIMAL(19, 4)")), self.kind_type("STRING"))
        if kind in _STYLES:
            return self.converted(value, _STYLES[kind])
        return super().text(column)

    def converted(self, value: exp.Expr, style: int) -> exp.Expr:
        """A value as text, in one of the engine's styles."""
        return exp.Convert(this=self.kind_type("STRING"), expression=value, style=exp.Literal.number(style))

    def profile(self, table: TableName, measures: Sequence[exp.Expr]) -> str:
        """Measures over a whole table, each as text; averages with all their digits."""
        texts = [
            self.converted(measure, _STYLES["FLOAT"])
            if isinstance(measure, exp.Avg)
            else exp.cast(measure, self.kind_type("STRING"))
            for measure in measures
        ]
        return self.render(exp.select(*texts).from_(self.table(table)))

    def comparable(self, column: Column, kind: DataKind) -> exp.Expr:
        """A column as a kind of value; an empty text is no number, though the engine would take it for 0."""
        if self.family(column) == "text" and family_of_kind(kind) != "text":
            return self.try_cast(exp.Nullif(this=self.column(column.name), expression=self.literal("")), kind)
        return super().comparable(column, kind)

    def contains(self, column: Column) -> exp.Condition:
        """Whether a text column has the search's value in it, letter by letter."""
        return exp.StrPosition(this=self.exact(self.column(column.name)), substr=hole()) > 0

    def exact(self, value: exp.Expr) -> exp.Expr:
        """A text that is compared letter by letter, whatever the database's collation is."""
        return exp.Collate(this=value, expression=exp.var(EXACT))
