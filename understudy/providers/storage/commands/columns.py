"""Columns: added, dropped, altered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING

from understudy.domain.storage import LogLevel
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, named, need_name, need_table
from understudy.providers.storage.commands.lookup import stored_columns
from understudy.providers.storage.commands.reading import column_of, table_info
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.types import DataKind, Family
from understudy.providers.storage.sql.values import checked_value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["add_column", "alter_column", "check_column", "drop_column"]

_DEFAULTS: Mapping[Family, DataKind] = {
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
_STOPPING = frozenset({StorageCode.TIMEOUT, StorageCode.CONNECTION, StorageCode.AUTHENTICATION})
"""After these the next attribute would not be done either."""


def add_column(session: Session, command: pb.AddColumnCommand) -> pb.ObjectInfoResponse:
    """A new column, the last. One that takes no nulls needs a default where the table has rows."""
    table = named(session, command.path, command.table_name)
    column = check_column(session, column_of(command.column))
    need_table(session, table)
    if stored_columns(session, table).has(column.name):
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"{str(table)!r} has a column {column.name!r} already")
    if not column.nullable and column.default is None and session.catalog.rows(table):
        raise invalid(
            f"the column {column.name!r} takes no nulls and has no default, and {str(table)!r} has rows",
            hint="Give it a default, or let it be nullable.",
        )
    with session.ddl_transaction():
        session.run(session.sql.add_column(table, column))
    return pb.ObjectInfoResponse(path=table.path, kind=pb.TABLE, table=table_info(session, table))


def drop_column(session: Session, command: pb.DropColumnCommand) -> None:
    """Drop a column that is neither the only one nor part of the primary key."""
    table = named(session, command.path, command.table_name)
    name = need_name(session, command.column_name, "column's name", column=True)
    need_table(session, table)
    columns = stored_columns(session, table)
    column = columns.need(name)
    if len(columns.all) == 1:
        raise invalid(f"{column.name!r} is the only column of {str(table)!r}", hint="Drop the table.")
    if column.name in session.catalog.primary_key(table):
        raise invalid(f"{column.name!r} is part of the primary key of {str(table)!r}", hint="Drop the key first.")
    with session.ddl_transaction():
        session.backend.before_drop_column(session, table, column)
        session.run(session.sql.drop_column(table, column.name))


def alter_column(session: Session, command: pb.AlterColumnCommand) -> pb.AlterColumnResponse:
    """Change the attributes that the command names, each by itself: what one refuses does not undo another.

    The response tells of each. Where nothing could be done, that is an error.
    """
    table = named(session, command.path, command.table_name)
    name = need_name(session, command.desired.name, "column's name", column=True)
    attributes = _attributes(command.attributes_to_update)
    need_table(session, table)
    present = stored_columns(session, table).need(name)
    steps = _steps(session, table, _wanted(session, present, column_of(command.desired), attributes), attributes)
    faults: dict[str, CommandFault] = {}
    response = pb.AlterColumnResponse()
    for together, make in steps:
        fault = _attempt(session, make)
        for attribute in together:
            response.outcomes.add(
                attribute=pb.AlterColumnCommand.Attribute.Value(attribute),
                done=fault is None,
                reason=fault.message if fault else "",
            )
            if fault is not None:
                faults[attribute] = fault
                session.log(LogLevel.WARNING, f"{attribute} of {present.name!r} stays as it was: {fault.message}")
    if len(faults) == len(attributes):
        raise CommandFault(
            next(iter(faults.values())).code,
            f"nothing of {present.name!r} could be altered: "
            + "; ".join(f"{name}: {fault.message}" for name, fault in faults.items()),
        )
    response.table.CopyFrom(table_info(session, table))
    return response


def check_column(session: Session, column: Column) -> Column:
    """The column, its name, type and default possible. Raises CommandFault (3000)."""
    need_name(session, column.name, "column's name", column=True)
    if not column.type:
        raise invalid(f"the column {column.name!r} has no type")
    session.sql.type(column)
    default = column.default
    if default is None:
        return column
    if "\0" in default:
        raise invalid(f"the default of {column.name!r} has a NUL character in it")
    kind = _DEFAULTS.get(session.sql.family(column))
    if kind is not None:
        try:
            checked_value(kind, default)
        except ValueError as error:
            raise invalid(
                f"the default of {column.name!r} is {default[:80]!r}, which is no {column.full_type}"
            ) from error
    return column


def _attributes(asked: Sequence[int]) -> list[str]:
    if not asked:
        raise invalid("attributes_to_update is empty", hint="Name what is to be changed.")
    try:
        names = [pb.AlterColumnCommand.Attribute.Name(number) for number in asked]
    except ValueError as error:
        raise invalid(f"there is no such attribute among {list(asked)}") from error
    if len(set(names)) < len(names):
        raise invalid("an attribute comes twice in attributes_to_update")
    return names


def _wanted(session: Session, present: Column, desired: Column, attributes: Sequence[str]) -> Column:
    """The column as it shall be: of the desired one only what the attributes name."""
    typed = "TYPE" in attributes
    wanted = Column(
        name=present.name,
        type=desired.type if typed else present.type,
        length=desired.length if typed or "LENGTH" in attributes else present.length,
        nullable=desired.nullable if "NULLABLE" in attributes else present.nullable,
        default=desired.default if "DEFAULT" in attributes else None,
    )
    return check_column(session, wanted)


def _steps(
    session: Session, table: TableName, wanted: Column, attributes: Sequence[str]
) -> list[tuple[list[str], Callable[[], list[str]]]]:
    """What makes the statements, with the attributes that each changes; type and length are one change.

    A backend whose engine cannot change an attribute raises where the statements are made.
    """
    sized = [name for name in ("TYPE", "LENGTH") if name in attributes]
    sql = session.sql
    steps: list[tuple[list[str], Callable[[], list[str]]]] = []
    if sized:
        steps.append((sized, partial(sql.set_type, table, wanted)))
    if "NULLABLE" in attributes:
        steps.append((["NULLABLE"], partial(sql.set_nullable, table, wanted)))
    if "DEFAULT" in attributes:
        steps.append((["DEFAULT"], partial(sql.set_default, table, wanted)))
    return steps


def _attempt(session: Session, make: Callable[[], list[str]]) -> CommandFault | None:
    try:
        with session.ddl_transaction() if session.sql.alters_in_transactions else nullcontext():
            session.run(make())
    except Exception as error:  # the engines' drivers have no common root
        fault = error if isinstance(error, CommandFault) else session.backend.translate(error)
        if fault.code in _STOPPING:
            raise
        return fault
    return None
