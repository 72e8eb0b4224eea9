"""Rows deleted."""

from __future__ import annotations

from understudy.providers.storage.commands.checks import named, need_table
from understudy.providers.storage.commands.conditions import RowFilter
from understudy.providers.storage.commands.lookup import shown_columns
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session

__all__ = ["delete_table_rows"]


def delete_table_rows(session: Session, command: pb.DeleteTableRowsCommand) -> pb.DeleteTableRowsResponse:
    """Delete the rows that every filter of the command holds for; without any filter, all of them."""
    table = named(session, command.path, command.table_name)
    rows = RowFilter(
        session,
        filters=command.where_filters,
        changes=command.changes,
        references=command.where_reference_filters,
    )
    need_table(session, table)
    where, values = rows.on(shown_columns(session, table))
    statement, bound = session.sql.fill(session.sql.delete_rows(table, where), values)
    with session.transaction():
        before = session.catalog.rows(table)
        deleted = session.execute(statement, bound).affected
        left = session.catalog.rows(table)
    return pb.DeleteTableRowsResponse(
        deleted_rows=before - left if deleted is None else deleted,
        table_rows=left,
        table_bytes=session.catalog.size(table),
    )
