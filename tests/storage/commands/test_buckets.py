"""Buckets on the reference backend."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import ObjectExistsError, UnsupportedCommandError
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb


@pytest.fixture
def driver():
    client = DuckDbBackend(DuckDbSettings(database=":memory:")).create_driver_client()
    yield client
    client.close()


def test_a_bucket_is_a_schema_and_is_made_once(driver):
    command = pb.CreateBucketCommand(bucket_id='in".c-main', is_default_branch=True)
    made = driver.run_command(StorageCredentials(), command).response
    assert list(made.path) == ['in".c-main']
    with pytest.raises(ObjectExistsError) as caught:
        driver.run_command(StorageCredentials(), command)
    assert caught.value.code == 2006


def test_what_is_no_command_is_refused_with_a_stable_code(driver):
    with pytest.raises(UnsupportedCommandError) as caught:
        driver.run_command(StorageCredentials(), pb.FilePath())
    assert caught.value.code == 900
