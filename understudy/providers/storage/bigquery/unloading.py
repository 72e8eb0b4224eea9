"""Rows out of BigQuery: to gs:// by extract jobs, to anywhere else as CSV that is written here."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.merging import short_lived
from understudy.providers.storage.bigquery.writing import flat, table_of, write_rows
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.loading import FileTarget, RowQuery, Unloaded, Unloader
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from google.cloud.bigquery.job import ExtractJobConfig

    from understudy.providers.storage.bigquery.connection import BigQueryConnection
    from understudy.providers.storage.session import Session

__all__ = ["BigQueryUnloader"]


class BigQueryUnloader(Unloader):
    """The engine writes to Google's store alone, and slices of the size that it likes."""

    def unload(self, session: Session, rows: RowQuery, target: FileTarget) -> Unloaded:
        """One file, or slices."""
        if target.folder.provider == "gcs" and not target.access.endpoint:
            given = rows if target.csv is None else flat(session, rows)
            with _result(session, given) as table:
                return _extract(session, table, target)
        if target.csv is None:
            raise CommandFault(
                StorageCode.NOT_SUPPORTED,
                f"Google BigQuery exports Parquet files to gcs, and not to {target.folder.provider}",
                hint="Export to gcs, or CSV files.",
            )
        return write_rows(session, flat(session, rows), target)


@contextmanager
def _result(session: Session, rows: RowQuery) -> Iterator[TableName]:
    """A table of the rows, for an extract job takes no query; dropped when the block ends."""
    merging = session.backend.merging
    made = merging.staging(TableName(table_of(rows.query).path, ""))
    create = exp.Create(kind="TABLE", this=session.sql.table(made), properties=short_lived(), expression=rows.query)
    try:
        session.execute(*session.sql.fill(session.sql.template(create), rows.values))
        yield made
    finally:
        session.run(merging.drop_staging(made))


def _extract(session: Session, table: TableName, target: FileTarget) -> Unloaded:
    connection = cast("BigQueryConnection", session.connection)
    config = _config(target)
    connection.mark(config)
    rows = session.catalog.rows(table)
    pattern = _pattern(target) if target.slice_bytes else target.key
    try:
        job = connection.client.extract_table(
            connection.reference(table),
            f"gs://{target.folder.root}/{pattern}",
            job_config=config,
            retry=connection.retry,
            timeout=connection.patience,
        )
        connection.finish(job)
        return Unloaded(keys=_slices(target, pattern) if target.slice_bytes else (target.key,), rows=rows)
    except BaseException:
        if target.slice_bytes:
            target.folder.delete(_slices(target, pattern))
        raise


def _config(target: FileTarget) -> ExtractJobConfig:
    from google.cloud.bigquery.job import ExtractJobConfig

    config = ExtractJobConfig()  # type: ignore[no-untyped-call]  # the library is annotated in part
    if target.csv is None:
        config.destination_format, config.compression = "PARQUET", "ZSTD"
        return config
    config.destination_format, config.compression = "CSV", "GZIP" if target.csv.gzip else "NONE"
    config.field_delimiter, config.print_header = target.csv.delimiter, True
    return config


def _pattern(target: FileTarget) -> str:
    """The key of slices, which the engine numbers in the asterisk's place; no other file's key is like it."""
    folder, slash, name = target.key.rpartition("/")
    stem, dot, ending = name.partition(".")
    return f"{folder}{slash}{stem}-{secrets.token_hex(4)}-*{dot}{ending}"


def _slices(target: FileTarget, pattern: str) -> tuple[str, ...]:
    prefix = pattern.partition("*")[0]
    entries = target.folder.list(prefix.rpartition("/")[0])
    return tuple(entry.key for entry in entries if entry.key.startswith(prefix))
