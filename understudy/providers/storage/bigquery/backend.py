"""The BigQuery backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.bigquery.capabilities import CAPABILITIES
from understudy.providers.storage.bigquery.catalog import BigQueryCatalog
from understudy.providers.storage.bigquery.client import connect
from understudy.providers.storage.bigquery.connection import BigQueryConnection
from understudy.providers.storage.bigquery.errors import translate
from understudy.providers.storage.bigquery.loading import BigQueryLoader
from understudy.providers.storage.bigquery.merging import BigQueryMerging
from understudy.providers.storage.bigquery.names import BigQueryNames
from understudy.providers.storage.bigquery.statements import BigQueryStatements
from understudy.providers.storage.bigquery.unloading import BigQueryUnloader
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.credentials.resolvers import SettingsCredentials
from understudy.providers.storage.credentials.sources import Given, SecretFile
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["BigQueryBackend"]


class BigQueryBackend(SqlBackend):
    """Datasets of projects, through the vendor's client."""

    name: ClassVar[str] = "bigquery"
    title: ClassVar[str] = "Google BigQuery"
    settings_model: ClassVar[type[BigQuerySettings]] = BigQuerySettings
    statements: ClassVar[Statements] = BigQueryStatements()
    catalog: ClassVar[type[Catalog]] = BigQueryCatalog
    loader: ClassVar[Loader] = BigQueryLoader()
    unloader: ClassVar[Unloader] = BigQueryUnloader()
    merging_type: ClassVar[type[Merging]] = BigQueryMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES
    settings: BigQuerySettings

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A client as this account; nothing is asked of the network yet."""
        return BigQueryConnection(connect(self.settings, credentials), patience=self.settings.connect_timeout)

    def create_credentials_resolver(self) -> CredentialsResolver:
        """The key file's text, then the file; without either, what the machine itself is."""
        settings, key = self.settings, "storage.bigquery.credentials_file"
        return SettingsCredentials(
            backend=self.name,
            key=key,
            secrets=(Given(settings.credentials_json), SecretFile(path=settings.credentials_file, key=key)),
            variables=("GOOGLE_APPLICATION_CREDENTIALS",),
            secret_needed=False,
        )

    def create_config(self) -> Mapping[str, Any]:
        """Project, location, and the folder for further projects."""
        settings = self.settings
        return {"project": settings.project, "location": settings.location, "folder_id": settings.folder_id}

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any]:
        """What the client takes; there is no user besides those of the project."""
        settings = self.settings
        return {
            "project": settings.project,
            "location": settings.location,
            "dataset": response.workspace_object_name,
        }

    def create_name_generator(self) -> NameGenerator:
        """BigQuery's names."""
        return BigQueryNames()

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the client means."""
        return translate(error)

    def enter(self, session: Session, path: Sequence[str]) -> None:
        """Tell the jobs that follow in which dataset they look names up."""
        connection = cast("BigQueryConnection", session.connection)
        project = path[-2] if len(path) > 1 else connection.client.project
        connection.enter(f"{project}.{path[-1]}" if path else None)
