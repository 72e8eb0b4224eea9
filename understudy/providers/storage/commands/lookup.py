"""Tables and columns that a command names, as the catalog has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from understudy.domain.errors import near_match
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import need_schema, unique
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["TableColumns", "need_new", "shown_columns", "stored_columns", "unique_names"]


class TableColumns:
    """A table's columns, found by the names that a command has for them, as the engine compares names."""

    def __init__(self, session: Session, table: TableName, columns: Sequence[Column]) -> None:
        self._fold = session.sql.fold
        self.table = table
        self.all = tuple(columns)
        self._found = {self._fold(column.name): column for column in columns}

    def need(self, name: str) -> Column:
        """The column. Raises CommandFault (2005) where there is none."""
        found = self._found.get(self._fold(name))
        if found is not None:
            return found
        names = [column.name for column in self.all]
        near = near_match(name, names)
        raise CommandFault(
            StorageCode.COLUMN_NOT_FOUND,
            f"{str(self.table)!r} has no column {name!r}",
            hint=f"Did you mean {near!r}?" if near else None,
        )

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return self._fold(name) in self._found

    def chosen(self, names: Iterable[str]) -> tuple[Column, ...]:
        """These columns in this order; all of them where none is named. Raises CommandFault (2005)."""
        return tuple(self.need(name) for name in names) or self.all


def stored_columns(session: Session, table: TableName) -> TableColumns:
    """The columns as they were defined. Raises CommandFault (2003, 2004) where there is no such table or view."""
    return TableColumns(session, table, session.catalog.columns(table) or _missing(session, table))


def shown_columns(session: Session, table: TableName) -> TableColumns:
    """The columns' names and types, which is all that reading needs. Raises CommandFault (2003, 2004)."""
    return TableColumns(session, table, session.catalog.shown(table) or _missing(session, table))


def need_new(session: Session, table: TableName) -> None:
    """Raises CommandFault where there is no such schema (2003), or a table or view of this name in it (2006)."""
    need_schema(session, table.path)
    if session.catalog.kind(table) is not None:
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a table or view {str(table)!r} already")


def unique_names(session: Session, names: Iterable[str], what: str) -> None:
    """Raises CommandFault (3000) where two names are one to the engine."""
    unique((session.sql.fold(name) for name in names), what)


def _missing(session: Session, table: TableName) -> tuple[Column, ...]:
    need_schema(session, table.path)
    raise CommandFault(StorageCode.TABLE_NOT_FOUND, f"there is no table or view {str(table)!r}")
