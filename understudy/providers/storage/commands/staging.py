"""Tables that hold an import's rows until they are fit for the destination, and that never stay behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.domain.storage import LogLevel
from understudy.providers.storage.sql.loading import StagedColumn
from understudy.providers.storage.sql.tables import TableName

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["Staging", "staging_for"]


class Staging:
    """The staging tables of one import. ``table`` is the one that has the rows now."""

    def __init__(self, table: TableName) -> None:
        self.table = table
        self._made = [table]

    def move(self, table: TableName) -> None:
        """Another table has the rows now; both are dropped at the end."""
        if table not in self._made:
            self._made.append(table)
        self.table = table

    def drop(self, session: Session) -> None:
        """Drop what was made. One that cannot be dropped is told, for the error that was before matters more."""
        for table in self._made:
            try:
                session.run(session.backend.merging.drop_staging(table))
            except Exception as error:  # noqa: BLE001 - an engine's driver raises what it likes; it is told to the user
                session.log(LogLevel.WARNING, f"the staging table {str(table)!r} may still be there: {error}")


@contextmanager
def staging_for(session: Session, destination: TableName, columns: Sequence[StagedColumn]) -> Iterator[Staging]:
    """An empty staging table with these columns, dropped when the block ends, however it ends."""
    merging = session.backend.merging
    staging = Staging(merging.staging(destination))
    try:
        session.run(merging.create_staging(staging.table, [column.stored for column in columns]))
        yield staging
    finally:
        staging.drop(session)
