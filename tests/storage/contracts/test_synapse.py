"""The storage contracts on Synapse's driver against a TDS fake over DuckDB: not against Synapse.

The fake compares names in its catalog as a pool does, values letter by letter, and holds nobody to permissions.
"""

import secrets

import pytest

from understudy.config.models.storage_backends import SynapseSettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.providers.storage.synapse.backend import SynapseBackend
from understudy.testing.contracts.storage import (
    CommandContract,
    PlaceContract,
    StorageStage,
    TableContract,
    TableTransferContract,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def synapse_backend(synapse_server):
    return SynapseBackend(
        SynapseSettings(
            host=synapse_server.host,
            port=synapse_server.port,
            database=synapse_server.database,
            tls=False,
            connect_timeout=10,
        )
    )


@pytest.fixture
def synapse_credentials(synapse_server):
    return StorageCredentials(principal=synapse_server.user, secret=Secret(synapse_server.password))


@pytest.fixture
def synapse_stage(synapse_backend, synapse_credentials):
    backend, credentials = synapse_backend, synapse_credentials
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id=f"in_c_{secrets.token_hex(4)}", is_default_branch=True)
    path = list(driver.run_command(credentials, bucket).response.path)

    def insert(name, rows):
        connection = backend.connect(credentials)
        sql = backend.statements
        table = sql.render(sql.table(TableName(tuple(path), name)))
        for row in rows:
            connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        connection.close()

    yield StorageStage(
        driver=driver,
        path=path,
        insert=insert,
        credentials=credentials,
        text="NVARCHAR",
        alterable="LENGTH",
        unfilterable="VARBINARY",
        unproven={"CreateProfileTable": "the fake takes a number's style of CONVERT for a date's: golden SQL has it"},
    )
    driver.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, synapse_stage):
        return synapse_stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, synapse_stage):
        return synapse_stage

    def test_what_is_wrong_with_a_query_is_an_answer_and_no_error(self, stage):
        """A session of the engine cannot be told a schema, so that the contract's path is refused with 900."""
        placed = stage.run(pb.ExecuteQueryCommand(query="SELECT 42 AS answer", path_restriction=stage.path))
        assert (placed.status, placed.code) == (pb.ExecuteQueryResponse.ERROR, StorageCode.NOT_SUPPORTED)
        told = stage.run(pb.ExecuteQueryCommand(query="SELECT 42 AS answer"))
        assert told.status == pb.ExecuteQueryResponse.SUCCESS
        assert [list(column.values) for column in told.columns] == [["42"]]
        for query in ("SELEC 1", "SELECT 1; SELECT 2", "SELECT 1 DROP TABLE t", "SELECT 1 EXEC other"):
            wrong = stage.run(pb.ExecuteQueryCommand(query=query))
            assert wrong.status == pb.ExecuteQueryResponse.ERROR
            assert wrong.code >= StorageCode.QUERY_FAILED
            assert wrong.message


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, synapse_stage):
        return synapse_stage


class TestCommands(CommandContract):
    """Every command there is."""

    @pytest.fixture
    def stage(self, synapse_stage):
        return synapse_stage
