"""The Snowflake backend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCapabilities, StorageCredentials
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.credentials.resolvers import SettingsCredentials
from understudy.providers.storage.credentials.sources import Given, SecretFile, Variable
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.snowflake.capabilities import CAPABILITIES
from understudy.providers.storage.snowflake.catalog import SnowflakeCatalog
from understudy.providers.storage.snowflake.connection import SnowflakeSession
from understudy.providers.storage.snowflake.errors import translate
from understudy.providers.storage.snowflake.loading import SnowflakeLoader
from understudy.providers.storage.snowflake.login import connect
from understudy.providers.storage.snowflake.merging import SnowflakeMerging
from understudy.providers.storage.snowflake.names import SnowflakeNames
from understudy.providers.storage.snowflake.statements import SnowflakeStatements
from understudy.providers.storage.snowflake.unloading import SnowflakeUnloader
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.catalog import Catalog
from understudy.providers.storage.sql.loading import Loader, Unloader
from understudy.providers.storage.sql.merging import Merging
from understudy.providers.storage.sql.statements import Statements

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["SnowflakeBackend"]


class SnowflakeBackend(SqlBackend):
    """Sessions of an account, through the vendor's connector."""

    name: ClassVar[str] = "snowflake"
    title: ClassVar[str] = "Snowflake"
    settings_model: ClassVar[type[SnowflakeSettings]] = SnowflakeSettings
    statements: ClassVar[Statements] = SnowflakeStatements()
    catalog: ClassVar[type[Catalog]] = SnowflakeCatalog
    loader: ClassVar[Loader] = SnowflakeLoader()
    unloader: ClassVar[Unloader] = SnowflakeUnloader()
    merging_type: ClassVar[type[Merging]] = SnowflakeMerging
    capabilities: ClassVar[StorageCapabilities] = CAPABILITIES
    settings: SnowflakeSettings

    def connect(self, credentials: StorageCredentials) -> Connection:
        """A session as this user."""
        return SnowflakeSession(connect(self.settings, credentials))

    def create_credentials_resolver(self) -> CredentialsResolver:
        """The private key, its file, the password, then SNOWFLAKE_PASSWORD."""
        settings, key = self.settings, "storage.snowflake"
        meta: dict[str, Any] = {}
        if settings.private_key_passphrase:
            meta["private_key_passphrase"] = settings.private_key_passphrase
        return SettingsCredentials(
            backend=self.name,
            key=f"{key}.password",
            host=settings.host,
            port=settings.port,
            principal=settings.user,
            secrets=(
                Given(settings.private_key),
                SecretFile(path=settings.private_key_file, key=f"{key}.private_key_file"),
                Given(settings.password),
                Variable(name="SNOWFLAKE_PASSWORD"),
            ),
            meta=meta,
            variables=("SNOWFLAKE_PASSWORD",),
        )

    def create_config(self) -> Mapping[str, Any]:
        """Account, warehouse and database."""
        settings = self.settings
        return {"account": settings.account, "warehouse": settings.warehouse, "database": settings.database}

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any]:
        """What the connector takes."""
        settings = self.settings
        return {
            "account": settings.account,
            "host": settings.host,
            "user": response.workspace_user_name,
            "password": Secret(response.workspace_password),
            "role": response.workspace_role_name,
            "warehouse": settings.warehouse,
            "database": settings.database,
            "schema": response.workspace_object_name,
        }

    def create_name_generator(self) -> NameGenerator:
        """Snowflake's names."""
        return SnowflakeNames()

    def translate(self, error: Exception) -> CommandFault:
        """What an exception of the connector means."""
        return translate(error)

    def prepare_project_login(self, session: Session, *, user: str, role: str) -> None:
        """Let a project's user work from the login on: with its role, on the warehouse."""
        warehouse = self._told(session, "warehouse")
        if warehouse:
            session.run(self._users.grant_warehouse(warehouse, role))
        session.run(self._users.prepare_user(user, role=role, warehouse=warehouse))

    def prepare_workspace_login(self, session: Session, *, user: str, role: str) -> None:
        """As a project's; its statements end after ``workspace_statement_timeout`` seconds."""
        self.prepare_project_login(session, user=user, role=role)
        seconds = self._told(session, "workspace_statement_timeout")
        if seconds:
            session.run(self._users.limit_user(user, int(seconds)))

    @property
    def _users(self) -> SnowflakeStatements:
        return cast("SnowflakeStatements", self.statements)

    def _told(self, session: Session, name: str) -> Any:
        """What the credentials' meta says, else the settings; nothing where neither does."""
        return session.credentials.meta.get(name) or getattr(self.settings, name) or ""
