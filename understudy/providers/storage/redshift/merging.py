"""The statements of imports into Redshift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn, StagedColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["RedshiftMerging"]


class RedshiftMerging(Merging):
    """The engine has no comparison that takes NULL for a value, and no alias in DELETE."""

    text_type: ClassVar[str] = "VARCHAR(MAX)"

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it; text is not cast to text, which would cut what is too long."""
        if self.is_text(staged) and self.is_text(column.target):
            staged = Column(name=staged.name, type=column.target.type, length=column.target.length)
        return super().value(column, staged, value)

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values of a column are the same."""
        if not column.load.target.nullable:
            return exp.EQ(this=left, expression=right)
        nulls = exp.and_(left.copy().is_(exp.null()), right.copy().is_(exp.null()))
        return exp.paren(exp.or_(exp.EQ(this=left, expression=right), nulls))

    def differs(self, left: exp.Expr, right: exp.Expr) -> exp.Condition:
        """Whether two values differ, NULL being a value."""
        no_left, no_right = left.copy().is_(exp.null()), right.copy().is_(exp.null())
        return exp.or_(
            exp.NEQ(this=left, expression=right),
            exp.and_(no_left, exp.not_(no_right)),
            exp.and_(exp.not_(no_left.copy()), no_right.copy()),
        )

    def delete_matching(self, staging: TableName, destination: TableName, key: Sequence[StagedColumn]) -> list[str]:
        """Delete staged rows whose key the destination has: what is left is new."""
        same = exp.and_(*(self.same(self.of("kept", one.name), self.final(one, staging.name), one) for one in key))
        statement = exp.Delete(
            this=self.sql.table(staging), using=[self.named(destination, "kept")], where=exp.Where(this=same)
        )
        return [self.sql.render(statement)]
