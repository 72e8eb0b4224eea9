"""The storage contracts on the reference backend."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract


@pytest.fixture
def duckdb_stage():
    backend = DuckDbBackend(DuckDbSettings(database=":memory:"))
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
    path = driver.run_command(StorageCredentials(), bucket).response.path

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    yield StorageStage(driver=driver, path=path, insert=insert)
    driver.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, duckdb_stage):
        return duckdb_stage
