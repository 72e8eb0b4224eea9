"""What Delta Lake says otherwise than DuckDB, in whose dialect its statements are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.delta.places import Place
from understudy.providers.storage.duckdb.loading import DuckDbMerging
from understudy.providers.storage.duckdb.statements import DuckDbStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.loading import StagedColumn
from understudy.providers.storage.sql.tables import TableDefinition, TableName
from understudy.providers.storage.sql.template import Template

__all__ = ["TEMPORARY", "DeltaMerging", "DeltaStatements"]

TEMPORARY = "temp"
"""The embedded engine's own database, in which staging tables are."""


class DeltaStatements(DuckDbStatements):
    """A table has one name, made of its schema's and its own: the engine has neither that schema nor a database."""

    home: ClassVar[tuple[str, ...]] = ()
    placeholder: ClassVar[str | None] = None

    def fold(self, name: str) -> str:
        """Folders are told apart by the case of their names."""
        return name

    def table(self, table: TableName) -> exp.Table:
        """A Delta table by its place; a staging table as the engine has it."""
        if table.path[0] == TEMPORARY:
            return super().table(table)
        return exp.Table(this=self.identifier(Place.of(table).alias))

    def create_table(self, definition: TableDefinition) -> list[str]:
        """A table of one commit. ``partition_by`` of its metadata is a list of its columns, or the name of one."""
        (made,) = super().create_table(definition)
        return [f"{made} PARTITIONED BY ({', '.join(names)})" if (names := self._partition(definition)) else made]

    def replace_table(self, definition: TableDefinition) -> list[str]:
        """A definition that is committed with the first rows: one version is the old table, the next the new one."""
        (made,) = self.create_table(definition)
        return [f"CREATE OR REPLACE {made.removeprefix('CREATE ')}"]

    def copy_table(self, source: TableName, definition: TableDefinition) -> list[str]:
        """A table with another's rows, columns, key and partitions, of one commit."""
        rows = exp.select("*").from_(self.table(source))
        return [self.render(exp.Create(kind="TABLE", this=self.table(definition.table), expression=rows))]

    def table_at(self, source: TableName, target: TableName, timestamp: int) -> list[str]:
        """A table of what another was at a time."""
        past = exp.Table(this=self.identifier(Place(source.path[-1], source.name, timestamp).alias))
        made = exp.Create(kind="TABLE", this=self.table(target), expression=exp.select("*").from_(past))
        return [self.render(made)]

    def _partition(self, definition: TableDefinition) -> list[str]:
        given = definition.meta.get("partition_by", [])
        names = [given] if isinstance(given, str) else given
        known = {column.name for column in definition.columns}
        if not isinstance(names, list) or not all(name in known for name in names):
            raise CommandFault(
                StorageCode.VALIDATION,
                f"partition_by is {given!r}, which is no list of the table's columns; nothing was touched",
            )
        return [self.render(self.identifier(name)) for name in names]


class DeltaMerging(DuckDbMerging):
    """Each import ends in one statement, which is one commit: the rows are seen together or not at all."""

    def replaced(self, table: TableName, names: Sequence[str], query: exp.Select) -> Template:
        """Overwrite the table."""
        schema = exp.Schema(this=self.sql.table(table), expressions=[self.sql.identifier(name) for name in names])
        return self.sql.template(exp.Insert(this=schema, expression=query, overwrite=True))

    def merged(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[StagedColumn],
        key: Sequence[StagedColumn],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> Template:
        """Update what differs and insert what is new."""
        query = self.select(staging, [exp.alias_(self.final(one), one.name, quoted=True) for one in columns])
        names = [column.name for column in columns]
        changed = [column for column in columns if column not in key]
        differs = [self.differs(self.of("kept", one.name), self.of("staged", one.name)) for one in changed]
        sets = [column.name for column in changed]
        if timestamp is not None:
            name, value = timestamp
            query = query.select(exp.alias_(value.copy(), name, quoted=True))
            names.append(name)
            sets.append(name)
        whens = [] if not changed else [self._update(sets, exp.or_(*differs))]
        merge = exp.Merge(
            this=self.named(destination, "kept"),
            using=exp.alias_(query.subquery(), "staged", quoted=True, table=True),
            on=exp.and_(*(self._same(one) for one in key)),
            whens=exp.Whens(expressions=[*whens, self._insert(names)]),
        )
        return self.sql.template(merge)

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """As the engines say it; in brackets, for delta-rs takes what follows DISTINCT FROM as one value."""
        return exp.paren(super().same(left, right, column))

    def differs(self, left: exp.Expr, right: exp.Expr) -> exp.Condition:
        """As the engines say it, in brackets."""
        return exp.paren(super().differs(left, right))

    def _same(self, column: StagedColumn) -> exp.Condition:
        return self.same(self.of("kept", column.name), self.of("staged", column.name), column)

    def _update(self, names: Sequence[str], differs: exp.Condition) -> exp.When:
        sets = [exp.EQ(this=self.sql.column(name), expression=self.of("staged", name)) for name in names]
        return exp.When(matched=True, condition=differs, then=exp.Update(expressions=sets))

    def _insert(self, names: Sequence[str]) -> exp.When:
        insert = exp.Insert(
            this=exp.Tuple(expressions=[self.sql.column(name) for name in names]),
            expression=exp.Tuple(expressions=[self.of("staged", name) for name in names]),
        )
        return exp.When(matched=False, then=insert)
