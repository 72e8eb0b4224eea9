"""The DuckDB backend."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage import IdentifierRules, StorageCapabilities, StorageCredentials
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.duckdb.catalog import DuckDbCatalog
from understudy.providers.storage.duckdb.connection import DuckDbConnection
from understudy.providers.storage.duckdb.errors import translate
from understudy.providers.storage.duckdb.statements import DuckDbStatements
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    import duckdb

__all__ = ["DuckDbBackend"]


class DuckDbBackend(SqlBackend):
    """One database file, opened when the first command needs it: one writer process, many cursors."""

    name: ClassVar[str] = "duckdb"
    title: ClassVar[str] = "DuckDB"
    settings_model: ClassVar[type[DuckDbSettings]] = DuckDbSettings
    statements: ClassVar[Statements] = DuckDbStatements()
    catalog: ClassVar[type[Catalog]] = DuckDbCatalog
    capabilities: ClassVar[StorageCapabilities] = StorageCapabilities(
        commands=frozenset(
            {
                "AddColumn",
                "AddPrimaryKey",
                "AlterColumn",
                "CopyTable",
                "CreateBucket",
                "CreateProfileTable",
                "CreateTable",
                "CreateView",
                "DeleteTableRows",
                "DropBucket",
                "DropColumn",
                "DropPrimaryKey",
                "DropTable",
                "PreviewTable",
                "RenameTable",
            }
        ),
        # The engine keeps the case of a name and ignores it when it looks one up, quoted or not.
        identifiers=IdentifierRules(case_sensitive=False, max_length=65_536, max_column_length=65_536),
        file_storages=frozenset({"local", "s3", "gcs", "abs"}),
        bulk_formats=frozenset({"csv", "parquet"}),
        unsupported_filter_types=frozenset({"BLOB", "JSON", "ARRAY", "STRUCT", "MAP"}),
        primary_keys="enforced",
    )

    def __init__(self, settings: DuckDbSettings) -> None:
        super().__init__(settings)
        self._database: duckdb.DuckDBPyConnection | None = None
        self._lock = threading.Lock()

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A cursor of the database; there are no users."""
        _ = credentials
        with self._lock:
            if self._database is None:
                self._database = self._open()
            return DuckDbConnection(self._database.cursor())

    def translate(self, error: Exception) -> CommandFault:
        """What one of the engine's exceptions means."""
        return translate(error)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            database, self._database = self._database, None
        if database is not None:
            database.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        try:
            import duckdb
        except ImportError as error:
            raise MissingDependencyError(
                self.name, target="duckdb", reason=str(error), install="pip install 'understudy[duckdb]'"
            ) from error
        database: str = self.settings.database
        if database != ":memory:":
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(database)
