"""Tables: made, copied, renamed, dropped."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, named, need_schema, need_table, referred
from understudy.providers.storage.commands.columns import check_column
from understudy.providers.storage.commands.lookup import need_new, unique_names
from understudy.providers.storage.commands.reading import column_of, meta_of, table_info
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableDefinition, TableName

__all__ = ["copy_table", "create_table", "create_table_from_time_travel", "drop_table", "rename_table"]


def create_table(session: Session, command: pb.CreateTableCommand) -> pb.ObjectInfoResponse:
    """A table with its columns and key."""
    table = named(session, command.path, command.table_name)
    definition = TableDefinition(
        table=table,
        columns=tuple(check_column(session, column_of(column)) for column in command.columns),
        primary_key=tuple(command.primary_key),
        meta=meta_of(command.meta),
    )
    _check(session, definition)
    need_new(session, table)
    with session.ddl_transaction():
        session.run(session.sql.create_table(definition))
    return _made(session, table)


def create_table_from_time_travel(
    session: Session, command: pb.CreateTableFromTimeTravelCommand
) -> pb.ObjectInfoResponse:
    """A table of what another was at a time. Raises CommandFault (900) where the backend keeps no past."""
    if not session.capabilities.time_travel:
        raise _unsupported(session, "keeps no past states of tables")
    source, target = referred(session, command.source, "source"), referred(session, command.destination, "destination")
    if command.timestamp <= 0:
        raise invalid(f"the timestamp {command.timestamp} is no time of the past", hint="It is in epoch seconds.")
    need_table(session, source)
    need_new(session, target)
    with session.ddl_transaction():
        session.run(session.sql.table_at(source, target, command.timestamp))
    return _made(session, target)


def copy_table(session: Session, command: pb.CopyTableCommand) -> pb.ObjectInfoResponse:
    """A table with another's columns, defaults, key and rows; as a clone, where the backend has that (else 900)."""
    if command.clone and not session.capabilities.clone:
        raise _unsupported(session, "clones no tables")
    source, target = referred(session, command.source, "source"), referred(session, command.destination, "destination")
    need_table(session, source)
    need_new(session, target)
    if command.clone:
        statements = session.sql.clone_table(source, target)
    else:
        columns = session.catalog.columns(source)
        definition = TableDefinition(table=target, columns=columns, primary_key=session.catalog.primary_key(source))
        statements = session.sql.copy_table(source, definition)
    with session.ddl_transaction():
        session.run(statements)
    return _made(session, target)


def rename_table(session: Session, command: pb.RenameTableCommand) -> pb.ObjectInfoResponse:
    """Give a table another name in its schema; its rows, key and defaults stay."""
    source = referred(session, command.source, "source")
    target = named(session, source.path, command.new_name, "new name")
    need_table(session, source)
    if session.sql.fold(source.name) != session.sql.fold(target.name):
        need_new(session, target)
    with session.ddl_transaction():
        session.run(session.sql.rename_table(source, target.name))
    return _made(session, target)


def drop_table(session: Session, command: pb.DropTableCommand) -> None:
    """Drop a table or a view."""
    table = named(session, command.path, command.table_name)
    kind = session.catalog.kind(table)
    if kind is None:
        if command.ignore_if_not_exists:
            return
        need_schema(session, table.path)
        raise CommandFault(StorageCode.TABLE_NOT_FOUND, f"there is no table {str(table)!r}")
    session.run(session.sql.drop_view(table) if kind == "view" else session.sql.drop_table(table))


def _made(session: Session, table: TableName) -> pb.ObjectInfoResponse:
    return pb.ObjectInfoResponse(path=table.path, kind=pb.TABLE, table=table_info(session, table))


def _unsupported(session: Session, reason: str) -> CommandFault:
    return CommandFault(StorageCode.NOT_SUPPORTED, f"{session.backend.title} {reason}; nothing was touched")


def _check(session: Session, definition: TableDefinition) -> None:
    fold = session.sql.fold
    if not definition.columns:
        raise invalid("a table needs a column")
    unique_names(session, (column.name for column in definition.columns), "columns")
    unique_names(session, definition.primary_key, "primary key's columns")
    names = {fold(column.name) for column in definition.columns}
    for name in definition.primary_key:
        if fold(name) not in names:
            raise invalid(f"the primary key's column {name!r} is not among the columns")
    if definition.primary_key and session.capabilities.primary_keys == "none":
        raise _unsupported(session, "has no primary keys")
    for word in definition.meta:
        if word not in session.capabilities.create_table_metadata:
            known = ", ".join(sorted(session.capabilities.create_table_metadata)) or "nothing"
            raise invalid(f"{session.backend.title} does not know the table metadata {word!r}; it knows {known}")
