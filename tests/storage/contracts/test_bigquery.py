"""The storage contracts on BigQuery's client against bqemulator: not against BigQuery."""

import secrets

import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import TableName
from understudy.testing.contracts.storage import StorageStage, TableContract
from understudy.testing.contracts.storage_places import PlaceContract
from understudy.testing.contracts.storage_transfer import TableTransferContract

NOBODY = StorageCredentials()
KEYS = "bqemulator: no keys, enforced or not; their SQL is golden"
DEFAULTS = "bqemulator: its tables.get tells no defaultValueExpression; what is read of one is tested on its own"
LACKS = {
    "test_a_command_works_where_it_is_declared_and_touches_nothing_where_it_is_not[AddPrimaryKey]": KEYS,
    "test_a_key_is_checked_added_and_dropped": KEYS,
    "test_a_table_tells_its_columns_and_is_made_once": "bqemulator: its tables.get tells no precision and scale",
    "test_names_differ_by_case_as_the_capabilities_say": "bqemulator: the DuckDB below it ignores the case of names",
    **{f"test_a_default_comes_back_as_its_text[{text}]": DEFAULTS for text in ("it's", "7", "")},
}
"""What the emulator cannot do, by test. Each must fail, so that the list ends with what the emulator lacks."""


@pytest.fixture
def bigquery_stage(bigquery_server):
    backend = BigQueryBackend(
        BigQuerySettings(endpoint=bigquery_server.url, project=bigquery_server.database, connect_timeout=10)
    )
    driver = backend.create_driver_client()
    bucket = pb.CreateBucketCommand(bucket_id=f"in.c-{secrets.token_hex(4)}", is_default_branch=True)
    path = list(driver.run_command(NOBODY, bucket).response.path)

    def insert(name, rows):
        connection = backend.connect(NOBODY)
        table = backend.statements.render(backend.statements.table(TableName(tuple(path), name)))
        for number, text, price in rows:
            values = (None if value is None else str(value) for value in (number, text, price))
            connection.execute(
                f"INSERT INTO {table} SELECT CAST(? AS INT64), CAST(? AS STRING), CAST(? AS NUMERIC)", list(values)
            )
        connection.close()

    yield StorageStage(
        driver=driver, path=path, insert=insert, text="STRING", integer="INT64", decimal="NUMERIC", credentials=NOBODY
    )
    driver.close()


class TestTables(TableContract):
    """Tables, columns, keys and rows."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage

    @pytest.fixture(autouse=True)
    def known(self, request):
        if request.node.name in LACKS:
            request.applymarker(pytest.mark.xfail(strict=True, reason=LACKS[request.node.name]))


class TestTableTransfer(TableTransferContract):
    """Imports from tables."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage


class TestPlaces(PlaceContract):
    """Buckets, objects, queries."""

    @pytest.fixture
    def stage(self, bigquery_stage):
        return bigquery_stage
