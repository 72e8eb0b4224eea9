"""The outside fakes take the vendors' own drivers: what the storage tests build on."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import obstore
import pytest
import snowflake.connector
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery
from obstore.store import S3Store


@pytest.fixture
def bucket(s3_server) -> S3Store:
    """A bucket of S3 that nobody else uses; moto makes it when it is first written to through its own API."""
    client = boto3.client(
        "s3",
        endpoint_url=s3_server.url,
        region_name="us-east-1",
        aws_access_key_id=s3_server.user,
        aws_secret_access_key=s3_server.password,
    )
    client.create_bucket(Bucket="outside")
    return S3Store(
        "outside",
        endpoint=s3_server.url,
        region="us-east-1",
        access_key_id=s3_server.user,
        secret_access_key=s3_server.password,
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )


@pytest.fixture
def snowflake_connection(snowflake_server) -> Iterator[snowflake.connector.SnowflakeConnection]:
    with snowflake.connector.connect(
        user=snowflake_server.user,
        password=snowflake_server.password,
        account="fakesnow",
        host=snowflake_server.host,
        port=snowflake_server.port,
        protocol="http",
        database=snowflake_server.database,
        schema="PUBLIC",
        session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
        network_timeout=10,
    ) as connection:
        yield connection


@pytest.fixture
def bigquery_client(bigquery_server) -> Iterator[bigquery.Client]:
    with bigquery.Client(
        project=bigquery_server.database,
        credentials=AnonymousCredentials(),
        client_options=ClientOptions(api_endpoint=bigquery_server.url),
    ) as client:
        yield client


def test_objects_come_back_from_s3_as_they_were_written(bucket: S3Store) -> None:
    obstore.put(bucket, "folder/žluť.csv", b"id\n1\n")
    assert bytes(obstore.get(bucket, "folder/žluť.csv").bytes()) == b"id\n1\n"
    assert [entry["path"] for entry in obstore.list(bucket).collect()] == ["folder/žluť.csv"]


def test_a_second_writer_of_an_object_is_refused_by_its_etag(bucket: S3Store) -> None:
    obstore.put(bucket, "log/0.json", b"{}")
    with pytest.raises(obstore.exceptions.AlreadyExistsError):
        obstore.put(bucket, "log/0.json", b"{}", mode="create")


def test_snowflake_s_connector_creates_merges_and_reads_types(snowflake_connection) -> None:
    cursor = snowflake_connection.cursor()
    cursor.execute('CREATE SCHEMA "outside"')
    cursor.execute('CREATE TABLE "outside"."t" ("id" NUMBER(10,0), "name" VARCHAR(50), "price" NUMBER(12,2))')
    cursor.execute("""INSERT INTO "outside"."t" VALUES (1, 'žluť', 1.50), (2, NULL, NULL)""")
    cursor.execute(
        """MERGE INTO "outside"."t" AS d USING (SELECT 2 AS "id", 'two' AS "name") AS s ON d."id" = s."id"
        WHEN MATCHED THEN UPDATE SET "name" = s."name"
        WHEN NOT MATCHED THEN INSERT ("id", "name") VALUES (s."id", s."name")"""
    )
    rows = cursor.execute('SELECT "id", "name", "price" FROM "outside"."t" ORDER BY "id"').fetchall()
    assert [(row[0], row[1], None if row[2] is None else str(row[2])) for row in rows] == [
        (1, "žluť", "1.50"),
        (2, "two", None),
    ]


def test_snowflake_s_connector_puts_and_copies_a_file(snowflake_connection, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("id,name\n1,one\n2,two\n")
    cursor = snowflake_connection.cursor()
    cursor.execute("CREATE TABLE copied (id NUMBER, name VARCHAR)")
    cursor.execute("CREATE TEMPORARY STAGE outside_stage")
    cursor.execute(f"PUT 'file://{tmp_path}/rows.csv' @outside_stage AUTO_COMPRESS=FALSE")
    cursor.execute("COPY INTO copied FROM @outside_stage FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1)")
    assert cursor.execute("SELECT COUNT(*) FROM copied").fetchone() == (2,)


def test_snowflake_s_error_has_the_vendor_s_number(snowflake_connection) -> None:
    with pytest.raises(snowflake.connector.errors.ProgrammingError) as caught:
        snowflake_connection.cursor().execute("SELECT * FROM missing_table")
    assert caught.value.errno == 2003


def test_bigquery_s_client_loads_a_file_and_merges(bigquery_client: bigquery.Client, bigquery_server) -> None:
    bigquery_client.create_dataset("outside")
    table = f"{bigquery_server.database}.outside.t"
    (bigquery_server.folder / "bucket").mkdir()
    (bigquery_server.folder / "bucket" / "rows.csv").write_text("id,name\n1,žluť\n2,two\n")
    job = bigquery_client.load_table_from_uri(
        "gs://bucket/rows.csv",
        table,
        job_config=bigquery.LoadJobConfig(
            schema=[bigquery.SchemaField("id", "INT64"), bigquery.SchemaField("name", "STRING")],
            source_format=bigquery.SourceFormat.CSV,
            skip_leading_rows=1,
        ),
    )
    job.result()
    assert job.output_rows == 2
    bigquery_client.query_and_wait(f"UPDATE `{table}` SET name = 'zwei' WHERE id = 2")
    rows = bigquery_client.query_and_wait(f"SELECT id, name FROM `{table}` ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [(1, "žluť"), (2, "zwei")]


def test_bigquery_extracts_to_a_bucket(bigquery_client: bigquery.Client, bigquery_server) -> None:
    bigquery_client.create_dataset("extracted")
    table = f"{bigquery_server.database}.extracted.t"
    bigquery_client.query_and_wait(f"CREATE TABLE `{table}` AS SELECT 1 AS id, 'one' AS name")
    (bigquery_server.folder / "out").mkdir()
    bigquery_client.extract_table(table, "gs://out/rows.csv").result()
    assert (bigquery_server.folder / "out" / "rows.csv").read_text() == "id,name\n1,one\n"
