"""The Synapse backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import sqlglot
from sqlglot.errors import SqlglotError

from understudy.config.models.storage_backends import SynapseSettings
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.credentials.resolvers import SettingsCredentials
from understudy.providers.storage.credentials.sources import Given, Variable
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.single import not_one_statement
from understudy.providers.storage.sql.statements import Statements
from understudy.providers.storage.synapse.capabilities import CAPABILITIES
from understudy.providers.storage.synapse.catalog import SynapseCatalog
from understudy.providers.storage.synapse.connection import SynapseConnection
from understudy.providers.storage.synapse.dropping import drop_bucket, drop_default, drop_primary_key
from understudy.providers.storage.synapse.errors import translate
from understudy.providers.storage.synapse.login import connect
from understudy.providers.storage.synapse.merging import SynapseMerging
from understudy.providers.storage.synapse.statements import SynapseStatements

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler
    from understudy.providers.storage.session import Session
    from understudy.providers.storage.sql.tables import Column, TableName

__all__ = ["SynapseBackend"]


class SynapseBackend(SqlBackend):
    """Connections to one dedicated SQL pool, through the vendor's driver."""

    name: ClassVar[str] = "synapse"
    title: ClassVar[str] = "Azure Synapse Analytics"
    settings_model: ClassVar[type[SynapseSettings]] = SynapseSettings
    statements: ClassVar[Statements] = SynapseStatements()
    catalog: ClassVar[type[Catalog]] = SynapseCatalog
    merging_type: ClassVar[type[Merging]] = SynapseMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES
    settings: SynapseSettings

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A connection as this user."""
        return SynapseConnection(connect(self.settings, credentials))

    def own_handlers(self) -> Mapping[str, Handler]:
        """Keys and what is in a schema are dropped by their own names."""
        return {"DropBucket": drop_bucket, "DropPrimaryKey": drop_primary_key}

    def before_drop_column(self, session: Session, table: TableName, column: Column) -> None:
        """A column is not dropped while it has a default, which is a constraint."""
        drop_default(session, table, column)

    def check_query(self, session: Session, query: str) -> None:
        """Refuse a user's query that is not one statement (6001): T-SQL parts statements without semicolons too."""
        super().check_query(session, query)
        try:
            found = [one for one in sqlglot.parse(query, dialect=session.sql.dialect) if one is not None]
        except SqlglotError as error:
            raise CommandFault(StorageCode.QUERY_INVALID, f"the query is not one statement: {error}") from error
        if len(found) != 1:
            raise not_one_statement(len(found))

    def create_credentials_resolver(self) -> CredentialsResolver:
        """The password, then SYNAPSE_PASSWORD; none where the machine's own identity logs in."""
        settings = self.settings
        return SettingsCredentials(
            backend=self.name,
            key="storage.synapse.password",
            host=settings.host,
            port=settings.port,
            principal=settings.user,
            secrets=(Given(settings.password), Variable(name="SYNAPSE_PASSWORD")),
            meta={"database": settings.database, "useManagedIdentity": settings.managed_identity},
            variables=("SYNAPSE_PASSWORD",),
            secret_needed=not settings.managed_identity,
        )

    def create_config(self) -> Mapping[str, Any]:
        """Endpoint and database."""
        return {"host": self.settings.host, "port": self.settings.port, "database": self.settings.database}

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the driver means."""
        return translate(error)
