"""Tables: made, looked at, dropped."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, named, need_name, need_schema, unique
from understudy.providers.storage.commands.reading import column_of, meta_of, table_info
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableDefinition

__all__ = ["create_table", "drop_table"]


def create_table(session: Session, command: pb.CreateTableCommand) -> pb.ObjectInfoResponse:
    """A table with its columns and key."""
    table = named(session, command.path, command.table_name)
    definition = TableDefinition(
        table=table,
        columns=tuple(column_of(column) for column in command.columns),
        primary_key=tuple(command.primary_key),
        meta=meta_of(command.meta),
    )
    _check(session, definition)
    need_schema(session, table.path)
    if session.catalog.kind(table) is not None:
        raise CommandFault(StorageCode.OBJECT_EXISTS, f"there is a table or view {str(table)!r} already")
    with session.ddl_transaction():
        session.run(session.sql.create_table(definition))
    return pb.ObjectInfoResponse(path=table.path, kind=pb.TABLE, table=table_info(session, table))


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


def _check(session: Session, definition: TableDefinition) -> None:
    names = [need_name(session, column.name, "column's name", column=True) for column in definition.columns]
    if not names:
        raise invalid("a table needs a column")
    unique(names, "columns", case_sensitive=session.capabilities.identifiers.case_sensitive)
    unique(definition.primary_key, "primary key's columns")
    for name in definition.primary_key:
        if name not in names:
            raise invalid(f"the primary key's column {name!r} is not among the columns")
    for word in definition.meta:
        if word not in session.capabilities.create_table_metadata:
            known = ", ".join(sorted(session.capabilities.create_table_metadata)) or "nothing"
            raise invalid(f"{session.backend.title} does not know the table metadata {word!r}; it knows {known}")
