"""The statements of imports into Snowflake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["SnowflakeMerging"]


class SnowflakeMerging(Merging):
    """Staging tables are temporary: another session never sees them, and they end with this one."""

    timestamp_type: ClassVar[str] = "TIMESTAMP_NTZ"

    def create_staging(self, staging: TableName, columns: Sequence[Column]) -> list[str]:
        """A temporary table."""
        properties = exp.Properties(expressions=[exp.TemporaryProperty()])
        schema = self.definition(staging, columns)
        return [self.sql.render(exp.Create(kind="TABLE", this=schema, properties=properties))]

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it; text is not cast to text, which would cut what is too long."""
        if self.is_text(staged) and self.is_text(column.target):
            staged = Column(name=staged.name, type=column.target.type, length=column.target.length)
        return super().value(column, staged, value)
