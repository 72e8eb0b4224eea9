"""The storage contracts on Redshift's driver against PostgreSQL behind a proxy: not against Redshift.

PostgreSQL has no GRANT … TO ROLE and no scoped permissions: users, roles and grants are golden SQL.
"""

import secrets

import boto3
import pytest

from understudy.config.models.storage_backends import RedshiftSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.redshift.backend import RedshiftBackend
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import FileStage, FileTransferContract, TableTransferContract


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


class TestFileTransfer(FileTransferContract):
    """Files of a bucket, by COPY and UNLOAD as PostgreSQL and the proxy have them."""

    @pytest.fixture
    def stage(self, redshift_stage):
        return redshift_stage

    @pytest.fixture
    def files(self, s3_server):
        store = boto3.client(
            "s3",
            endpoint_url=s3_server.url,
            region_name="us-east-1",
            aws_access_key_id=s3_server.user,
            aws_secret_access_key=s3_server.password,
        )
        bucket = f"redshift-{secrets.token_hex(4)}"
        store.create_bucket(Bucket=bucket)
        yield FileStage(
            provider="S3",
            root=bucket,
            put=lambda key, content: store.put_object(Bucket=bucket, Key=key, Body=content),
            get=lambda key: store.get_object(Bucket=bucket, Key=key)["Body"].read(),
            credentials=pb.FileCredentials(
                key=s3_server.user, secret=s3_server.password, region="us-east-1", endpoint=s3_server.url
            ),
        )
        store.close()
