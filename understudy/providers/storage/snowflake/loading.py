"""Files into Snowflake: through a stage, by COPY INTO."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.snowflake.placing import external_place, staged_in
from understudy.providers.storage.snowflake.stages import StageStatements
from understudy.providers.storage.snowflake.streams import FolderStream
from understudy.providers.storage.sql.loading import LoadColumn, Loader
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from typing import IO

    from understudy.config.models.storage_backends import SnowflakeSettings
    from understudy.providers.storage.files.source import FileSource
    from understudy.providers.storage.session import Session
    from understudy.providers.storage.snowflake.connection import SnowflakeSession

__all__ = ["SnowflakeLoader"]

_FILES_AT_ONCE = 1000
"""Files that one COPY INTO takes by name."""
_COLUMN_COUNTS = frozenset({100080, 100081})
"""A row of the file has more or fewer fields than there are columns."""


class SnowflakeLoader(Loader):
    """Text is staged as it is in the files; types, NULLs and keys come with the rows into the destination."""

    def load(self, session: Session, source: FileSource, staging: TableName, columns: Sequence[LoadColumn]) -> None:
        """Copy the files' rows into the staging table."""
        if not source.files:
            return
        settings = cast("SnowflakeSettings", session.backend.settings)
        place = external_place(source.folder, source.access, integration=settings.storage_integration)
        with staged_in(session, staging.path, place) as stage:
            names: list[str] = []
            if place is None:
                _put(session, source, stage)
            else:
                names = [entry.key for entry in source.files]
            with _faults(session, source):
                session.run(_copies(StageStatements(session.sql), source, staging, columns, stage, names))


def _copies(
    statements: StageStatements,
    source: FileSource,
    staging: TableName,
    columns: Sequence[LoadColumn],
    stage: TableName,
    names: Sequence[str],
) -> Iterator[str]:
    for first in range(0, len(names) or 1, _FILES_AT_ONCE):
        files = names[first : first + _FILES_AT_ONCE]
        if source.csv is None:
            yield statements.copy_parquet(staging, columns, stage, files)
        else:
            targets = [column.target for column in columns]
            yield statements.copy_csv(staging, targets, stage, files, source.csv)


def _put(session: Session, source: FileSource, stage: TableName) -> None:
    """Put every file into the stage, under numbers: names of files are anything."""
    statements = StageStatements(session.sql)
    connection = cast("SnowflakeSession", session.connection)
    for number, entry in enumerate(source.files):
        reader = source.folder.open(entry)
        try:
            stream = cast("IO[bytes]", FolderStream(reader, entry.size))
            connection.put(statements.put(stage, f"{number:06d}"), stream)
        finally:
            reader.close()


@contextmanager
def _faults(session: Session, source: FileSource) -> Iterator[None]:
    """What is wrong with the files: text has no types to miss, so that a CSV file that fails is none."""
    try:
        yield
    except CommandFault:
        raise
    except Exception as error:
        fault = session.backend.translate(error)
        if getattr(error, "errno", None) in _COLUMN_COUNTS:
            fault.code = StorageCode.COLUMNS_MISMATCH
        elif fault.code == StorageCode.CONVERSION and source.csv is not None:
            fault.code = StorageCode.SOURCE_INVALID
        raise fault from error
