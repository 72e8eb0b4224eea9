"""The storage contracts on the reference backend."""

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import (
    CommandContract,
    FileStage,
    StorageStage,
    TableContract,
    WorkspaceContract,
)


@pytest.fixture
def duckdb_stage(tmp_path):
    backend = DuckDbBackend(DuckDbSettings(database=":memory:", file_roots=(str(tmp_path),)))
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
    path = driver.run_command(StorageCredentials(), bucket).response.path

    def insert(name, rows):
        connection = backend.connect(StorageCredentials())
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    (tmp_path / "in").mkdir()
    files = FileStage(
        provider="LOCAL",
        root=str(tmp_path),
        put=lambda key, content: (tmp_path / key).write_bytes(content),
        get=lambda key: (tmp_path / key).read_bytes(),
    )
    yield StorageStage(driver=driver, path=path, insert=insert, files=files, unfilterable="BLOB")
    driver.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, duckdb_stage):
        return duckdb_stage


class TestCommands(CommandContract):
    """Every command there is."""

    @pytest.fixture
    def stage(self, duckdb_stage):
        return duckdb_stage


class TestWorkspaces(WorkspaceContract):
    """Workspaces, branches, shares, names."""

    @pytest.fixture
    def stage(self, duckdb_stage):
        return duckdb_stage
