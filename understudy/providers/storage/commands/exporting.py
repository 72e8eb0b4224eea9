"""Tables into files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, referred
from understudy.providers.storage.commands.conditions import RowFilter, orderings
from understudy.providers.storage.commands.lookup import shown_columns, unique_names
from understudy.providers.storage.commands.reading import table_info
from understudy.providers.storage.commands.transfer_faults import transfer_faults
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.access import file_access, file_storage, open_folder
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.keys import file_parameter, join_key
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.filters import Selection
from understudy.providers.storage.sql.loading import FileTarget, RowQuery

if TYPE_CHECKING:
    from understudy.providers.storage.files.folder import Folder

__all__ = ["export_table"]


def export_table(session: Session, command: pb.TableExportToFileCommand) -> pb.TableExportToFileResponse:
    """Rows of a table or view into a file, or into slices and their manifest."""
    table = referred(session, command.source, "source")
    options = command.export_options
    if options.limit < 0 or options.slice_bytes < 0:
        raise invalid("limit and slice_bytes are 0 or more")
    unique_names(session, options.columns, "columns")
    rows = RowFilter(session, filters=options.where_filters, changes=options.changes)
    target = _target(session, command)
    columns = shown_columns(session, table)
    where, values = rows.on(columns)
    selection = Selection(
        table=table,
        columns=columns.chosen(options.columns),
        where=where,
        order=orderings(session, options.order_by, columns),
        limit=options.limit or None,
    )
    query = RowQuery(query=session.sql.select(selection), values=values)
    with transfer_faults(session, StorageCode.EXPORT_FAILED):
        unloaded = session.backend.unloader.unload(session, query, target)
        files = list(unloaded.keys)
        if target.slice_bytes:
            files.append(_write_manifest(target.folder, target.manifest_key, unloaded.keys))
    return pb.TableExportToFileResponse(table=table_info(session, table), files=files, rows=unloaded.rows)


def _target(session: Session, command: pb.TableExportToFileCommand) -> FileTarget:
    provider = file_storage(command.file_provider)
    kind = "parquet" if command.file_format == pb.PARQUET else "csv"
    if provider not in session.capabilities.file_storages or kind not in session.capabilities.bulk_formats:
        raise CommandFault(
            StorageCode.NOT_SUPPORTED,
            f"{session.backend.title} exports no {kind} files to {provider}; nothing was touched",
            hint="Ask the capabilities' file_storages and bulk_formats first.",
        )
    key = join_key(command.file_path.path, command.file_path.file_name)
    if not command.file_path.file_name:
        raise file_parameter("the file path names no file")
    access = file_access(command.file_credentials)
    return FileTarget(
        folder=open_folder(provider, command.file_path.root, access, file_roots=session.backend.file_roots),
        key=key,
        access=access,
        csv=CsvFormat(ignored_lines=1, gzip=command.export_options.compressed) if kind == "csv" else None,
        slice_bytes=command.export_options.slice_bytes,
    )


def _write_manifest(folder: Folder, key: str, slices: tuple[str, ...]) -> str:
    entries = [{"url": folder.url(one)} for one in slices]
    writer = folder.create(key)
    try:
        writer.write(json.dumps({"entries": entries}, indent=1).encode())
        writer.commit()
    finally:
        writer.discard()
    return key
