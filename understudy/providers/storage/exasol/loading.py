"""Files into Exasol: IMPORT, which fetches them from this process over the driver's own connection.

So files come from wherever this process can read, and no credentials go to the server. Source: the vendor's reference
of IMPORT, and the HTTP transport of its driver.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.keys import file_parameter
from understudy.providers.storage.files.stream import FileStream
from understudy.providers.storage.sql.loading import LoadColumn, Loader
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.exasol.connection import ExasolSession
    from understudy.providers.storage.files.folder import FileEntry
    from understudy.providers.storage.files.source import FileSource
    from understudy.providers.storage.session import Session

__all__ = ["ExasolLoader", "csv_parameters"]

_PIECE = 1024 * 1024
"""Bytes that are read and sent at once."""


class ExasolLoader(Loader):
    """One IMPORT for each file: text is staged as it is, types and keys come with the rows into the destination."""

    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Import the files' rows into the staging table. Raises CommandFault (4203) for Parquet and odd escapes."""
        if source.csv is None:
            raise file_parameter("Exasol imports CSV only")
        parameters = {**csv_parameters(source.csv), "columns": [column.name for column in columns]}
        if source.csv.ignored_lines:
            parameters["skip"] = source.csv.ignored_lines
        for entry in source.files:
            _import(session, source, entry, staging, parameters)


def csv_parameters(csv: CsvFormat) -> dict[str, Any]:
    """What the driver takes of a format. Raises CommandFault (4203) for one that the engine does not read."""
    if csv.enclosure and csv.escape != csv.enclosure:
        raise file_parameter("Exasol escapes an enclosure by doubling it, and by nothing else")
    parameters: dict[str, Any] = {
        "column_separator": csv.delimiter,
        "column_delimiter": csv.enclosure,
        "encoding": "UTF-8",
    }
    if csv.gzip:
        parameters["format"] = "gz"
    return parameters


def _import(
    session: Session, source: FileSource, entry: FileEntry, staging: TableName, parameters: dict[str, Any]
) -> None:
    driver = cast("ExasolSession", session.connection).driver
    reader = source.folder.open(entry)
    try:
        stream = FileStream(reader, entry.size, check=lambda: _check(session))
        driver.import_from_callback(_send, stream, (*staging.path, staging.name), import_params=dict(parameters))
    except CommandFault:
        raise
    except Exception as error:
        fault = session.backend.translate(error)
        if fault.code == StorageCode.IMPORT_FAILED:
            fault.code = StorageCode.SOURCE_INVALID
        raise fault from error
    finally:
        reader.close()


def _check(session: Session) -> None:
    """Stop in the middle of a file where the command is to stop."""
    _ = session.connection


def _send(pipe: Any, stream: FileStream, **_: Any) -> None:
    while piece := stream.read(_PIECE):
        pipe.write(piece)
