"""The Redshift backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from understudy.config.models.storage_backends import RedshiftSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.credentials.resolvers import SettingsCredentials
from understudy.providers.storage.credentials.sources import Given, Variable
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.redshift.capabilities import CAPABILITIES
from understudy.providers.storage.redshift.catalog import RedshiftCatalog
from understudy.providers.storage.redshift.connection import RedshiftConnection
from understudy.providers.storage.redshift.errors import translate
from understudy.providers.storage.redshift.keys import drop_primary_key
from understudy.providers.storage.redshift.loading import RedshiftLoader
from understudy.providers.storage.redshift.login import connect
from understudy.providers.storage.redshift.merging import RedshiftMerging
from understudy.providers.storage.redshift.names import RedshiftNames
from understudy.providers.storage.redshift.statements import RedshiftStatements
from understudy.providers.storage.redshift.unloading import RedshiftUnloader
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.driver import Handler

__all__ = ["RedshiftBackend"]


class RedshiftBackend(SqlBackend):
    """Connections to one database each of a cluster or workgroup, through the vendor's driver."""

    name: ClassVar[str] = "redshift"
    title: ClassVar[str] = "Amazon Redshift"
    settings_model: ClassVar[type[RedshiftSettings]] = RedshiftSettings
    statements: ClassVar[Statements] = RedshiftStatements()
    catalog: ClassVar[type[Catalog]] = RedshiftCatalog
    loader: ClassVar[Loader] = RedshiftLoader()
    unloader: ClassVar[Unloader] = RedshiftUnloader()
    merging_type: ClassVar[type[Merging]] = RedshiftMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES
    settings: RedshiftSettings

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A connection as this user."""
        return RedshiftConnection(connect(self.settings, credentials), cast("RedshiftStatements", self.statements))

    def own_handlers(self) -> Mapping[str, Handler]:
        """Keys are dropped by their names."""
        return {"DropPrimaryKey": drop_primary_key}

    def create_credentials_resolver(self) -> CredentialsResolver:
        """The password, then REDSHIFT_PASSWORD."""
        settings = self.settings
        return SettingsCredentials(
            backend=self.name,
            key="storage.redshift.password",
            host=settings.host,
            port=settings.port,
            principal=settings.user,
            secrets=(Given(settings.password), Variable(name="REDSHIFT_PASSWORD")),
            meta={"database": settings.database},
            variables=("REDSHIFT_PASSWORD",),
        )

    def create_config(self) -> Mapping[str, Any]:
        """Endpoint, database and region."""
        settings = self.settings
        return {"host": settings.host, "port": settings.port, "database": settings.database, "region": settings.region}

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any]:
        """What the vendor's driver takes, and the schema."""
        return {
            "host": self.settings.host,
            "port": self.settings.port,
            "database": self.settings.database,
            "user": response.workspace_user_name,
            "password": Secret(response.workspace_password),
            "schema": response.workspace_object_name,
        }

    def create_name_generator(self) -> NameGenerator:
        """Redshift's names."""
        return RedshiftNames()

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the driver means."""
        return translate(error)
