"""The storage contracts on Delta tables: on this machine's disk, and on moto's S3."""

from urllib.request import Request, urlopen
from uuid import uuid4

import obstore
import pytest
from obstore.store import S3Store

from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.delta.backend import DeltaBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.testing.contracts.storage import (
    CommandContract,
    FileStage,
    FileTransferContract,
    PlaceContract,
    StorageStage,
    TableContract,
    TableTransferContract,
    WorkspaceContract,
)


@pytest.fixture
def stage_at():
    """Makes the stage of a lake, by its settings."""
    drivers = []

    def make(files, **settings):
        driver = DeltaBackend(DeltaSettings(**settings)).create_driver_client()
        drivers.append(driver)
        bucket = pb.CreateBucketCommand(bucket_id="in.c-main", is_default_branch=True)
        path = driver.run_command(StorageCredentials(), bucket).response.path

        def insert(name, rows):
            writer = DeltaBackend(DeltaSettings(**settings))
            connection = writer.connect(StorageCredentials())
            values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
            table = f'"in~2ec-main/{name}" ("id", "name", "price")'
            connection.execute(f"INSERT INTO {table} SELECT * FROM (VALUES {values})")
            connection.close()
            writer.close()

        return StorageStage(
            driver=driver,
            path=path,
            insert=insert,
            files=files,
            unfilterable="BLOB",
            table_meta={"partition_by": ["id"]},
        )

    yield make
    for driver in drivers:
        driver.close()


@pytest.fixture
def local_files(tmp_path):
    def put(key, content):
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(content)

    return FileStage(provider="LOCAL", root=str(tmp_path), put=put, get=lambda key: (tmp_path / key).read_bytes())


@pytest.fixture
def delta_stage(stage_at, local_files, tmp_path):
    return stage_at(local_files, location=str(tmp_path / "lake"), file_roots=(str(tmp_path),))


@pytest.fixture
def s3_bucket(s3_server):
    """A bucket of the test's own, as a client sees it."""
    name = f"lake-{uuid4().hex[:12]}"
    with urlopen(Request(f"{s3_server.url}/{name}", method="PUT")) as answer:  # noqa: S310 - the server is the test's
        assert answer.status == 200
    return name, S3Store(
        name,
        endpoint=s3_server.url,
        region="us-east-1",
        access_key_id=s3_server.user,
        secret_access_key=s3_server.password,
        client_options={"allow_http": True},
    )


@pytest.fixture
def s3_files(s3_bucket, s3_server):
    name, store = s3_bucket
    return FileStage(
        provider="S3",
        root=name,
        put=lambda key, content: obstore.put(store, key, content),
        get=lambda key: bytes(obstore.get(store, key).bytes()),
        credentials=pb.FileCredentials(key=s3_server.user, secret=s3_server.password, endpoint=s3_server.url),
    )


@pytest.fixture
def s3_stage(stage_at, s3_files, s3_bucket, s3_server):
    return stage_at(
        s3_files,
        location=f"s3://{s3_bucket[0]}/tables",
        region="us-east-1",
        endpoint=s3_server.url,
        key=s3_server.user,
        secret=s3_server.password,
    )


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
    def files(self, local_files):
        return local_files


class TestCommands(CommandContract):
    """Every command there is."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage


class TestWorkspaces(WorkspaceContract):
    """None: every command of them is refused."""

    @pytest.fixture
    def stage(self, delta_stage):
        return delta_stage


class TestTablesOnS3(TableContract):
    """Tables, columns, keys and rows, in a bucket."""

    @pytest.fixture
    def stage(self, s3_stage):
        return s3_stage


class TestPlacesOnS3(PlaceContract):
    """Buckets, objects, queries, in a bucket."""

    @pytest.fixture
    def stage(self, s3_stage):
        return s3_stage


class TestTableTransferOnS3(TableTransferContract):
    """Tables into tables, in a bucket."""

    @pytest.fixture
    def stage(self, s3_stage):
        return s3_stage


class TestFilesOnS3(FileTransferContract):
    """Files of a bucket into tables of it and back."""

    @pytest.fixture
    def stage(self, s3_stage):
        return s3_stage

    @pytest.fixture
    def files(self, s3_files):
        return s3_files


class TestCommandsOnS3(CommandContract):
    """Every command there is, in a bucket."""

    @pytest.fixture
    def stage(self, s3_stage):
        return s3_stage


def test_a_dropped_table_leaves_nothing_in_the_bucket(s3_stage, s3_bucket):
    s3_stage.create("t", (1, "a", 1))
    s3_stage.run(pb.DropTableCommand(path=s3_stage.path, table_name="t"))
    found = [entry["path"] for chunk in obstore.list(s3_bucket[1]) for entry in chunk]
    assert found == ["tables/in~2ec-main/.schema"]
