"""The statements of imports into Synapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn, StagedColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.synapse.statements import SynapseStatements

__all__ = ["SynapseMerging"]


class SynapseMerging(Merging):
    """UPDATE and DELETE know their table by its name, not by an alias; nothing compares NULL as a value.

    Keys are compared as the database's collation does, changes of a text letter by letter.
    """

    text_type: ClassVar[str] = "NVARCHAR(MAX)"
    timestamp_type: ClassVar[str] = "DATETIME2"

    def create_staging(self, staging: TableName, columns: Sequence[Column]) -> list[str]:
        """A heap: what is there for minutes needs no columnstore, which takes no text of the length MAX."""
        made = self.sql.render(exp.Create(kind="TABLE", this=self.definition(staging, columns)))
        return [f"{made} {_HEAP}"]

    def drop_staging(self, staging: TableName) -> list[str]:
        """Drop it where it is there."""
        table = self.sql.render(self.sql.table(staging))
        return [f"IF OBJECT_ID({self.sql.text_literal(table)}) IS NOT NULL DROP TABLE {table}"]

    def deduplicate(
        self, staging: TableName, columns: Sequence[StagedColumn], key: Sequence[StagedColumn]
    ) -> tuple[list[str], TableName]:
        """Keep one row of each key: CREATE TABLE AS names a distribution."""
        (made,), kept = super().deduplicate(staging, columns, key)
        opening = f"CREATE TABLE {self.sql.render(self.sql.table(kept))}"
        return [f"{opening} {_HEAP}{made.removeprefix(opening)}"], kept

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it; an empty text fails where a number is wanted: it is no 0.

        Text is not cast to text, which would cut what is too long.
        """
        if not self.is_text(staged):
            return super().value(column, staged, value)
        target = column.target
        same = Column(name=staged.name, type=target.type, length=target.length)
        if self.is_text(target):
            return super().value(column, same, value)
        text = Column(name=target.name, type=staged.type, length=staged.length)
        plain = LoadColumn(
            source=column.source, target=text, empty_as_null=column.empty_as_null, null_words=column.null_words
        )
        found = super().value(plain, staged, value)
        none = exp.EQ(this=found.copy(), expression=self.sql.literal(""))
        return exp.cast(exp.case().when(none, self.sql.literal("empty text")).else_(found), self.sql.type(target))

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values of a column are the same."""
        if not column.load.target.nullable:
            return exp.EQ(this=left, expression=right)
        nulls = exp.and_(left.copy().is_(exp.null()), right.copy().is_(exp.null()))
        return exp.paren(exp.or_(exp.EQ(this=left, expression=right), nulls))

    def changed(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values differ, NULL being a value; of texts, case and blanks at the end count."""
        no_left, no_right = left.copy().is_(exp.null()), right.copy().is_(exp.null())
        if self.is_text(column.load.target):
            left, right = self._whole(left), self._whole(right)
        return exp.or_(
            exp.NEQ(this=left, expression=right),
            exp.and_(no_left, exp.not_(no_right)),
            exp.and_(exp.not_(no_left.copy()), no_right.copy()),
        )

    def update(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[StagedColumn],
        key: Sequence[StagedColumn],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> list[str]:
        """Give rows of the destination the values of the staged row of their key, where any differs."""
        news = [column for column in columns if column not in key]
        if not news:
            return []
        sets = [exp.EQ(this=self.sql.column(one.name), expression=self.final(one, staging.name)) for one in news]
        differs = exp.or_(
            *(self.changed(self.of(destination.name, one.name), self.final(one, staging.name), one) for one in news)
        )
        if timestamp is not None:
            name, value = timestamp
            sets.append(exp.EQ(this=self.sql.column(name), expression=value.copy()))
        update = exp.Update(
            this=self.sql.table(destination),
            expressions=sets,
            from_=exp.From(this=self.sql.table(staging)),
            where=exp.Where(this=exp.and_(self.same_key(destination.name, staging.name, key), differs)),
        )
        return [self.sql.render(update)]

    def delete_matching(self, staging: TableName, destination: TableName, key: Sequence[StagedColumn]) -> list[str]:
        """Delete staged rows whose key the destination has: what is left is new."""
        known = exp.select(exp.Literal.number(1)).from_(self.sql.table(destination))
        known = known.where(self.same_key(destination.name, staging.name, key))
        return [self.sql.render(exp.Delete(this=self.sql.table(staging), where=exp.Where(this=exp.Exists(this=known))))]

    def _whole(self, value: exp.Expr) -> exp.Expr:
        """A text whose end counts: comparisons leave out blanks there."""
        ended = exp.Anonymous(this="CONCAT", expressions=[value, self.sql.literal("|")])
        return cast("SynapseStatements", self.sql).exact(ended)


_HEAP = "WITH (DISTRIBUTION = ROUND_ROBIN, HEAP)"
