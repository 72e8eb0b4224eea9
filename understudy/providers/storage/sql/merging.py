"""The statements of an import: staging tables, duplicates, updates by key, inserts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from understudy.providers.storage.sql.loading import LoadColumn
from understudy.providers.storage.sql.tables import Column, TableName

if TYPE_CHECKING:
    from understudy.providers.storage.sql.statements import Statements

__all__ = ["Merging"]


class Merging:
    """Made for one backend's Statements; a backend overrides what its engine says otherwise.

    Staging tables take the destination's schema, unless ``staging`` says otherwise.
    """

    text_type: ClassVar[str] = "VARCHAR"
    """What holds any text, in the backend's own words."""

    def __init__(self, sql: Statements) -> None:
        self.sql = sql

    def staging(self, destination: TableName) -> TableName:
        """A name that nothing has, for a table that lives as long as the import."""
        return TableName(destination.path, f"__understudy_{secrets.token_hex(8)}")

    def create_staging(self, staging: TableName, columns: Sequence[Column]) -> list[str]:
        """The staging table, empty, every column nullable."""
        return [self.sql.render(exp.Create(kind="TABLE", this=self.definition(staging, columns)))]

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

    def insert(self, table: TableName, names: Sequence[str], query: exp.Select) -> str:
        """Insert the rows of a query into columns of a table."""
        schema = exp.Schema(this=self.sql.table(table), expressions=[self.sql.identifier(name) for name in names])
        return self.sql.render(exp.Insert(this=schema, expression=query))

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
        return self.sql.type(column).is_type(*exp.DataType.TEXT_TYPES)

    # -------------------------------------------------------------------------------------------------- duplicates

    def duplicate(self, staging: TableName, key: Sequence[str]) -> str:
        """A query with a row where two staged rows have the same key."""
        columns = [self.sql.column(name) for name in key]
        query = exp.select(exp.Literal.number(1)).from_(self.sql.table(staging)).group_by(*columns)
        return self.sql.render(
            query.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.convert(1))).limit(1)
        )

    def deduplicate(self, staging: TableName, names: Sequence[str], key: Sequence[str]) -> tuple[list[str], TableName]:
        """Keep one row of each key; the statements, and the table that then has the rows.

        Which row is kept is the engine's choice where it does not know the order of the file.
        """
        kept = TableName(staging.path, f"{staging.name}_kept")
        number = exp.Window(
            this=exp.RowNumber(),
            partition_by=[self.sql.column(name) for name in key],
            order=exp.Order(expressions=[exp.Ordered(this=self.sql.column(name)) for name in key]),
        )
        columns = [self.sql.column(name) for name in names]
        numbered = self.select(staging, [*columns, exp.alias_(number, "understudy_row", quoted=True)])
        chosen = (
            exp.select(*(column.copy() for column in columns))
            .from_(numbered.subquery("numbered"))
            .where(self.sql.column("understudy_row").eq(1))
        )
        return [self.sql.render(exp.Create(kind="TABLE", this=self.sql.table(kept), expression=chosen))], kept

    def same_key(self, left: str, right: str, key: Sequence[str]) -> exp.Condition:
        """Whether two rows have the same key. A key with NULL in it is like no other."""
        return exp.and_(*(self.of(left, name).eq(self.of(right, name)) for name in key))

    def differs(self, left: exp.Expr, right: exp.Expr) -> exp.Condition:
        """Whether two values differ, NULL being a value."""
        return exp.NullSafeNEQ(this=left, expression=right)

    def of(self, alias: str, name: str) -> exp.Column:
        """A column of a table that has an alias."""
        return exp.column(self.sql.identifier(name), table=self.sql.identifier(alias))

    def matching(self, staging: TableName, destination: TableName, key: Sequence[str]) -> str:
        """A query with a row where a staged row's key is in the destination."""
        condition = self._in_destination(staging, destination, key)
        return self.sql.render(
            exp.select(exp.Literal.number(1)).from_(self._named(staging, "staged")).where(condition).limit(1)
        )

    def update(
        self,
        staging: TableName,
        destination: TableName,
        *,
        columns: Sequence[str],
        key: Sequence[str],
        timestamp: tuple[str, exp.Expr] | None,
    ) -> list[str]:
        """Give rows of the destination the values of the staged row of their key, where any differs.

        The timestamp is set where something else was, so that it tells when a row changed.
        """
        changed = [name for name in columns if name not in key]
        if not changed:
            return []
        sets = [exp.EQ(this=self.sql.column(name), expression=self.of("staged", name)) for name in changed]
        differs = exp.or_(*(self.differs(self.of("kept", name), self.of("staged", name)) for name in changed))
        if timestamp is not None:
            name, value = timestamp
            sets.append(exp.EQ(this=self.sql.column(name), expression=value))
        return [
            self.sql.render(
                exp.Update(
                    this=self._named(destination, "kept"),
                    expressions=sets,
                    from_=exp.From(this=self._named(staging, "staged")),
                    where=exp.Where(this=exp.and_(self.same_key("kept", "staged", key), differs)),
                )
            )
        ]

    def delete_matching(self, staging: TableName, destination: TableName, key: Sequence[str]) -> list[str]:
        """Delete staged rows whose key the destination has: what is left is new."""
        condition = self._in_destination(staging, destination, key)
        return [self.sql.render(exp.Delete(this=self._named(staging, "staged"), where=exp.Where(this=condition)))]

    def _in_destination(self, staging: TableName, destination: TableName, key: Sequence[str]) -> exp.Exists:
        _ = staging
        query = exp.select(exp.Literal.number(1)).from_(self._named(destination, "kept"))
        return exp.Exists(this=query.where(self.same_key("kept", "staged", key)))

    def _named(self, table: TableName, alias: str) -> exp.Expr:
        return exp.alias_(self.sql.table(table), alias, quoted=True, table=True)
