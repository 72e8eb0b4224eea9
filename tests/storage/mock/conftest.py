"""A vendor's backend class of which only the facts are used: it can connect to nothing."""

from typing import ClassVar

import pytest

from understudy.config.models.storage import BackendSettings
from understudy.config.models.storage_mock import StorageMockSettings
from understudy.domain.storage import IdentifierRules, StorageCapabilities, StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.mock.backend import stand_in_of
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.backend import SqlBackend
from understudy.providers.storage.sql.statements import Statements


class AcmeNames(NameGenerator):
    """Names of its own."""

    def workspace(self, workspace_id: str) -> str:
        """As Acme calls it."""
        return f"ACME_{workspace_id}"


class AcmeStatements(Statements):
    """Snowflake's dialect."""

    dialect: ClassVar[str] = "snowflake"


class AcmeBackend(SqlBackend):
    """A warehouse that does not exist."""

    name: ClassVar[str] = "acme"
    title: ClassVar[str] = "Acme Warehouse"
    settings_model: ClassVar[type[BackendSettings]] = BackendSettings
    statements: ClassVar[Statements] = AcmeStatements()
    capabilities: ClassVar[StorageCapabilities] = StorageCapabilities(
        commands=DuckDbBackend.capabilities.commands - {"DropTable"},
        identifiers=IdentifierRules(fold="upper", case_sensitive=True, max_length=255, max_column_length=60),
        custom={"acme.snapshots": True},
    )

    def connect(self, credentials):
        raise AssertionError("a stand-in connects to nothing")

    def translate(self, error):
        raise AssertionError("a stand-in has no engine of its own")

    def create_name_generator(self) -> NameGenerator:
        return AcmeNames()


@pytest.fixture
def acme():
    """Makes stand-ins of Acme."""
    made = []

    def make(**script):
        section = BackendSettings(mock=StorageMockSettings(**script) if script else None)
        driver = stand_in_of(AcmeBackend, section).create_driver_client()
        made.append(driver)
        return driver

    yield make
    for driver in made:
        driver.close()


@pytest.fixture
def acme_backend():
    """The class itself."""
    return AcmeBackend


@pytest.fixture
def run():
    """Runs a command on a driver and gives its response."""

    def run(driver, command, **options):
        return driver.run_command(StorageCredentials(), command, **options).response

    return run
