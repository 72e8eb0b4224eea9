"""The Exasol backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from understudy.config.models.storage_backends import ExasolSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.credentials.resolvers import SettingsCredentials
from understudy.providers.storage.credentials.sources import Given
from understudy.providers.storage.exasol.capabilities import CAPABILITIES
from understudy.providers.storage.exasol.catalog import ExasolCatalog
from understudy.providers.storage.exasol.connection import ExasolSession
from understudy.providers.storage.exasol.errors import translate
from understudy.providers.storage.exasol.loading import ExasolLoader
from understudy.providers.storage.exasol.login import connect
from understudy.providers.storage.exasol.merging import ExasolMerging
from understudy.providers.storage.exasol.names import ExasolNames
from understudy.providers.storage.exasol.statements import ExasolStatements
from understudy.providers.storage.exasol.unloading import ExasolUnloader
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

__all__ = ["ExasolBackend"]


class ExasolBackend(SqlBackend):
    """Sessions of a database, through the vendor's driver."""

    name: ClassVar[str] = "exasol"
    title: ClassVar[str] = "Exasol"
    settings_model: ClassVar[type[ExasolSettings]] = ExasolSettings
    statements: ClassVar[Statements] = ExasolStatements()
    catalog: ClassVar[type[Catalog]] = ExasolCatalog
    loader: ClassVar[Loader] = ExasolLoader()
    unloader: ClassVar[Unloader] = ExasolUnloader()
    merging_type: ClassVar[type[Merging]] = ExasolMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES
    settings: ExasolSettings

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A session as this user."""
        return ExasolSession(connect(self.settings, credentials))

    def create_credentials_resolver(self) -> CredentialsResolver:
        """The settings' user and password."""
        settings = self.settings
        return SettingsCredentials(
            backend=self.name,
            key="storage.exasol.password",
            host=settings.host,
            port=settings.port,
            principal=settings.user,
            secrets=(Given(settings.password),),
        )

    def create_config(self) -> Mapping[str, Any]:
        """Where the database is."""
        return {"host": self.settings.host, "port": self.settings.port}

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any]:
        """What the driver takes."""
        return {
            "dsn": f"{self.settings.host}:{self.settings.port}",
            "user": response.workspace_user_name,
            "password": Secret(response.workspace_password),
            "schema": response.workspace_object_name,
        }

    def create_name_generator(self) -> NameGenerator:
        """Exasol's names."""
        return ExasolNames()

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the driver means."""
        return translate(error)
