"""The storage contracts on Redshift's driver against PostgreSQL behind a proxy: not against Redshift.

PostgreSQL has no GRANT … TO ROLE and no scoped permissions: users, roles and grants are golden SQL.
"""

import secrets

import pytest

from understudy.config.models.storage_backends import RedshiftSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.redshift.backend import RedshiftBackend
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import TableTransferContract


@pytest.fixture
def redshift_backend(redshift_server):
    return RedshiftBackend(
        RedshiftSettings(
            host=redshift_server.host,
            port=redshift_server.port,
            database=redshift_server.database,
            tls=False,
            connect_timeout=10,
        )
    )


@pytest.fixture
def redshift_credentials(redshift_server):
    return StorageCredentials(principal=redshift_server.user, secret=Secret(redshift_server.password))


@pytest.fixture
def redshift_stage(redshift_backend, redshift_credentials):
    backend, credentials = redshift_backend, redshift_credentials
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id=f"in_c_{secrets.token_hex(4)}", is_default_branch=True)
    path = list(driver.run_command(credentials, bucket).response.path)

    def insert(name, rows):
        connection = backend.connect(credentials)
        sql = backend.statements
        table = sql.render(sql.table(TableName(tuple(path), name)))
        for row in rows:
            values = ", ".join(sql.render(sql.literal(value)) for value in row)
            connection.execute(f"INSERT INTO {table} VALUES ({values})")
        connection.close()

    yield StorageStage(driver=driver, path=path, insert=insert, credentials=credentials, alterable="LENGTH")
    driver.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, redshift_stage):
        return redshift_stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, redshift_stage):
        return redshift_stage


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, redshift_stage):
        return redshift_stage
