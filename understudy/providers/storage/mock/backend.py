"""DuckDB in memory behind another backend's class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from understudy.config.models.storage import BackendSettings, DuckDbSettings
from understudy.config.models.storage_mock import StorageMockSettings
from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.duckdb.connection import DuckDbConnection
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.mock.catalog import MockCatalog
from understudy.providers.storage.mock.connection import MockConnection
from understudy.providers.storage.mock.driver import MockDriver
from understudy.providers.storage.mock.naming import CaseKeeper
from understudy.providers.storage.mock.queries import translated
from understudy.providers.storage.mock.statements import MockStatements
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.backend import StorageBackend
    from understudy.providers.storage.driver import Handler
    from understudy.providers.storage.protocol import storage_pb2 as pb
    from understudy.providers.storage.session import Session
    from understudy.providers.storage.sql.catalog import Catalog

__all__ = ["MockBackend", "stand_in_of"]


class MockBackend(DuckDbBackend):
    """The base of every stand-in. ``original`` is the backend that it stands in for; it is never connected."""

    original_class: ClassVar[type[StorageBackend]]
    catalog: ClassVar[type[Catalog]] = MockCatalog

    def __init__(self, section: BackendSettings) -> None:
        super().__init__(
            DuckDbSettings(
                database=":memory:",
                timeout=section.timeout,
                connections=section.connections,
                file_roots=section.file_roots,
            )
        )
        self.original = self.original_class(section)
        self.script = section.mock or StorageMockSettings()
        self._case = CaseKeeper() if self.capabilities.identifiers.case_sensitive else None

    def create_driver_client(self) -> DriverClient:
        """A driver that remembers its commands and fails those that the script says."""
        return MockDriver(self, self.script)

    def create_credentials_resolver(self) -> None:
        """A stand-in needs none."""

    def create_config(self) -> Mapping[str, Any]:
        """As the backend itself has it."""
        return self.original.create_config()

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any] | None:
        """As the backend itself has it."""
        return self.original.create_workspace_configuration(response)

    def create_name_generator(self) -> NameGenerator:
        """The backend's own."""
        return self.original.create_name_generator()

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A cursor of the database, which keeps the case of names where the backend does."""
        made = super().connect(credentials)
        if self._case is None or not isinstance(made, DuckDbConnection):
            return made
        return MockConnection(made.cursor, self._case)

    def create_database(self, session: Session, name: str, *, retention_days: int) -> None:
        """A database in memory."""
        super().create_database(session, self._stored(name), retention_days=retention_days)

    def drop_database(self, session: Session, name: str) -> None:
        """Forget a database."""
        super().drop_database(session, self._stored(name))

    def own_handlers(self) -> Mapping[str, Handler]:
        """Queries of the user's own, which speak the backend's dialect."""
        return {**super().own_handlers(), "ExecuteQuery": self._execute_query}

    def _execute_query(self, session: Session, command: pb.ExecuteQueryCommand) -> pb.ExecuteQueryResponse:
        from understudy.providers.storage.commands.queries import execute_query

        if command.query.strip():
            asked = type(command)()
            asked.CopyFrom(command)
            rules = self.capabilities.identifiers
            asked.query = translated(command.query, dialect=_dialect(self.original_class), rules=rules)
            command = asked
        return execute_query(session, command)

    def _stored(self, name: str) -> str:
        return name if self._case is None else self._case.encode(name)

    def translate(self, error: Exception) -> CommandFault:
        """What one of the engine's exceptions means, its names as they were given."""
        fault = super().translate(error)
        if self._case is not None:
            fault.message = self._case.message(fault.message)
        return fault


def stand_in_of(kind: type[StorageBackend], section: BackendSettings) -> StorageBackend:
    """The stand-in of a backend's class: its name, title, capabilities and names over DuckDB in memory."""
    if issubclass(kind, MockBackend):
        return kind(section)
    members = {
        "name": kind.name,
        "title": kind.title,
        "settings_model": kind.settings_model,
        "capabilities": kind.capabilities,
        "statements": MockStatements(_dialect(kind), case_sensitive=kind.capabilities.identifiers.case_sensitive),
        "original_class": kind,
    }
    made: type[MockBackend] = type(f"Mock{kind.__name__}", (MockBackend,), members)
    return made(section)


def _dialect(kind: type[StorageBackend]) -> str:
    """The dialect of a backend's own statements; a backend without any is taken for DuckDB."""
    statements = getattr(kind, "statements", None)
    return statements.dialect if isinstance(statements, Statements) else "duckdb"
