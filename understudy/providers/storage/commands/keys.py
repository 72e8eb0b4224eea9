"""Primary keys."""

from __future__ import annotations

import secrets

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, named, need_table
from understudy.providers.storage.commands.lookup import stored_columns, unique_names
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableDefinition, TableName

__all__ = ["add_primary_key", "drop_primary_key"]


def add_primary_key(session: Session, command: pb.AddPrimaryKeyCommand) -> None:
    """Make columns the primary key, once their values are known to be one: no nulls, nothing twice (3000)."""
    table = named(session, command.path, command.table_name)
    if not command.primary_key:
        raise invalid("a primary key needs a column")
    unique_names(session, command.primary_key, "primary key's columns")
    need_table(session, table)
    columns = stored_columns(session, table)
    names = [columns.need(name).name for name in command.primary_key]
    present = session.catalog.primary_key(table)
    if present:
        raise CommandFault(
            StorageCode.OBJECT_EXISTS,
            f"{str(table)!r} has the primary key ({', '.join(present)}) already",
            hint="Drop it first.",
        )
    with session.ddl_transaction():
        if not command.skip_duplicates_check:
            _check_values(session, table, names)
        session.run(session.sql.before_primary_key(table, [columns.need(name) for name in names]))
        session.run(session.sql.add_primary_key(table, names))


def drop_primary_key(session: Session, command: pb.DropPrimaryKeyCommand) -> None:
    """Take the primary key away; rows, defaults and what may be null stay as they are."""
    table = named(session, command.path, command.table_name)
    need_table(session, table)
    if not session.catalog.primary_key(table):
        raise CommandFault(StorageCode.OBJECT_NOT_FOUND, f"{str(table)!r} has no primary key")
    held = session.catalog.bound_to(table)
    if held:
        raise CommandFault(
            StorageCode.DEPENDENT_OBJECTS,
            f"the primary key of {str(table)!r} cannot be dropped, for these would be lost: {', '.join(held)}",
            hint="Drop them first.",
        )
    definition = TableDefinition(table=table, columns=session.catalog.columns(table))
    spare = TableName(table.path, f"_spare_{secrets.token_hex(8)}")
    with session.ddl_transaction():
        session.run(session.sql.drop_primary_key(definition, spare))


def _check_values(session: Session, table: TableName, names: list[str]) -> None:
    for statement, what in zip(
        session.sql.unfit_for_key(table, names), ("rows have a null in it", "values come more than once"), strict=True
    ):
        count = int(session.execute(statement).scalar())
        if count:
            raise invalid(f"({', '.join(names)}) cannot be the primary key of {str(table)!r}: {count} {what}")
