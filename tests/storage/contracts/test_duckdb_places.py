"""The contract of buckets, objects and queries on the reference backend."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage import StorageStage
from understudy.testing.contracts.storage_places import PlaceContract


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self):
        driver = DuckDbBackend(DuckDbSettings(database=":memory:")).create_driver_client()
        bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
        path = driver.run_command(StorageCredentials(), bucket).response.path
        yield StorageStage(driver=driver, path=path, insert=lambda name, rows: None)
        driver.close()
