"""A driver of an embedded database in memory, and a short way to ask it."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend


@pytest.fixture
def driver():
    client = DuckDbBackend(DuckDbSettings(database=":memory:")).create_driver_client()
    yield client
    client.close()


@pytest.fixture
def run(driver):
    """Run a command and return its response."""

    def ask(command, **options):
        return driver.run_command(StorageCredentials(), command, runtime_options=RuntimeOptions(**options)).response

    return ask
