"""Tables that are not copied: a view of a source's rows, or a clone that shares what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid
from understudy.providers.storage.commands.plan import SourceColumn
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Selection
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import ImportOptions

__all__ = ["link_table"]


def link_table(
    session: Session,
    selection: Selection,
    values: Sequence[str],
    destination: TableName,
    wanted: Sequence[SourceColumn],
    options: ImportOptions,
) -> pb.TableImportResponse:
    """Make the view (VIEW) or the clone (CLONE); in place of what is there where ``create_mode`` is REPLACE."""
    if options.dedup_columns_names or options.convert_empty_values_to_null_on_columns or options.import_as_null:
        raise invalid("a view or a clone has the source's own rows: no duplicates are known, no values made NULL")
    statements = (
        _view(session, selection, values, destination, wanted)
        if options.import_type == pb.ImportOptions.VIEW
        else _clone(session, selection, destination, wanted)
    )
    kind = session.catalog.kind(destination)
    if kind is not None and options.create_mode != pb.ImportOptions.REPLACE:
        raise CommandFault(
            StorageCode.OBJECT_EXISTS,
            f"there is a table or view {str(destination)!r} already; nothing was touched",
            hint="Set create_mode to REPLACE to have it replaced.",
        )
    with session.ddl_transaction():
        if kind is not None:
            session.run(session.sql.drop_view(destination) if kind == "view" else session.sql.drop_table(destination))
        session.run(statements)
    return pb.TableImportResponse(
        table_rows=session.catalog.rows(destination), imported_columns=[one.destination for one in wanted]
    )


def _view(
    session: Session,
    selection: Selection,
    values: Sequence[str],
    destination: TableName,
    wanted: Sequence[SourceColumn],
) -> list[str]:
    sql = session.sql
    shown = [exp.alias_(sql.column(one.source), sql.identifier(one.destination)) for one in wanted]
    query = sql.select(selection).select(*shown, append=False)
    made = exp.Create(kind="VIEW", this=sql.table(destination), expression=query)
    return [sql.inline(sql.template(made), values)]


def _clone(session: Session, selection: Selection, destination: TableName, wanted: Sequence[SourceColumn]) -> list[str]:
    if not session.capabilities.clone:
        raise CommandFault(
            StorageCode.NOT_SUPPORTED,
            f"{session.backend.title} clones no tables; nothing was touched",
            hint="Ask the capability `clone` first, or import FULL.",
        )
    whole = [(one.source, one.destination) for one in wanted] == [(one.name, one.name) for one in selection.columns]
    if selection.where or selection.limit is not None or not whole:
        raise invalid("a clone is of a whole table: no filters, no limit, no mapping of columns")
    return session.sql.clone_table(selection.table, destination)
