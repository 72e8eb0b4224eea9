"""The first rows of a table, to be looked at."""

from __future__ import annotations

from understudy.providers.storage.commands.cells import columns_of
from understudy.providers.storage.commands.checks import invalid, named
from understudy.providers.storage.commands.conditions import RowFilter, orderings
from understudy.providers.storage.commands.lookup import shown_columns, unique_names
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Selection

__all__ = ["preview_table"]

_LIMIT, _MOST = 100, 1000


def preview_table(session: Session, command: pb.PreviewTableCommand) -> pb.PreviewTableResponse:
    """Rows of a table or view as text, chosen and ordered as the command says; at most 1000."""
    table = named(session, command.path, command.table_name)
    if not 0 <= command.limit <= _MOST:
        raise invalid(f"the limit is {command.limit}; a preview shows 1 to {_MOST} rows", hint="0 means 100.")
    unique_names(session, command.columns, "columns")
    rows = RowFilter(session, filters=command.where_filters, changes=command.changes, search=command.fulltext_search)
    columns = shown_columns(session, table)
    where, values = rows.on(columns)
    selection = Selection(
        table=table,
        columns=columns.chosen(command.columns),
        where=where,
        order=orderings(session, command.order_by, columns),
        limit=command.limit or _LIMIT,
    )
    found = session.execute(*session.sql.fill(session.sql.preview(selection), values)).rows
    return pb.PreviewTableResponse(columns=columns_of(selection.columns, found), row_count=len(found))
