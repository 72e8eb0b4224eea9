"""What Synapse says otherwise than the rest: T-SQL of a dedicated SQL pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import TableDefinition, TableName
from understudy.providers.storage.synapse.changes import SynapseChanges
from understudy.providers.storage.synapse.values import SynapseValues

__all__ = ["SynapseStatements"]


class SynapseStatements(SynapseValues, SynapseChanges, Statements):
    """A connection is of one database, whose schemas are named without it."""

    dialect: ClassVar[str] = "tsql"

    def fold(self, name: str) -> str:
        """The default collation ignores case."""
        return name.lower()

    def use(self, path: Sequence[str]) -> list[str]:
        """The engine looks names up in a user's default schema, and a session cannot say another one (900)."""
        if path:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                "Synapse looks names up in the user's default schema, and in no other",
                hint="Name the schema in the query, and leave path_restriction empty.",
            )
        return []

    def drop_schema(self, path: Sequence[str], *, cascade: bool) -> list[str]:
        """Drop a schema that is empty; the engine has no CASCADE."""
        _ = cascade
        return super().drop_schema(path, cascade=False)

    def create_table(self, definition: TableDefinition) -> list[str]:
        """A table that is not there yet, with its distribution and index."""
        (made,) = super().create_table(definition)
        return [f"{made} {self.table_options(definition)}"]

    def count(self, table: TableName) -> str:
        """How many rows a table has; COUNT would end at two billion."""
        return self.render(exp.select(exp.Count(this=exp.Star(), big_int=True)).from_(self.table(table)))

    def bound(self, condition: exp.Condition | None, column: str, value: Any) -> exp.Condition:
        """``condition`` and ``column = value``, without regard to case."""
        test = exp.Lower(this=exp.column(column)).eq(exp.Lower(this=self.literal(value)))
        return test if condition is None else exp.and_(condition, test)
