"""Files into BigQuery by load jobs: from gs:// by the engine itself, from anywhere else by upload.

Source: the vendor's REST reference of load jobs.
"""

from __future__ import annotations

import re
import secrets
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.keys import file_parameter, shown
from understudy.providers.storage.files.line_ends import check_encoding, read_head
from understudy.providers.storage.files.stream import FileStream
from understudy.providers.storage.sql.loading import LoadColumn, Loader
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from google.cloud.bigquery import TableReference
    from google.cloud.bigquery.job import LoadJobConfig

    from understudy.providers.storage.bigquery.connection import BigQueryConnection
    from understudy.providers.storage.files.csv_format import CsvFormat
    from understudy.providers.storage.files.source import FileSource
    from understudy.providers.storage.session import Session

__all__ = ["BigQueryLoader"]

_FILES_AT_ONCE = 10_000
"""Files that one load job takes."""
_COLUMN_COUNTS = re.compile(r"Too many values in (?:row|line)|contains only \d+ columns?", re.IGNORECASE)


class BigQueryLoader(Loader):
    """Text is staged as it is in the files; types, NULLs and keys come with the rows into the destination."""

    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Run load jobs into the staging table; several, which nobody sees before the last has ended."""
        _ = columns
        if not source.files:
            return
        connection = cast("BigQueryConnection", session.connection)
        if source.csv is None:
            config = _parquet()
        else:
            config = _csv(source.csv)
            _check_head(source, source.csv)
        connection.mark(config)
        table = connection.reference(staging)
        with _faults(session, source):
            if engine_reads(source):
                _from_bucket(connection, source, table, config)
            else:
                _upload(session, connection, source, table, config)


def engine_reads(source: FileSource) -> bool:
    """Whether the engine reads the files itself: by its own rights, from Google's own store.

    An asterisk in a key would mean other files too.
    """
    own = source.folder.provider == "gcs" and not source.access.endpoint
    return own and not any("*" in entry.key for entry in source.files)


def _from_bucket(
    connection: BigQueryConnection, source: FileSource, table: TableReference, config: LoadJobConfig
) -> None:
    urls = [f"gs://{source.folder.root}/{entry.key}" for entry in source.files]
    for first in range(0, len(urls), _FILES_AT_ONCE):
        connection.finish(
            connection.client.load_table_from_uri(
                urls[first : first + _FILES_AT_ONCE],
                table,
                job_config=config,
                retry=connection.retry,
                timeout=connection.patience,
            )
        )


def _upload(
    session: Session,
    connection: BigQueryConnection,
    source: FileSource,
    table: TableReference,
    config: LoadJobConfig,
) -> None:
    for entry in source.files:
        reader = source.folder.open(entry)
        try:
            stream: Any = FileStream(reader, entry.size, check=session.check)
            # Without a size it is sent in parts, each of them again where it was lost, and never held as a whole.
            job = connection.client.load_table_from_file(stream, table, job_config=config, timeout=connection.patience)
        finally:
            reader.close()
        connection.finish(job)


def _csv(csv: CsvFormat) -> LoadJobConfig:
    """CSV as it is: nothing detected, and no text taken for NULL."""
    from google.cloud.bigquery.job import LoadJobConfig

    if len(csv.delimiter) > 1:
        raise file_parameter(f"BigQuery takes a delimiter of one character, not {shown(csv.delimiter)}")
    if csv.escape != csv.enclosure:
        raise file_parameter(
            f"BigQuery knows no escape character such as {shown(csv.escape)}: an enclosure within is doubled"
        )
    return LoadJobConfig(
        source_format="CSV",
        field_delimiter=csv.delimiter,
        quote_character=csv.enclosure,
        skip_leading_rows=csv.ignored_lines,
        allow_quoted_newlines=True,
        preserve_ascii_control_characters=True,
        encoding="UTF-8",
        null_marker=f"understudy-{secrets.token_hex(16)}",  # in no file: without one, an empty text would be NULL
        create_disposition="CREATE_NEVER",
        write_disposition="WRITE_APPEND",
    )


def _check_head(source: FileSource, csv: CsvFormat) -> None:
    """Refuse (4200) what the engine would take for other letters without a word."""
    head = read_head(source.folder, source.files[0], gzip=csv.gzip)
    check_encoding(head, source.files[0])
    if head.startswith(BOM_UTF8) and not csv.ignored_lines:
        raise CommandFault(
            StorageCode.SOURCE_INVALID,
            f"the file {shown(source.files[0].key)} begins with a byte order mark, which would be part of the first "
            "value; nothing was imported",
            hint="Take the mark away, or let the file have a header line.",
        )


def _parquet() -> LoadJobConfig:
    """Parquet columns by their names; those that nobody asked for are passed over."""
    from google.cloud.bigquery.format_options import ParquetOptions
    from google.cloud.bigquery.job import LoadJobConfig

    lists = ParquetOptions()  # type: ignore[no-untyped-call]  # the library is annotated in part
    lists.enable_list_inference = True
    return LoadJobConfig(
        source_format="PARQUET",
        parquet_options=lists,
        ignore_unknown_values=True,
        create_disposition="CREATE_NEVER",
        write_disposition="WRITE_APPEND",
    )


@contextmanager
def _faults(session: Session, source: FileSource) -> Iterator[None]:
    """What is wrong with the files: text has no types to miss, so that a CSV file that fails is none."""
    try:
        yield
    except CommandFault:
        raise
    except OSError as error:
        if type(error).__module__ != "requests.exceptions":
            raise  # a file's
        raise session.backend.translate(error) from error
    except Exception as error:
        fault = session.backend.translate(error)
        if _COLUMN_COUNTS.search(fault.message):
            fault.code = StorageCode.COLUMNS_MISMATCH
        elif source.csv is not None and fault.code in {
            StorageCode.CONVERSION,
            StorageCode.QUERY_FAILED,
            StorageCode.QUERY_INVALID,
        }:
            fault.code = StorageCode.SOURCE_INVALID
        raise fault from error
