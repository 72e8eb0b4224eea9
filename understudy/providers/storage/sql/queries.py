"""Statements that read and delete rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce

from sqlglot import exp

from understudy.providers.storage.sql.expressions import Expressions
from understudy.providers.storage.sql.filters import Comparison, Operator, Ordering, Reference, Selection, Where
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.template import Template
from understudy.providers.storage.sql.types import DataKind, family_of_kind

__all__ = ["CELL_LIMIT", "QueryStatements"]

CELL_LIMIT = 16_384
"""Characters of a cell that a preview shows."""

_OPERATORS: Mapping[Operator, type[exp.Binary]] = {
    "EQ": exp.EQ,
    "NE": exp.NEQ,
    "GT": exp.GT,
    "GE": exp.GTE,
    "LT": exp.LT,
    "LE": exp.LTE,
}


class QueryStatements(Expressions):
    """Selections, previews, profiles, deletions. What is asked for often is built once for each shape."""

    timestamp_column: str = "_timestamp"
    """The column by which rows are known to be new."""

    def __init__(self) -> None:
        self.preview = lru_cache(maxsize=256)(self.preview_template)
        self.probe = lru_cache(maxsize=256)(self.probe_statement)

    def select(self, selection: Selection) -> exp.Select:
        """The rows of a selection as they are stored."""
        return self._select(selection, [self.column(column.name) for column in selection.columns])

    def preview_template(self, selection: Selection) -> Template:
        """The rows of a selection as text, no cell longer than CELL_LIMIT and one character that tells it was cut."""
        return self.template(self._select(selection, [self.cell(column) for column in selection.columns]))

    def cell(self, column: Column) -> exp.Expr:
        """A column as a preview shows it: cut by the engine, for a cell may be larger than memory."""
        shown = self.text(column)
        if self.family(column) in {"number", "boolean", "date", "timestamp"}:
            return shown
        return exp.Left(this=shown, expression=exp.Literal.number(CELL_LIMIT + 1))

    def probe_statement(self, table: TableName) -> str:
        """No row of a table or view: its result tells the columns."""
        return self.render(exp.select("*").from_(self.table(table)).limit(0))

    def create_view(self, view: TableName, selection: Selection, values: Sequence[str]) -> list[str]:
        """A view of a selection, the values in it as literals."""
        made = exp.Create(kind="VIEW", this=self.table(view), expression=self.select(selection))
        return [self.inline(self.template(made), values)]

    def count(self, table: TableName) -> str:
        """How many rows a table has."""
        return self.render(exp.select(exp.Count(this=exp.Star())).from_(self.table(table)))

    def delete_rows(self, table: TableName, where: Where) -> Template:
        """Delete the rows that a condition holds for; every row where there is no condition."""
        return self.template(exp.delete(self.table(table), where=self.condition(where)))

    def measures(self, column: Column) -> dict[str, exp.Expr]:
        """What a profile tells of a column, by name; a name with a dot in it is a value within another.

        An engine that cannot count the distinct values of a type leaves that out.
        """
        value = self.column(column.name)
        found: dict[str, exp.Expr] = {"non_null_count": exp.Count(this=value)}
        kind = self.family(column)
        if kind == "other":
            return found
        found["distinct_count"] = exp.Count(this=exp.Distinct(expressions=[value]))
        if kind == "text":
            length = exp.Length(this=value)
            return {**found, **self._spread("length", length, exp.cast(length, self.kind_type("DOUBLE")))}
        if kind == "number":
            return {**found, **self._spread("numeric", value, exp.cast(value, self.kind_type("DOUBLE")))}
        return found if kind == "boolean" else {**found, "minimum": exp.Min(this=value), "maximum": exp.Max(this=value)}

    def profile(self, table: TableName, measures: Sequence[exp.Expr]) -> str:
        """Measures over a whole table, each as text."""
        texts = [exp.cast(measure, self.kind_type("STRING")) for measure in measures]
        return self.render(exp.select(*texts).from_(self.table(table)))

    def unfit_for_key(self, table: TableName, names: Sequence[str]) -> tuple[str, str]:
        """Two statements: how many rows have a null among these columns; how many sets of their values come again."""
        columns = [self.column(name) for name in names]
        nulls = exp.select(exp.Count(this=exp.Star())).from_(self.table(table))
        groups = exp.select(exp.Literal.number(1).as_("n")).from_(self.table(table)).group_by(*columns)
        again = groups.having(exp.Count(this=exp.Star()) > 1)
        counted = exp.select(exp.Count(this=exp.Star())).from_(again.subquery("repeated"))
        return self.render(nulls.where(exp.or_(*(column.is_(exp.null()) for column in columns)))), self.render(counted)

    # ------------------------------------------------------------------------------------------------ conditions

    def condition(self, where: Where) -> exp.Condition | None:
        """The condition of all of these together; None for every row. Its holes are in the order of the values."""
        tests = [self.comparison(one) for one in where.comparisons]
        tests += [self.reference(one) for one in where.references]
        if where.searched is not None:
            tests.append(self.search(where.searched))
        return exp.and_(*tests) if tests else None

    def comparison(self, asked: Comparison) -> exp.Condition:
        """One comparison of a column with values."""
        left = self.comparable(asked.column, asked.kind)
        values = [self.value(asked.kind, asked.digits) for _ in range(asked.values)]
        if asked.values == 1:
            return _OPERATORS[asked.operator](this=left, expression=values[0])
        among = exp.In(this=left, expressions=values)
        return among if asked.operator == "EQ" else exp.not_(among)

    def comparable(self, column: Column, kind: DataKind) -> exp.Expr:
        """A column as a kind of value; uncast where it is of that kind, so that the engine can skip rows unread."""
        held, wanted = self.family(column), family_of_kind(kind)
        if held == wanted or (held, wanted) == ("date", "timestamp"):
            return self.column(column.name)
        return self.text(column) if kind == "STRING" else self.try_cast(self.column(column.name), kind)

    def reference(self, asked: Reference) -> exp.Condition:
        """Whether a column's value is in another table's column; nulls there match nothing and hide nothing."""
        alike = self.family(asked.column) == self.family(asked.table_column)
        left, right = (
            self.column(column.name) if alike else self.text(column) for column in (asked.column, asked.table_column)
        )
        inner = exp.select(right).from_(self.table(asked.table)).where(exp.not_(right.copy().is_(exp.null())))
        among = exp.In(this=left, query=inner.subquery())
        return among if asked.within else exp.not_(among)

    def search(self, columns: Sequence[Column]) -> exp.Condition:
        """Whether any of the columns has the search's value in it; one hole for each column."""
        return reduce(exp.or_, (self.contains(column) for column in columns)) if columns else exp.false()

    def ordering(self, asked: Ordering) -> exp.Ordered:
        """One column of ORDER BY."""
        key = self.column(asked.column.name) if asked.kind == "STRING" else self.comparable(asked.column, asked.kind)
        return exp.Ordered(this=key, desc=asked.descending, nulls_first=False)

    # --------------------------------------------------------------------------------------------------- within

    def _select(self, selection: Selection, shown: Sequence[exp.Expr]) -> exp.Select:
        query = exp.select(*shown).from_(self.table(selection.table))
        condition = self.condition(selection.where)
        if condition is not None:
            query = query.where(condition)
        if selection.order:
            query = query.order_by(*(self.ordering(one) for one in selection.order))
        return query if selection.limit is None else query.limit(selection.limit)

    def _spread(self, name: str, value: exp.Expr, wide: exp.Expr) -> dict[str, exp.Expr]:
        return {
            f"{name}.average": exp.Avg(this=wide),
            f"{name}.minimum": exp.Min(this=value.copy()),
            f"{name}.maximum": exp.Max(this=value.copy()),
        }
