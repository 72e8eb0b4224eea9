"""Files into tables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.commands.checks import invalid, need_schema, need_table, referred
from understudy.providers.storage.commands.dedup import insert_rows, merge, replace_rows
from understudy.providers.storage.commands.making import made_destination
from understudy.providers.storage.commands.plan import ImportPlan, SourceColumn, check_names, check_options, plan_import
from understudy.providers.storage.commands.staging import staging_for
from understudy.providers.storage.commands.timing import Timers
from understudy.providers.storage.commands.transfer_faults import transfer_faults
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.access import file_access, file_storage, open_folder
from understudy.providers.storage.files.csv_format import csv_format
from understudy.providers.storage.files.line_ends import header_names, read_head
from understudy.providers.storage.files.source import FileSource, find_files
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.session import Session
from understudy.providers.storage.sql.loading import RowQuery, StagedColumn
from understudy.providers.storage.sql.tables import Column

if TYPE_CHECKING:
    from understudy.providers.storage.sql.tables import TableName

__all__ = ["import_file", "import_response"]


def import_file(session: Session, command: pb.TableImportFromFileCommand) -> pb.TableImportResponse:
    """The rows of files into a table that is there, or one made anew (REPLACE), of text where the files are CSV."""
    options = command.import_options
    destination = referred(session, command.destination, "destination")
    check_options(options)
    if options.import_type not in (pb.ImportOptions.FULL, pb.ImportOptions.INCREMENTAL):
        raise invalid("files are imported FULL or INCREMENTAL; VIEW and CLONE are for tables")
    source = _source(session, command)
    replaces = options.create_mode == pb.ImportOptions.REPLACE
    need_schema(session, destination.path) if replaces else need_table(session, destination)
    found = _found(session, source, command)
    wanted = [SourceColumn(column.name, column.name) for column in found]
    check_names(session, wanted)
    timers = Timers()
    with ExitStack() as made:
        target = destination
        if replaces:
            made.enter_context(session.ddl_transaction())
            target = made.enter_context(made_destination(session, destination, wanted, found, options))
        plan = plan_import(
            session, target, session.catalog.columns(target), session.catalog.primary_key(target), wanted, options
        )
        with transfer_faults(session, StorageCode.IMPORT_FAILED):
            rows = _load(session, source, plan, timers)
    return import_response(session, destination, plan, rows, timers)


def import_response(
    session: Session, destination: TableName, plan: ImportPlan, rows: int, timers: Timers
) -> pb.TableImportResponse:
    """What an import answers."""
    catalog = session.catalog
    return pb.TableImportResponse(
        imported_rows=rows,
        table_rows=catalog.rows(destination),
        table_bytes=catalog.size(destination),
        timers=timers.messages(),
        imported_columns=plan.names,
    )


def _source(session: Session, command: pb.TableImportFromFileCommand) -> FileSource:
    provider = file_storage(command.file_provider)
    kind = "parquet" if command.file_format == pb.PARQUET else "csv"
    if provider not in session.capabilities.file_storages or kind not in session.capabilities.bulk_formats:
        raise CommandFault(
            StorageCode.NOT_SUPPORTED,
            f"{session.backend.title} imports no {kind} files from {provider}; nothing was touched",
            hint="Ask the capabilities' file_storages and bulk_formats first.",
        )
    options = command.csv_options
    csv = csv_format(options, command.import_options.number_of_ignored_lines) if kind == "csv" else None
    if csv is not None and not options.column_names and (not csv.ignored_lines or len(csv.delimiter) > 1):
        raise invalid(
            "csv_options.column_names is empty, and the files have no header line",
            hint="Name what the files hold in their order, or set number_of_ignored_lines.",
        )
    access = file_access(command.file_credentials)
    folder = open_folder(provider, command.file_path.root, access, file_roots=session.backend.file_roots)
    return FileSource(
        folder=folder, files=find_files(folder, command.file_path, options.source_type), access=access, csv=csv
    )


def _found(session: Session, source: FileSource, command: pb.TableImportFromFileCommand) -> Sequence[Column]:
    """The columns of the files, named by the command or else by the files themselves. CSV knows no types but text."""
    names: Sequence[str] = command.csv_options.column_names
    text = session.backend.merging.text_type
    if source.csv is None and source.files and (not names or command.import_options.create_mode):
        described = {column.name: column for column in session.backend.loader.describe(session, source)}
        return [described.get(name, Column(name=name, type=text)) for name in names] or list(described.values())
    if not names and source.csv is not None and source.files:
        names = header_names(read_head(source.folder, source.files[0], gzip=source.csv.gzip), source.csv)
    return [Column(name=name, type=text) for name in names]


def _load(session: Session, source: FileSource, plan: ImportPlan, timers: Timers) -> int:
    if not plan.merges:
        done = _direct(session, source, plan, timers)
        if done is not None:
            return done
    loader = session.backend.loader
    staged = [
        StagedColumn(load=column, stored=loader.staged(session, source, column), finished=loader.finished)
        for column in plan.columns
    ]
    with staging_for(session, plan.destination, staged) as staging:
        with timers.measure("load"):
            loader.load(session, source, staging.table, plan.columns)
        rows = int(session.execute(session.sql.count(staging.table)).scalar())
        merge(session, staging, staged, plan, timers)
    return rows


def _direct(session: Session, source: FileSource, plan: ImportPlan, timers: Timers) -> int | None:
    """Straight into the destination, where the engine reads files in place; None where it does not."""
    with session.backend.loader.reading(session, source, plan.columns) as query:
        if query is None:
            return None
        with timers.measure("load"), session.transaction():
            rows = RowQuery(query=query)
            return replace_rows(session, rows, plan) if plan.full else insert_rows(session, rows, plan)
