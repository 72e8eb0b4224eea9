"""The statements of imports into BigQuery: one MERGE is all of an import or nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn, StagedColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.template import Template

__all__ = ["BigQueryMerging", "short_lived"]

_KEPT, _STAGED = "kept", "staged"


class BigQueryMerging(Merging):
    """There is no transaction over several jobs, so that what must be seen together is one statement."""

    text_type: ClassVar[str] = "STRING"

    def create_staging(self, staging: TableName, columns: Sequence[Column]) -> list[str]:
        """The staging table, which goes by itself where nobody is left to drop it."""
        made = exp.Create(kind="TABLE", this=self.definition(staging, columns), properties=short_lived())
        return [self.sql.render(made)]

    def empty(self, table: TableName) -> list[str]:
        """Delete every row: the engine takes no DELETE without a condition."""
        return [self.sql.render(exp.delete(self.sql.table(table), where=exp.true()))]

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it; its length and scale are held to by the column itself."""
        bare = replace(column, target=replace(column.target, length=""))
        return super().value(bare, replace(staged, length=""), value)

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values are the same. The engine joins by equality alone: NULL is made a value before."""
        if column.load.target.nullable:
            left, right = _comparable(left), _comparable(right)
        return exp.EQ(this=left, expression=right)

    def changed(self, column: StagedColumn) -> exp.Condition:
        """Whether a column's kept and staged values differ, NULL being a value; what is nested is held as JSON."""
        left, right = self.of(_KEPT, column.name), self.of(_STAGED, column.name)
        if self.sql.family(column.load.target) != "other":
            return self.differs(left, right)
        return exp.NEQ(this=_comparable(left), expression=_comparable(right))

    def replaced(self, table: TableName, names: Sequence[str], query: exp.Select) -> Template:
        """All rows of a table replaced by those of a query, at once."""
        values = zip(query.selects, names, strict=True)
        named = [exp.alias_(value.unalias().copy(), name, quoted=True) for value, name in values]
        gone = exp.When(matched=False, source=True, then=exp.Delete())
        return self._merge(table, query.select(*named, append=False), exp.false(), [self._insert(names), gone])

    def merged(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[StagedColumn],
        key: Sequence[StagedColumn],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> Template:
        """Staged rows into the destination by their key, at once."""
        values = [exp.alias_(self.final(one), one.name, quoted=True) for one in columns]
        names = [one.name for one in columns]
        source = exp.select(*values).from_(self.sql.table(staging))
        found = exp.and_(*(self.same(self.of(_KEPT, one.name), self.of(_STAGED, one.name), one) for one in key))
        changed = [one for one in columns if one not in key]
        whens: list[exp.Expr] = []
        stamps = [timestamp] if timestamp is not None else []
        if changed:
            sets = [exp.EQ(this=self.sql.column(one.name), expression=self.of(_STAGED, one.name)) for one in changed]
            sets += [exp.EQ(this=self.sql.column(name), expression=value.copy()) for name, value in stamps]
            differs = exp.or_(*map(self.changed, changed))
            whens.append(exp.When(matched=True, condition=differs, then=exp.Update(expressions=sets)))
        whens.append(self._insert(names, stamps))
        return self._merge(destination, source, found, whens)

    def _insert(self, names: Sequence[str], stamps: Sequence[tuple[str, exp.Expr]] = ()) -> exp.When:
        into = [self.sql.column(name) for name in (*names, *(name for name, _ in stamps))]
        values = [*(self.of(_STAGED, name) for name in names), *(value.copy() for _, value in stamps)]
        row = exp.Insert(this=exp.Tuple(expressions=into), expression=exp.Tuple(expressions=values))
        return exp.When(matched=False, source=False, then=row)

    def _merge(self, table: TableName, source: exp.Select, condition: exp.Expr, whens: Sequence[exp.Expr]) -> Template:
        return self.sql.template(
            exp.Merge(
                this=self.named(table, _KEPT),
                using=exp.alias_(source.subquery(), _STAGED, quoted=True, table=True),
                on=condition,
                whens=exp.Whens(expressions=list(whens)),
            )
        )


def short_lived() -> exp.Properties:
    """What ends a table by itself a day later."""
    ends = exp.TimestampAdd(this=exp.CurrentTimestamp(), expression=exp.Literal.number(1), unit=exp.var("DAY"))
    return exp.Properties(expressions=[exp.Property(this=exp.var("expiration_timestamp"), value=ends)])


def _comparable(value: exp.Expr) -> exp.Expr:
    """One text for each value, and another one for NULL."""
    return exp.Anonymous(this="TO_JSON_STRING", expressions=[value])
