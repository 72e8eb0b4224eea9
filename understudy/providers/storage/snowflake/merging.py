"""The statements of imports into Snowflake."""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column

__all__ = ["SnowflakeMerging"]


class SnowflakeMerging(Merging):
    """Staging tables are temporary: another session never sees them, and they end with this one."""

    timestamp_type: ClassVar[str] = "TIMESTAMP_NTZ"

    def staging_properties(self) -> exp.Properties:
        """Temporary."""
        return exp.Properties(expressions=[exp.TemporaryProperty()])

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it; text is not cast to text, which would cut what is too long."""
        if self.is_text(staged) and self.is_text(column.target):
            staged = Column(name=staged.name, type=column.target.type, length=column.target.length)
        return super().value(column, staged, value)
