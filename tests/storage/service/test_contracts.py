"""The storage contracts on the reference backend at the other end of gRPC, and of HTTP."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import FileStage, FileTransferContract, TableTransferContract


@pytest.fixture
def served_stage(serve, connect, tmp_path):
    backend = DuckDbBackend(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path),)))
    local = backend.create_driver_client()

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    with serve(drivers={"duckdb": local}) as server:
        driver = connect(server)
        bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
        path = list(driver.run_command(StorageCredentials(), bucket).response.path)
        yield StorageStage(driver=driver, path=path, insert=insert)
    local.close()


class Served:
    """The stage of each contract."""

    @pytest.fixture
    def stage(self, served_stage):
        return served_stage


class TestTables(Served, TableContract):
    """Tables, columns, keys and rows."""


class TestPlaces(Served, PlaceContract):
    """Buckets, objects, queries."""


class TestTableTransfer(Served, TableTransferContract):
    """Imports from tables."""


class TestFiles(Served, FileTransferContract):
    """Imports of files of the service's machine, and exports to it."""

    @pytest.fixture
    def files(self, tmp_path):
        def put(key, content):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(content)

        return FileStage(provider="LOCAL", root=str(tmp_path), put=put, get=lambda key: (tmp_path / key).read_bytes())
