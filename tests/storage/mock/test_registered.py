"""The stand-in of every registered backend keeps the storage contracts behind that backend's name."""

import pytest

from understudy.config.models.storage import StorageSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.facade import Storage
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.registry import BUILT_IN
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import TableTransferContract

WORDS = {
    "bigquery": {"text": "STRING", "integer": "INT64", "decimal": "NUMERIC"},
    "snowflake": {"decimal": "NUMBER", "alterable": "NULLABLE"},
}
"""What a backend calls its types, and which attribute of a column it can alter, where that is not the stage's own."""


@pytest.fixture(params=[name for name, _, _ in BUILT_IN if name != "duckdb"])
def stage(request):
    storage = Storage(StorageSettings(use="mock"))
    driver = storage.driver(request.param)
    bucket = pb.CreateBucketCommand(bucket_id="in_main", is_default_branch=True, stack_prefix="kbc", project_id="7")
    path = tuple(driver.run_command(StorageCredentials(), bucket).response.path)
    backend = storage.backend(request.param)

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(path, name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    yield StorageStage(driver=driver, path=path, insert=insert, **WORDS.get(request.param, {}))
    storage.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, stage):
        return stage


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, stage):
        return stage
