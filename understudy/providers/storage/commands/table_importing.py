"""Rows of one table into another, of the same bucket, another one or a workspace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, need_schema, referred
from understudy.providers.storage.commands.conditions import RowFilter
from understudy.providers.storage.commands.dedup import insert_rows, merge, replace_rows
from understudy.providers.storage.commands.importing import import_response
from understudy.providers.storage.commands.linking import link_table
from understudy.providers.storage.commands.lookup import TableColumns, shown_columns
from understudy.providers.storage.commands.making import made_destination
from understudy.providers.storage.commands.plan import ImportPlan, SourceColumn, check_names, check_options, plan_import
from understudy.providers.storage.commands.staging import staging_for
from understudy.providers.storage.commands.timing import Timers
from understudy.providers.storage.commands.transfer_faults import transfer_faults
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Selection
from understudy.providers.storage.sql.loading import RowQuery, StagedColumn

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import (
        LoadTableToWorkspaceCommand,
        TableImportFromTableCommand,
    )

__all__ = ["import_table"]

_COPIES = frozenset({pb.ImportOptions.FULL, pb.ImportOptions.INCREMENTAL})


def import_table(
    session: Session, command: TableImportFromTableCommand | LoadTableToWorkspaceCommand
) -> pb.TableImportResponse:
    """Rows of a table or view into a table, which is made where it is not there; or a view or clone of it."""
    options = command.import_options
    source = referred(session, command.source, "source")
    destination = referred(session, command.destination, "destination")
    check_options(options)
    if source == destination:
        raise invalid(f"the source and the destination are both {str(source)!r}")
    if command.limit < 0 or command.changed_in_last_seconds < 0:
        raise invalid("limit and changed_in_last_seconds are 0 or more")
    rows = RowFilter(session, filters=command.where_filters, changes=_changes(command.changed_in_last_seconds))
    columns = shown_columns(session, source)
    wanted = _wanted(session, command, columns)
    check_names(session, wanted)
    where, values = rows.on(columns)
    selection = Selection(table=source, columns=columns.all, where=where, order=(), limit=command.limit or None)
    need_schema(session, destination.path)
    if options.import_type not in _COPIES:
        return link_table(session, selection, values, destination, wanted, options)
    timers = Timers()
    found = [columns.need(one.source) for one in wanted]
    with session.ddl_transaction(), made_destination(session, destination, wanted, found, options) as target:
        plan = plan_import(
            session, target, session.catalog.columns(target), session.catalog.primary_key(target), wanted, options
        )
        query = RowQuery(query=_projected(session, selection, columns, plan), values=values)
        with transfer_faults(session, StorageCode.IMPORT_FAILED):
            done = _copy(session, query, plan, timers)
    return import_response(session, destination, plan, done, timers)


def _changes(seconds: int) -> pb.ChangeWindow | None:
    return pb.ChangeWindow(since=max(int(time.time()) - seconds, 1)) if seconds else None


def _wanted(
    session: Session, command: TableImportFromTableCommand | LoadTableToWorkspaceCommand, columns: TableColumns
) -> list[SourceColumn]:
    """The columns that come, and where they go: all but the destination's own timestamp where none is named."""
    options = command.import_options
    if command.column_mappings:
        absent = [one.source for one in command.column_mappings if not columns.has(one.source)]
        if absent:
            raise CommandFault(
                StorageCode.COLUMNS_MISSING,
                f"{str(columns.table)!r} has no column {', '.join(map(repr, absent))}; nothing was touched",
                hint=f"It has {[column.name for column in columns.all]}.",
            )
        return [SourceColumn(one.source, one.destination or one.source) for one in command.column_mappings]
    own = ""
    if options.timestamp_mode == pb.ImportOptions.CURRENT_TIME:
        own = session.sql.fold(options.timestamp_column)
    return [SourceColumn(one.name, one.name) for one in columns.all if session.sql.fold(one.name) != own]


def _projected(session: Session, selection: Selection, columns: TableColumns, plan: ImportPlan) -> exp.Select:
    """The query of the source's rows, in the destination's types."""
    merging = session.backend.merging
    values = [
        merging.value(column, columns.need(column.source), session.sql.column(columns.need(column.source).name))
        for column in plan.columns
    ]
    return session.sql.select(selection).select(*values, append=False)


def _copy(session: Session, rows: RowQuery, plan: ImportPlan, timers: Timers) -> int:
    if not plan.merges:
        with timers.measure("load"), session.transaction():
            return replace_rows(session, rows, plan) if plan.full else insert_rows(session, rows, plan)
    staged = [StagedColumn(load=column, stored=column.target, finished=True) for column in plan.columns]
    with staging_for(session, plan.destination, staged) as staging:
        with timers.measure("load"):
            statement = session.backend.merging.insert(staging.table, plan.names, rows.query)
            session.execute(*session.sql.fill(statement, rows.values))
        done = int(session.execute(session.sql.count(staging.table)).scalar())
        merge(session, staging, staged, plan, timers)
    return done
