"""The statements of imports into Exasol."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import StagedColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import TableName

__all__ = ["ExasolMerging"]


class ExasolMerging(Merging):
    """There is no comparison in which NULL is a value: it is written out. Source: the vendor's reference of UPDATE."""

    text_type: ClassVar[str] = "VARCHAR(2000000)"

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values of a column are the same."""
        equal = exp.EQ(this=left, expression=right)
        if not column.load.target.nullable:
            return equal
        return exp.paren(exp.or_(equal, _both_null(left, right)))

    def differs(self, left: exp.Expr, right: exp.Expr) -> exp.Condition:
        """Whether two values differ, NULL being a value."""
        unlike = exp.NEQ(this=left, expression=right)
        one_null = exp.NEQ(this=_null_flag(left), expression=_null_flag(right))
        return exp.paren(exp.or_(unlike, one_null))

    def beside(self, staging: TableName, destination: TableName) -> exp.From:
        """An update names its own table again among those that it takes values from."""
        kept = self.named(destination, "kept")
        kept.set("joins", [exp.Join(this=self.named(staging, "staged"))])
        return exp.From(this=kept)


def _both_null(left: exp.Expr, right: exp.Expr) -> exp.Condition:
    return exp.and_(left.copy().is_(exp.null()), right.copy().is_(exp.null()))


def _null_flag(value: exp.Expr) -> exp.Expr:
    return exp.case().when(value.copy().is_(exp.null()), exp.convert(1)).else_(exp.convert(0))
