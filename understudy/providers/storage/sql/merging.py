"""The statements of an import: staging tables, duplicates, updates by key, inserts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn, StagedColumn
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.template import Template

if TYPE_CHECKING:
    from understudy.providers.storage.sql.statements import Statements

__all__ = ["Merging"]


class Merging:
    """Made for one backend's Statements; a backend overrides what its engine says otherwise.

    Staging tables take the destination's schema, unless ``staging`` says otherwise.
    """

    text_type: ClassVar[str] = "VARCHAR"
    """What holds any text, in the backend's own words."""
    timestamp_type: ClassVar[str] = "TIMESTAMP"
    """What the timestamp's column is made as."""

    def __init__(self, sql: Statements) -> None:
        self.sql = sql

    def staging(self, destination: TableName) -> TableName:
        """A name that nothing has, for a table that lives as long as the import."""
        return TableName(destination.path, f"__understudy_{secrets.token_hex(8)}")

    def create_staging(self, staging: TableName, columns: Sequence[Column]) -> list[str]:
        """The staging table, empty, every column nullable."""
        schema = self.definition(staging, columns)
        return [self.sql.render(exp.Create(kind="TABLE", this=schema, properties=self.staging_properties()))]

    def staging_properties(self) -> exp.Properties | None:
        """What staging tables are beside tables: temporary, where the engine can; the default is nothing."""
        return None

    def definition(self, table: TableName, columns: Sequence[Column]) -> exp.Schema:
        """A staging table's name and columns."""
        parts = [self.sql.column_definition(Column(name=one.name, type=one.type, length=one.length)) for one in columns]
        return exp.Schema(this=self.sql.table(table), expressions=parts)

    def drop_staging(self, staging: TableName) -> list[str]:
        """Drop it where it is there."""
        return [self.sql.render(exp.Drop(kind="TABLE", tables=[self.sql.table(staging)], exists=True))]

    def empty(self, table: TableName) -> list[str]:
        """Delete every row, within the transaction."""
        return [self.sql.render(exp.Delete(this=self.sql.table(table)))]

    def insert(self, table: TableName, names: Sequence[str], query: exp.Select) -> Template:
        """Insert the rows of a query into columns of a table; holes are the query's."""
        schema = exp.Schema(this=self.sql.table(table), expressions=[self.sql.identifier(name) for name in names])
        return self.sql.template(exp.Insert(this=schema, expression=query))

    def select(self, table: TableName, values: Sequence[exp.Expr]) -> exp.Select:
        """Values of every row of a table."""
        return exp.select(*values).from_(self.sql.table(table))

    def value(self, column: LoadColumn, staged: Column, value: exp.Expr) -> exp.Expr:
        """A staged value as the destination wants it: NULL where NULL is meant, and cast where the types differ."""
        if self.is_text(staged):
            if column.null_words:
                words = [self.sql.literal(word) for word in column.null_words]
                value = exp.case().when(exp.In(this=value.copy(), expressions=words), exp.null()).else_(value)
            if column.empty_as_null:
                value = exp.Nullif(this=value, expression=self.sql.literal(""))
        if staged.full_type != column.target.full_type:
            value = exp.cast(value, self.sql.type(column.target))
        return value

    def is_text(self, column: Column) -> bool:
        """Whether the column holds text."""
        return self.sql.family(column) == "text"

    def final(self, column: StagedColumn, alias: str | None = None) -> exp.Expr:
        """A staged column's value as the destination wants it; ``alias`` names the staging table among several."""
        value = self.sql.column(column.name) if alias is None else self.of(alias, column.name)
        return value if column.finished else self.value(column.load, column.stored, value)

    # ------------------------------------------------------------------------------------------- in one statement

    def replaced(self, table: TableName, names: Sequence[str], query: exp.Select) -> Template | None:
        """Put the rows of a query in the place of all rows of a table, in one statement; holes are the query's.

        For engines without transactions. None, the default: ``empty``, then ``insert``, in one transaction.
        """
        _ = table, names, query
        return None

    def merged(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[StagedColumn],
        key: Sequence[StagedColumn],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> Template | None:
        """Update rows of a known key and insert the others, in one statement; no key comes twice among them.

        For engines without transactions. None, the default: ``update``, ``delete_matching``, ``insert``.
        """
        _ = staging, destination, columns, key, timestamp
        return None

    # -------------------------------------------------------------------------------------------------- duplicates

    def duplicate(self, staging: TableName, key: Sequence[StagedColumn]) -> str:
        """A query with a row where two staged rows have the same key."""
        query = exp.select(exp.Literal.number(1)).from_(self.sql.table(staging)).group_by(*map(self.final, key))
        several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.convert(1))
        return self.sql.render(query.having(several).limit(1))

    def deduplicate(
        self, staging: TableName, columns: Sequence[StagedColumn], key: Sequence[StagedColumn]
    ) -> tuple[list[str], TableName]:
        """Keep one row of each key; the statements, and the table that then has the rows.

        Which row is kept is the engine's choice where it does not know the order of the file.
        """
        kept = TableName(staging.path, f"{staging.name}_kept")
        number = exp.Window(
            this=exp.RowNumber(),
            partition_by=[self.final(column) for column in key],
            order=exp.Order(expressions=[exp.Ordered(this=self.final(column)) for column in key]),
        )
        names = [self.sql.column(column.name) for column in columns]
        numbered = self.select(staging, [*names, exp.alias_(number, "understudy_row", quoted=True)])
        chosen = (
            exp.select(*(name.copy() for name in names))
            .from_(numbered.subquery("numbered"))
            .where(self.sql.column("understudy_row").eq(1))
        )
        made = exp.Create(
            kind="TABLE", this=self.sql.table(kept), expression=chosen, properties=self.staging_properties()
        )
        return [self.sql.render(made)], kept

    # ------------------------------------------------------------------------------------------------ by the key

    def same_key(self, kept: str, staged: str, key: Sequence[StagedColumn]) -> exp.Condition:
        """Whether a row of the destination and a staged one have the same key; NULL is a value like any other."""
        return exp.and_(*(self.same(self.of(kept, one.name), self.final(one, staged), one) for one in key))

    def same(self, left: exp.Expr, right: exp.Expr, column: StagedColumn) -> exp.Condition:
        """Whether two values of a column are the same."""
        if column.load.target.nullable:
            return exp.NullSafeEQ(this=left, expression=right)
        return exp.EQ(this=left, expression=right)

    def differs(self, left: exp.Expr, right: exp.Expr) -> exp.Condition:
        """Whether two values differ, NULL being a value."""
        return exp.NullSafeNEQ(this=left, expression=right)

    def of(self, alias: str, name: str) -> exp.Column:
        """A column of a table that has an alias."""
        return exp.column(self.sql.identifier(name), table=self.sql.identifier(alias))

    def matching(self, staging: TableName, destination: TableName, key: Sequence[StagedColumn]) -> str:
        """A query with a row where a staged row's key is in the destination."""
        query = exp.select(exp.Literal.number(1)).from_(self.named(staging, "staged"))
        return self.sql.render(query.where(self._in_destination(destination, key)).limit(1))

    def update(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[StagedColumn],
        key: Sequence[StagedColumn],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> list[str]:
        """Give rows of the destination the values of the staged row of their key, where any differs.

        The timestamp is set where something else was, so that it tells when a row changed.
        """
        changed = [column for column in columns if column not in key]
        if not changed:
            return []
        sets = [exp.EQ(this=self.sql.column(one.name), expression=self.final(one, "staged")) for one in changed]
        differs = exp.or_(*(self.differs(self.of("kept", one.name), self.final(one, "staged")) for one in changed))
        if timestamp is not None:
            name, value = timestamp
            sets.append(exp.EQ(this=self.sql.column(name), expression=value.copy()))
        return [
            self.sql.render(
                exp.Update(
                    this=self.named(destination, "kept"),
                    expressions=sets,
                    from_=self.beside(staging, destination),
                    where=exp.Where(this=exp.and_(self.same_key("kept", "staged", key), differs)),
                )
            )
        ]

    def beside(self, staging: TableName, destination: TableName) -> exp.From:
        """What an update takes its values from."""
        _ = destination
        return exp.From(this=self.named(staging, "staged"))

    def delete_matching(self, staging: TableName, destination: TableName, key: Sequence[StagedColumn]) -> list[str]:
        """Delete staged rows whose key the destination has: what is left is new."""
        where = exp.Where(this=self._in_destination(destination, key))
        return [self.sql.render(exp.Delete(this=self.named(staging, "staged"), where=where))]

    def named(self, table: TableName, alias: str) -> exp.Expr:
        """A table under an alias."""
        return exp.alias_(self.sql.table(table), alias, quoted=True, table=True)

    def _in_destination(self, destination: TableName, key: Sequence[StagedColumn]) -> exp.Exists:
        query = exp.select(exp.Literal.number(1)).from_(self.named(destination, "kept"))
        return exp.Exists(this=query.where(self.same_key("kept", "staged", key)))
