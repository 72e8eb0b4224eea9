"""The DuckDB backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.duckdb.capabilities import CAPABILITIES
from understudy.providers.storage.duckdb.catalog import DuckDbCatalog
from understudy.providers.storage.duckdb.connection import DuckDbConnection
from understudy.providers.storage.duckdb.database import DuckDbDatabase
from understudy.providers.storage.duckdb.errors import translate
from understudy.providers.storage.duckdb.filesystem import FileGate
from understudy.providers.storage.duckdb.loading import DuckDbLoader, DuckDbMerging
from understudy.providers.storage.duckdb.names import DuckDbNames
from understudy.providers.storage.duckdb.queries import check_query
from understudy.providers.storage.duckdb.statements import DuckDbStatements
from understudy.providers.storage.duckdb.unloading import DuckDbUnloader
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["DuckDbBackend"]


class DuckDbBackend(SqlBackend):
    """One database file, opened when the first command needs it: one writer process, many cursors."""

    name: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB"
    settings_model: ClassVar[type[DuckDbSettings]] = DuckDbSettings
    statements: ClassVar[Statements] = DuckDbStatements()
    catalog: ClassVar[type[Catalog]] = DuckDbCatalog
    loader: ClassVar[Loader] = DuckDbLoader()
    unloader: ClassVar[Unloader] = DuckDbUnloader()
    merging_type: ClassVar[type[Merging]] = DuckDbMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES

    def __init__(self, settings: DuckDbSettings) -> None:
        super().__init__(settings)
        self.gate = FileGate()
        """The files that the database may see."""
        self._database = DuckDbDatabase(settings, self.gate)

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A cursor of the database; there are no users."""
        _ = credentials
        return DuckDbConnection(self._database.cursor())

    def create_name_generator(self) -> NameGenerator:
        """DuckDB's names."""
        return DuckDbNames()

    def create_database(self, session: Session, name: str, *, retention_days: int) -> None:
        """Make the file of a project's database; there is no history to keep."""
        _ = session, retention_days
        self._database.create(name)

    def drop_database(self, session: Session, name: str) -> None:
        """Delete the file of a project's database."""
        _ = session
        self._database.drop(name)

    def check_query(self, session: Session, query: str) -> None:
        """Refuse what is not one statement, and statements that are not for users (6001)."""
        check_query(cast("DuckDbConnection", session.connection).cursor, query)

    def translate(self, error: Exception) -> CommandFault:
        """What one of the engine's exceptions means."""
        return translate(error)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
