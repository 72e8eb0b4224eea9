"""The contract of imports and exports on the embedded backend, with files on this machine."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.duckdb.names import HOME
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage_stage import StorageStage
from understudy.testing.contracts.storage_transfer import FileStage, FileTransferContract, TableTransferContract


@pytest.fixture
def played(tmp_path):
    backend = DuckDbBackend(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path),)))
    driver = backend.create_driver_client()
    path = driver.run_command(
        StorageCredentials(), pb.CreateBucketCommand(bucket_id="b", is_default_branch=True)
    ).response.path

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        for row in rows:
            connection.execute(f'INSERT INTO "{HOME}"."b"."{name}" VALUES (?, ?, ?)', row)
        connection.close()

    yield StorageStage(driver=driver, path=list(path), insert=insert)
    driver.close()


class TestTables(TableTransferContract):
    @pytest.fixture
    def stage(self, played):
        return played


class TestFiles(FileTransferContract):
    @pytest.fixture
    def stage(self, played):
        return played

    @pytest.fixture
    def files(self, tmp_path):
        def put(key, content):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(content)

        return FileStage(provider="LOCAL", root=str(tmp_path), put=put, get=lambda key: (tmp_path / key).read_bytes())
