"""Primary keys are constraints with names, which the catalog tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import named, need_table
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from understudy.providers.storage.protocol import storage_pb2 as pb
    from understudy.providers.storage.redshift.catalog import RedshiftCatalog
    from understudy.providers.storage.redshift.statements import RedshiftStatements
    from understudy.providers.storage.session import Session

__all__ = ["drop_primary_key"]


def drop_primary_key(session: Session, command: pb.DropPrimaryKeyCommand) -> None:
    """Take the primary key away, by its own name; rows, defaults and what may be null stay as they are."""
    table = named(session, command.path, command.table_name)
    need_table(session, table)
    name = cast("RedshiftCatalog", session.catalog).key_name(table)
    if not name:
        raise CommandFault(StorageCode.OBJECT_NOT_FOUND, f"{str(table)!r} has no primary key")
    with session.ddl_transaction():
        session.run([cast("RedshiftStatements", session.sql).drop_constraint(table, name)])
