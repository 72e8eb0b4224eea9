"""The Delta Lake backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from understudy.config.models.storage import DuckDbSettings
from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.delta.capabilities import CAPABILITIES
from understudy.providers.storage.delta.catalog import DeltaCatalog
from understudy.providers.storage.delta.connection import DeltaConnection
from understudy.providers.storage.delta.errors import translate
from understudy.providers.storage.delta.queries import check_reading, placed
from understudy.providers.storage.delta.statements import DeltaMerging, DeltaStatements
from understudy.providers.storage.delta.store import DeltaStore
from understudy.providers.storage.duckdb.database import MEMORY, DuckDbDatabase
from understudy.providers.storage.duckdb.filesystem import FileGate
from understudy.providers.storage.duckdb.loading import DuckDbLoader
from understudy.providers.storage.duckdb.unloading import DuckDbUnloader
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler
    from understudy.providers.storage.protocol import storage_pb2 as pb
    from understudy.providers.storage.session import Session

__all__ = ["DeltaBackend"]


class DeltaBackend(SqlBackend):
    """Tables in a folder or a bucket, read by an embedded DuckDB in memory and written by delta-rs.

    Many processes may read and write: each command is one commit to one table's log, and one that comes too late is
    refused with an error that may be tried again.
    """

    name: ClassVar[str] = "delta"
    title: ClassVar[str] = "Delta Lake"
    settings_model: ClassVar[type[DeltaSettings]] = DeltaSettings
    statements: ClassVar[Statements] = DeltaStatements()
    catalog: ClassVar[type[Catalog]] = DeltaCatalog
    loader: ClassVar[Loader] = DuckDbLoader()
    unloader: ClassVar[Unloader] = DuckDbUnloader()
    merging_type: ClassVar[type[Merging]] = DeltaMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES

    def __init__(self, settings: DeltaSettings) -> None:
        super().__init__(settings)
        self.gate = FileGate()
        """The files that the engine may see."""
        self._engine = DuckDbDatabase(DuckDbSettings(database=MEMORY), self.gate)
        self._store = DeltaStore(settings)

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A cursor of the engine; who may read the tables is the object store's matter, by the settings."""
        _ = credentials
        return DeltaConnection(self._engine.cursor(), self._store)

    def create_config(self) -> Mapping[str, str]:
        """Where the tables are."""
        return {"location": self.settings.location}

    def own_handlers(self) -> Mapping[str, Handler]:
        """Queries of the user's own, which name tables by their buckets."""
        return {"ExecuteQuery": self._execute_query}

    def check_query(self, session: Session, query: str) -> None:
        """Refuse what is not one statement that reads (6001)."""
        cursor = cast("DeltaConnection", session.connection).cursor
        check_reading([statement.type.name for statement in cursor.extract_statements(query)])

    def enter(self, session: Session, path: Sequence[str]) -> None:
        """Nothing: the query's own names have been made whole."""
        _ = session, path

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of delta-rs, of the object store or of the engine means."""
        return translate(error)

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()

    def _execute_query(self, session: Session, command: pb.ExecuteQueryCommand) -> pb.ExecuteQueryResponse:
        from understudy.providers.storage.commands.queries import execute_query

        asked = type(command)()
        asked.CopyFrom(command)
        if asked.query.strip():
            asked.query = placed(asked.query, tuple(asked.path_restriction))
        return execute_query(session, asked)
