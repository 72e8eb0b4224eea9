"""Views: chosen rows and columns of one table under a name of their own."""

from __future__ import annotations

from understudy.providers.storage.commands.checks import named, referred
from understudy.providers.storage.commands.conditions import RowFilter
from understudy.providers.storage.commands.lookup import need_new, shown_columns, unique_names
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Selection

__all__ = ["create_view"]


def create_view(session: Session, command: pb.CreateViewCommand) -> None:
    """A view; it names its columns, so that the source may get new ones."""
    view = named(session, command.path, command.view_name, "view's name")
    source = referred(session, command.source, "source")
    unique_names(session, command.columns, "columns")
    rows = RowFilter(session, filters=command.where_filters)
    need_new(session, view)
    columns = shown_columns(session, source)
    where, values = rows.on(columns)
    selection = Selection(table=source, columns=columns.chosen(command.columns), where=where)
    with session.ddl_transaction():
        session.run(session.sql.create_view(view, selection, values))
