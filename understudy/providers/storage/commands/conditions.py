"""The filters and orders of commands: checked before anything is touched, then made into conditions on a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from understudy.providers.storage.commands.checks import invalid, referred
from understudy.providers.storage.commands.lookup import TableColumns, shown_columns
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Comparison, Operator, Ordering, Reference, Where
from understudy.providers.storage.sql.tables import Column
from understudy.providers.storage.sql.types import DataKind, type_name
from understudy.providers.storage.sql.values import checked_value, digits_of, moment

if TYPE_CHECKING:
    from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

__all__ = ["RowFilter", "filterable", "orderings"]


@dataclass(frozen=True, slots=True)
class _Asked:
    column: str
    operator: Operator
    kind: DataKind
    values: tuple[str, ...]


class RowFilter:
    """Which rows a command means. Making it checks what can be known without the table; raises CommandFault (3000)."""

    def __init__(
        self,
        session: Session,
        *,
        filters: Iterable[pb.Filter] = (),
        changes: pb.ChangeWindow | None = None,
        references: Iterable[pb.ReferenceFilter] = (),
        search: str = "",
    ) -> None:
        self._session = session
        self._asked = [_asked(one) for one in filters]
        if self._asked and search:
            raise invalid("fulltext_search and where_filters do not go together", hint="Send one of them.")
        if "\0" in search:
            raise invalid("the text to search for has a NUL character in it")
        self._asked += _window(session, changes)
        self._references = [(one, referred(session, one.table, "referred table")) for one in references]
        if any(one.operator not in (pb.Filter.EQ, pb.Filter.NE) for one, _ in self._references):
            raise invalid("a reference filter is EQ or NE")
        self._search = search

    def on(self, columns: TableColumns) -> tuple[Where, tuple[str, ...]]:
        """The condition on a table of these columns, and its values in the order of its holes.

        Raises CommandFault for a column that is not there (2005) or of a type that cannot be filtered by (3000).
        """
        comparisons = tuple(self._comparison(columns, one) for one in self._asked)
        references = tuple(
            Reference(
                column=filterable(self._session, columns.need(one.column)),
                within=one.operator == pb.Filter.EQ,
                table=table,
                table_column=filterable(self._session, shown_columns(self._session, table).need(one.table_column)),
            )
            for one, table in self._references
        )
        searched = self._searched(columns)
        values = tuple(value for one in self._asked for value in one.values) + (self._search,) * len(searched or ())
        return Where(comparisons=comparisons, references=references, searched=searched), values

    def _comparison(self, columns: TableColumns, asked: _Asked) -> Comparison:
        made = Comparison(
            column=filterable(self._session, columns.need(asked.column)),
            operator=asked.operator,
            kind=asked.kind,
            values=len(asked.values),
        )
        if asked.kind != "DECIMAL":
            return made
        return Comparison(
            column=made.column,
            operator=made.operator,
            kind=made.kind,
            values=made.values,
            digits=digits_of(asked.values),
        )

    def _searched(self, columns: TableColumns) -> tuple[Column, ...] | None:
        if not self._search:
            return None
        return tuple(column for column in columns.all if self._session.sql.family(column) == "text")


def orderings(session: Session, asked: Sequence[pb.OrderBy], columns: TableColumns) -> tuple[Ordering, ...]:
    """ORDER BY of a command. Raises CommandFault (2005, 3000)."""
    return tuple(
        Ordering(
            column=filterable(session, columns.need(one.column)),
            descending=_name(pb.OrderBy.Order, one.order, "order") == "DESC",
            kind=cast("DataKind", _name(pb.DataType, one.data_type, "data type")),
        )
        for one in asked
    )


def filterable(session: Session, column: Column) -> Column:
    """The column, where rows can be chosen by it. Raises CommandFault (3000) where its type does not allow that."""
    dialect = session.sql.dialect
    name = type_name(column.full_type, dialect)
    refused = {word: type_name(word, dialect) or word for word in session.capabilities.unsupported_filter_types}
    if name in refused.values() or column.type.upper() in refused:
        raise invalid(
            f"the column {column.name!r} is of the type {column.full_type}, by which {session.backend.title} "
            "cannot filter or order"
        )
    return column


def _asked(message: pb.Filter) -> _Asked:
    operator = cast("Operator", _name(pb.Filter.Operator, message.operator, "operator"))
    kind = cast("DataKind", _name(pb.DataType, message.data_type, "data type"))
    if not message.values:
        raise invalid(f"the filter on {message.column!r} has no value")
    if len(message.values) > 1 and operator not in ("EQ", "NE"):
        raise invalid(
            f"the filter on {message.column!r} has {len(message.values)} values; only EQ and NE take several",
            hint="Send one filter for each bound.",
        )
    return _Asked(message.column, operator, kind, tuple(_value(message.column, kind, text) for text in message.values))


def _value(column: str, kind: DataKind, text: str) -> str:
    if "\0" in text:
        raise invalid(f"a value of the filter on {column!r} has a NUL character in it")
    try:
        return checked_value(kind, text)
    except ValueError as error:
        raise invalid(f"the filter on {column!r} compares as {kind}, and {text[:80]!r} is no {kind}") from error


def _window(session: Session, changes: pb.ChangeWindow | None) -> list[_Asked]:
    if changes is None:
        return []
    bounds: list[tuple[Operator, int]] = [("GE", changes.since), ("LT", changes.until)]
    if changes.since and changes.until and changes.since > changes.until:
        raise invalid(f"the changes end ({changes.until}) before they begin ({changes.since})")
    name = session.sql.timestamp_column
    try:
        return [_Asked(name, operator, "TIMESTAMP", (moment(seconds),)) for operator, seconds in bounds if seconds]
    except ValueError as error:
        raise invalid(f"the window of changes is none: {error}") from error


def _name(enum: EnumTypeWrapper, number: int, what: str) -> str:
    try:
        return enum.Name(number)
    except ValueError as error:
        raise invalid(f"there is no {what} {number}") from error
