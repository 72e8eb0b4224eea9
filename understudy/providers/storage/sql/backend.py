"""A backend that speaks SQL: the shared commands over its own statements, catalog and connection."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from understudy.domain.storage import DriverClient, StorageCredentials
from understudy.providers.storage.backend import StorageBackend
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.single import need_one_statement
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.config.models.storage import BackendSettings
    from understudy.providers.storage.driver import Handler
    from understudy.providers.storage.session import Session
    from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["SqlBackend"]


class SqlBackend(StorageBackend):
    """Subclass it, name the class attributes, and write ``connect`` and ``translate``."""

    statements: ClassVar[Statements]
    catalog: ClassVar[type[Catalog]] = Catalog
    loader: ClassVar[Loader]
    """How files get into tables; backends that import none need no loader."""
    unloader: ClassVar[Unloader]
    """How rows get into files; backends that export none need no unloader."""
    merging_type: ClassVar[type[Merging]] = Merging
    connection_limit: int
    """How many idle connections are kept for each user."""
    time_limit: float | None
    """Seconds that a command may take where its runtime options say nothing; None is no limit."""

    def __init__(self, settings: BackendSettings) -> None:
        super().__init__(settings)
        self.connection_limit = settings.connections
        self.time_limit = settings.timeout

    @cached_property
    def names(self) -> NameGenerator:
        """The backend's name generator."""
        return self.create_name_generator()

    @property
    def file_roots(self) -> Sequence[str]:
        """Folders of this machine that commands may import from and export to."""
        return tuple(self.settings.file_roots)

    @cached_property
    def merging(self) -> Merging:
        """The statements of imports."""
        return self.merging_type(self.statements)

    @cached_property
    def handlers(self) -> Mapping[str, Handler]:
        """The commands' handlers by short name: the shared ones, and the backend's own in their place."""
        from understudy.providers.storage.commands.table import HANDLERS

        return {**HANDLERS, **self.own_handlers()}

    def own_handlers(self) -> Mapping[str, Handler]:
        """The commands that this backend carries out in its own way."""
        return {}

    def create_driver_client(self) -> DriverClient:
        """A driver that runs in this process."""
        from understudy.providers.storage.driver import LocalDriver

        return LocalDriver(self)

    @abstractmethod
    def connect(self, credentials: StorageCredentials) -> Connection:
        """A new connection as this user. What it raises goes through ``translate``."""

    @abstractmethod
    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the engine's driver means; StorageCode.UNKNOWN for what is not known, never a guess."""

    def create_database(self, session: Session, name: str, *, retention_days: int) -> None:
        """Make the database of a project. A backend that does more than run statements overrides this."""
        session.run(session.sql.create_database(name, retention_days=retention_days))

    def drop_database(self, session: Session, name: str) -> None:
        """Drop the database of a project with all that is in it."""
        session.run(session.sql.drop_database(name))

    def prepare_project_login(self, session: Session, *, user: str, role: str) -> None:
        """What a project's user needs beside its role to work, such as compute; the default is nothing."""
        _ = session, user, role

    def prepare_workspace_login(self, session: Session, *, user: str, role: str) -> None:
        """What a workspace's user needs beside its role to work, and its limits; the default is nothing."""
        _ = session, user, role

    def before_drop_column(self, session: Session, table: TableName, column: Column) -> None:
        """Take away what keeps a column from being dropped, such as a default with a name; here nothing does."""
        _ = session, table, column

    def check_query(self, session: Session, query: str) -> None:
        """Refuse a user's query that is not one statement (6001), or one that a user may not run.

        The default counts statements as sqlglot reads them; what they do is for the engine's own permissions.
        """
        need_one_statement(query, session.sql.dialect)

    def enter(self, session: Session, path: Sequence[str]) -> None:
        """Look unqualified names of the statements that follow up in this schema; an empty path is where it began."""
        session.run(session.sql.use(path))

    def close(self) -> None:
        """Close what all connections share. Closing twice is harmless; the default has nothing to close."""
