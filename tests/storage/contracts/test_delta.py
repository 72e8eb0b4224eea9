"""The storage contracts on Delta tables, on this machine's disk."""

import pytest

from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.delta.backend import DeltaBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import FileStage, FileTransferContract, TableTransferContract


@pytest.fixture
def delta_stage(tmp_path):
    location = tmp_path / "lake"
    backend = DeltaBackend(DeltaSettings(location=str(location), file_roots=(str(tmp_path),)))
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
    path = driver.run_command(StorageCredentials(), bucket).response.path

    def insert(name, rows):
        writer = DeltaBackend(DeltaSettings(location=str(location)))
        connection = writer.connect(StorageCredentials())
        values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
        connection.execute(f'INSERT INTO "in~2ec-main/{name}" ("id", "name", "price") SELECT * FROM (VALUES {values})')
        connection.close()
        writer.close()

    yield StorageStage(driver=driver, path=path, insert=insert)
    driver.close()


def literal(value):
    return "NULL" if value is None else "'{}'".format(str(value).replace("'", "''"))


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage


class TestTableTransfer(TableTransferContract):
    """Tables into tables."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage


class TestFiles(FileTransferContract):
    """Files into tables and back."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage

    @pytest.fixture
    def files(self, tmp_path):
        def put(key, content):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(content)

        return FileStage(provider="LOCAL", root=str(tmp_path), put=put, get=lambda key: (tmp_path / key).read_bytes())
