"""What the engine does not drop with something else is dropped first, by its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands import buckets
from understudy.providers.storage.commands.checks import named, need_table, schema_path
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.protocol import storage_pb2 as pb
    from understudy.providers.storage.session import Session
    from understudy.providers.storage.sql.tables import Column
    from understudy.providers.storage.synapse.catalog import SynapseCatalog
    from understudy.providers.storage.synapse.statements import SynapseStatements

__all__ = ["drop_bucket", "drop_default", "drop_primary_key"]


def drop_bucket(session: Session, command: pb.DropBucketCommand) -> None:
    """Drop the bucket, and where ``is_cascade`` says so, its views and tables before it, one by one."""
    path = schema_path(session, command.database_name, command.bucket_object_name)
    if command.is_cascade and session.catalog.schema_exists(path):
        found = session.catalog.objects(path)
        for name in sorted(found, key=lambda each: found[each] != "view"):
            drop = session.sql.drop_view if found[name] == "view" else session.sql.drop_table
            session.run(drop(TableName(path, name)))
    buckets.drop_bucket(session, command)


def drop_default(session: Session, table: TableName, column: Column) -> None:
    """Drop the default of a column where it has one."""
    name = cast("SynapseCatalog", session.catalog).default_name(table, column.name)
    if name:
        session.run([cast("SynapseStatements", session.sql).drop_constraint(table, name)])


def drop_primary_key(session: Session, command: pb.DropPrimaryKeyCommand) -> None:
    """Take the primary key away, by its own name; rows, defaults and what may be null stay as they are."""
    table = named(session, command.path, command.table_name)
    need_table(session, table)
    name = cast("SynapseCatalog", session.catalog).key_name(table)
    if not name:
        raise CommandFault(StorageCode.OBJECT_NOT_FOUND, f"{str(table)!r} has no primary key")
    session.run([cast("SynapseStatements", session.sql).drop_constraint(table, name)])
