"""What Snowflake says otherwise than the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.snowflake.users import SnowflakeUsers
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.types import DataKind, family_of_kind

__all__ = ["SnowflakeStatements"]

_SHOWN_BY_FUNCTION = {"GEOGRAPHY": "ST_ASGEOJSON", "GEOMETRY": "ST_ASGEOJSON", "VECTOR": "TO_ARRAY"}
"""Types that no cast makes text of."""


class SnowflakeStatements(SnowflakeUsers, Statements):
    """Snowflake's dialect."""

    dialect: ClassVar[str] = "snowflake"
    kinds: ClassVar[dict[DataKind, str]] = {**Statements.kinds, "TIMESTAMP": "TIMESTAMPNTZ"}

    # ------------------------------------------------------------------------------------------------- databases

    def create_database(self, name: str, *, retention_days: int = 0) -> list[str]:
        """A database whose history is kept for so many days."""
        kept = exp.Property(this=exp.var("DATA_RETENTION_TIME_IN_DAYS"), value=exp.Literal.number(retention_days))
        named = exp.Table(this=self.identifier(name))
        properties = exp.Properties(expressions=[kept])
        return [self.render(exp.Create(kind="DATABASE", this=named, properties=properties))]

    def use(self, path: Sequence[str]) -> list[str]:
        """Look unqualified names up in this schema; without the word, one name would be a database's."""
        return [self.render(exp.Use(kind=exp.var("SCHEMA"), this=self.space(path)))] if path else []

    def permission_checks(self, probe: str) -> Mapping[str, tuple[list[str], list[str]]]:
        """What a driver's user must be allowed, each tried and undone."""
        return {
            "create and drop a database": (self.create_database(probe), self.drop_database(probe)),
            "create and drop a role": (self.create_role(probe), self.drop_role(probe)),
            "create and drop a user": ([f"CREATE USER {self.quoted(probe)}"], self.drop_user(probe)),
        }

    # ----------------------------------------------------------------------------------------------- information

    def information(self, view: str, path: Sequence[str], columns: Sequence[str]) -> exp.Select:
        """A query over the ``information_schema`` of the path's database: every database has its own."""
        database = path[0] if len(path) > 1 or (path and view == "schemata") else None
        source = exp.Table(
            this=exp.to_identifier(view),
            db=exp.to_identifier("information_schema"),
            catalog=None if database is None else self.identifier(database),
        )
        return exp.select(*columns).from_(source)

    def show_databases(self) -> str:
        """The databases that the user can see."""
        return "SHOW TERSE DATABASES"

    def show_primary_key(self, table: TableName) -> str:
        """The columns of a table's primary key."""
        return f"SHOW PRIMARY KEYS IN TABLE {self.render(self.table(table))}"

    # ---------------------------------------------------------------------------------------------------- values

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text, exactly."""
        function = _SHOWN_BY_FUNCTION.get(column.type.upper())
        if function is None:
            return super().text(column)
        return exp.cast(exp.Anonymous(this=function, expressions=[self.column(column.name)]), self.kind_type("STRING"))

    def comparable(self, column: Column, kind: DataKind) -> exp.Expr:
        """A column as a kind of value. TRY_CAST takes text only, so that what is none becomes text first."""
        held, wanted = self.family(column), family_of_kind(kind)
        if held in {wanted, "text"} or kind == "STRING" or (held, wanted) == ("date", "timestamp"):
            return super().comparable(column, kind)
        return self.try_cast(self.text(column), kind)

    # --------------------------------------------------------------------------------------------------- changes

    def set_default(self, table: TableName, column: Column) -> list[str]:
        """Take a default away; the engine gives a column that is there no other one (900)."""
        if column.default is not None:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                "Snowflake gives no default to a column that is there",
                hint="Add a column with the default, or make the table anew.",
            )
        return super().set_default(table, column)

    def rename_table(self, table: TableName, name: str) -> list[str]:
        """Give a table another name, with its path: a bare name would move it into the session's schema."""
        renamed = exp.AlterRename(this=self.table(TableName(table.path, name)))
        return [self.render(exp.Alter(this=self.table(table), kind="TABLE", actions=[renamed]))]

    def table_at(self, source: TableName, target: TableName, timestamp: int) -> list[str]:
        """A clone of what a table was at a time, with its key and defaults."""
        moment = exp.Anonymous(this="TO_TIMESTAMP_LTZ", expressions=[exp.Literal.number(timestamp)])
        then = exp.HistoricalData(this="AT", kind="TIMESTAMP", expression=moment)
        seen = self.table(source)
        seen.set("when", then)
        return [self.render(exp.Create(kind="TABLE", this=self.table(target), clone=exp.Clone(this=seen)))]
