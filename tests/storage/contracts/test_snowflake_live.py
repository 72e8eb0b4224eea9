"""The storage contracts on Snowflake itself: asked only where UNDERSTUDY_LIVE is 1 and an account is named.

    UNDERSTUDY_LIVE=1 SNOWFLAKE_ACCOUNT=… SNOWFLAKE_USER=… SNOWFLAKE_PASSWORD=… SNOWFLAKE_DATABASE=… pytest -m live …

Needs a warehouse, and a role that may make schemas in the database; what is made is dropped.
"""

import os
import secrets

import pytest

from understudy.config.models.storage_backends import SnowflakeSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.snowflake.backend import SnowflakeBackend
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.live import SWITCH
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import FileStage, FileTransferContract, TableTransferContract

NEEDED = ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PASSWORD", "SNOWFLAKE_DATABASE")
GIVEN = {name: os.environ.get(name, "") for name in (*NEEDED, "SNOWFLAKE_WAREHOUSE", "SNOWFLAKE_ROLE")}
# Read at import: the tests themselves run without the program's variables.

if os.environ.get(SWITCH) != "1" or not all(GIVEN[name] for name in NEEDED):
    pytest.skip(f"{SWITCH} is not 1, or one of {', '.join(NEEDED)} is not set", allow_module_level=True)

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def stage(tmp_path):
    account, user, password, database = (GIVEN[name] for name in NEEDED)
    backend = SnowflakeBackend(
        SnowflakeSettings(
            account=account,
            database=database,
            warehouse=GIVEN["SNOWFLAKE_WAREHOUSE"],
            role=GIVEN["SNOWFLAKE_ROLE"],
            file_roots=(str(tmp_path),),
        )
    )
    credentials = StorageCredentials(principal=user, secret=Secret(password))
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id=f"understudy.{secrets.token_hex(4)}", is_default_branch=True)
    path = list(driver.run_command(credentials, bucket).response.path)

    def insert(name, rows):
        connection = backend.connect(credentials)
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} SELECT {', '.join('?' * len(row))}", row)
        connection.close()

    yield StorageStage(
        driver=driver, path=path, insert=insert, credentials=credentials, decimal="NUMBER", alterable="NULLABLE"
    )
    drop = pb.DropBucketCommand(bucket_object_name=path[-1], is_cascade=True, ignore_if_not_exists=True)
    driver.run_command(credentials, drop)
    driver.close()


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


class TestFileTransfer(FileTransferContract):
    """Files of this machine, into the service and back."""

    @pytest.fixture
    def stage(self, stage):
        return stage

    @pytest.fixture
    def files(self, tmp_path):
        def put(key, content):
            (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / key).write_bytes(content)

        return FileStage(provider="LOCAL", root=str(tmp_path), put=put, get=lambda key: (tmp_path / key).read_bytes())
