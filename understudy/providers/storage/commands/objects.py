"""What there is: databases, schemas, tables, views."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import (
    invalid,
    named,
    need_database,
    need_name,
    need_path,
    need_schema,
)
from understudy.providers.storage.commands.reading import message_of, table_info
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.tables import TableName

__all__ = ["list_schemas", "object_info"]


def list_schemas(session: Session, command: pb.ListSchemasCommand) -> pb.ListSchemasResponse:
    """The schemas of a database, sorted; without a name those of the connection's own."""
    path: tuple[str, ...] = ()
    if command.database_name:
        path = (need_name(session, command.database_name, "database's name"),)
        need_database(session, command.database_name)
    return pb.ListSchemasResponse(schemas=session.catalog.schemas(path))


def object_info(session: Session, command: pb.ObjectInfoCommand) -> pb.ObjectInfoResponse:
    """What an object is: a database with its schemas, a schema with its tables and views, a table, a view.

    ``name`` is a table's or a view's; without one, ``path`` is a schema's, or a database's where that is expected. An
    ``expected_kind`` that is not the object's is an error (2000 and on), UNKNOWN expects nothing.
    """
    kind = command.expected_kind
    if command.name:
        if kind in {pb.DATABASE, pb.SCHEMA}:
            raise invalid("a database or schema is named by its path alone")
        return _relation(session, named(session, command.path, command.name, "object's name"), kind)
    if kind in {pb.TABLE, pb.VIEW}:
        raise invalid("a table or view needs a name beside its path")
    if kind == pb.DATABASE:
        return _database(session, command)
    path = need_path(session, command.path)
    need_schema(session, path)
    objects = session.catalog.objects(path)
    return pb.ObjectInfoResponse(
        path=path,
        kind=pb.SCHEMA,
        objects=[pb.ObjectInfo(name=name, kind=_kind(objects[name])) for name in sorted(objects)],
    )


def _database(session: Session, command: pb.ObjectInfoCommand) -> pb.ObjectInfoResponse:
    if len(command.path) != 1:
        raise invalid(f"a database's path has one name, not {len(command.path)}")
    name = need_name(session, command.path[0], "database's name")
    need_database(session, name)
    schemas = [pb.ObjectInfo(name=schema, kind=pb.SCHEMA) for schema in session.catalog.schemas((name,))]
    return pb.ObjectInfoResponse(path=[name], kind=pb.DATABASE, objects=schemas)


def _relation(session: Session, table: TableName, expected: int) -> pb.ObjectInfoResponse:
    found = session.catalog.kind(table)
    if found is None or expected not in {pb.UNKNOWN, _kind(found)}:
        need_schema(session, table.path)
        code, word = _MISSING[expected]
        reason = f"there is no {word} {str(table)!r}"
        raise CommandFault(code, reason if found is None else f"{reason}: it is a {found}")
    if found == "table":
        return pb.ObjectInfoResponse(path=table.path, kind=pb.TABLE, table=table_info(session, table))
    columns = [message_of(column) for column in session.catalog.columns(table)]
    view = pb.ViewInfo(path=table.path, name=table.name, columns=columns)
    return pb.ObjectInfoResponse(path=table.path, kind=pb.VIEW, view=view)


def _kind(kind: str) -> pb.ObjectKind:
    return pb.VIEW if kind == "view" else pb.TABLE


_MISSING: dict[int, tuple[StorageCode, str]] = {
    pb.UNKNOWN: (StorageCode.OBJECT_NOT_FOUND, "object"),
    pb.TABLE: (StorageCode.TABLE_NOT_FOUND, "table"),
    pb.VIEW: (StorageCode.VIEW_NOT_FOUND, "view"),
}
