"""What Redshift says otherwise than the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.redshift.session import SessionStatements
from understudy.providers.storage.redshift.table_options import table_options
from understudy.providers.storage.redshift.users import RedshiftUsers
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.sql.tables import Column, TableDefinition, TableName

__all__ = ["RedshiftStatements"]

_SHOWN_BY_FUNCTION = {"SUPER": "JSON_SERIALIZE", "GEOMETRY": "ST_ASEWKT", "GEOGRAPHY": "ST_ASEWKT"}
"""Types that no cast makes text of."""


class RedshiftStatements(RedshiftUsers, SessionStatements, Statements):
    """Redshift's dialect. A connection is of one database, so that a path's database is not said again."""

    dialect: ClassVar[str] = "redshift"
    placeholder: ClassVar[str | None] = None
    alters_in_transactions: ClassVar[bool] = False

    def fold(self, name: str) -> str:
        """The engine folds every name, quoted or not, by its ASCII letters."""
        return name.encode(errors="surrogatepass").lower().decode(errors="surrogatepass")

    def identifier(self, name: str) -> exp.Identifier:
        """A quoted name, folded here already: a session may be set to keep the case of what is quoted."""
        return super().identifier(self.fold(name))

    def full(self, path: Sequence[str]) -> tuple[str, ...]:
        """The schema alone."""
        return tuple(path[-1:])

    def bound(self, condition: exp.Condition | None, column: str, value: str) -> exp.Condition:
        """``condition`` and ``column = value``; the catalog has the names folded."""
        return super().bound(condition, column, self.fold(value))

    def use(self, path: Sequence[str]) -> list[str]:
        """Look unqualified names up in this schema."""
        return [f"SET search_path TO {self.quoted(path[-1])}"] if path else []

    def permission_checks(self, probe: str) -> Mapping[str, tuple[list[str], list[str]]]:
        """What a driver's user must be allowed, each tried and undone."""
        return {
            "create and drop a database": (self.create_database(probe), self.drop_database(probe)),
            **super().permission_checks(probe),
            "create and drop a role": (self.create_role(probe), self.drop_role(probe)),
            "create and drop a user": (
                [f"CREATE USER {self.quoted(probe)} PASSWORD DISABLE"],
                self.drop_user(probe),
            ),
        }

    def table_properties(self, definition: TableDefinition) -> exp.Properties | None:
        """Where rows are kept and how they are sorted."""
        return table_options(self, definition)

    # ---------------------------------------------------------------------------------------------------- values

    def text(self, column: Column) -> exp.Expr:
        """A column's value as text; the engine casts no boolean, and none of its own types."""
        value = self.column(column.name)
        if self.family(column) == "boolean":
            shown = exp.case().when(value, exp.Literal.string("true"))
            return shown.when(exp.not_(value.copy()), exp.Literal.string("false"))
        if column.type.upper() == "VARBYTE":
            return exp.Anonymous(this="FROM_VARBYTE", expressions=[value, exp.Literal.string("hex")])
        function = _SHOWN_BY_FUNCTION.get(column.type.upper())
        return super().text(column) if function is None else exp.Anonymous(this=function, expressions=[value])

    # --------------------------------------------------------------------------------------------------- changes

    def set_type(self, table: TableName, column: Column) -> list[str]:
        """Give a VARCHAR another length; the engine changes no other type (900)."""
        if not self.type(column).is_type("varchar", "nvarchar", "text"):
            raise _cannot("changes the length of a VARCHAR and no other type")
        return super().set_type(table, column)

    def set_nullable(self, table: TableName, column: Column) -> list[str]:
        """The engine cannot (900)."""
        _ = table, column
        raise _cannot("does not change whether a column takes nulls")

    def set_default(self, table: TableName, column: Column) -> list[str]:
        """The engine cannot (900)."""
        _ = table, column
        raise _cannot("does not change the default of a column")

    def drop_constraint(self, table: TableName, name: str) -> str:
        """Drop a key by its own name."""
        drop = exp.Drop(tables=[self.exact(name)], kind="CONSTRAINT")
        return self.render(exp.Alter(this=self.table(table), kind="TABLE", actions=[drop]))

    def exact(self, name: str) -> exp.Identifier:
        """A name as the catalog has it."""
        return exp.to_identifier(name, quoted=True)


def _cannot(what: str) -> CommandFault:
    return CommandFault(
        StorageCode.NOT_SUPPORTED, f"Redshift {what}", hint="Add a column as it shall be, or make the table anew."
    )
