"""The vendor's driver takes PostgreSQL behind the proxy for Redshift."""

import datetime as dt
import decimal
import gc
import gzip
import json
import warnings
from collections.abc import Iterator

import boto3
import duckdb
import pytest
import redshift_connector


def connect(server, **changes):
    options = {
        "host": server.host,
        "port": server.port,
        "database": server.database,
        "user": server.user,
        "password": server.password,
        "ssl": False,
    }
    return redshift_connector.connect(**options | changes)


@pytest.fixture
def connection(redshift_server) -> Iterator[redshift_connector.Connection]:
    with connect(redshift_server) as connection:
        yield connection


@pytest.fixture
def cursor(connection, request) -> redshift_connector.Cursor:
    """A cursor in a schema of the test's own."""
    cursor = connection.cursor()
    schema = request.node.name[:60]
    cursor.execute(f'CREATE SCHEMA "{schema}"')
    cursor.execute(f'SET search_path TO "{schema}"')
    connection.commit()
    return cursor


def test_a_wrong_password_is_refused(redshift_server) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the driver leaves its socket open when a login fails
        with pytest.raises(redshift_connector.error.Error, match="28P01"):
            connect(redshift_server, password="wrong")
        gc.collect()


def test_values_of_every_kind_come_back(cursor) -> None:
    cursor.execute(
        "CREATE TABLE t (i BIGINT, d DECIMAL(18,4), s VARCHAR(MAX), b BOOLEAN, day DATE, at TIMESTAMP, f FLOAT8)"
    )
    row = (
        2**62,
        decimal.Decimal("-1.5000"),
        "žluť ' \" 🐎",
        True,
        dt.date(2026, 2, 28),
        dt.datetime(2026, 1, 2, 3),
        0.5,
    )
    cursor.execute("INSERT INTO t VALUES (%s, %s, %s, %s, %s, %s, %s)", row)
    cursor.execute("INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL)")
    assert [tuple(each) for each in cursor.execute("SELECT * FROM t ORDER BY i").fetchall()] == [row, (None,) * 7]


def test_table_options_of_redshift_are_taken_and_names_like_them_stay(cursor) -> None:
    cursor.execute(
        """CREATE TABLE t (id INT ENCODE az64, "distkey" SUPER, raw VARBYTE, word VARCHAR(20) DEFAULT 'sortkey (id)')
        DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY ("id", "distkey")"""
    )
    cursor.execute("INSERT INTO t (id) VALUES (1)")
    cursor.execute('SELECT id, "distkey", word FROM t')
    assert tuple(cursor.fetchone()) == (1, None, "sortkey (id)")


def test_a_transaction_takes_tables_back_too(connection, cursor) -> None:
    cursor.execute("CREATE TABLE t (id INT)")
    connection.rollback()
    with pytest.raises(redshift_connector.error.ProgrammingError, match="42P01"):
        cursor.execute("SELECT * FROM t")
    connection.rollback()


def test_copy_reads_every_object_of_a_prefix(cursor, redshift_server) -> None:
    folder = redshift_server.folder / "copied"
    folder.mkdir()
    (folder / "part-1.csv.gz").write_bytes(gzip.compress("id;name\n1;žluť\n2;\n".encode()))
    (folder / "part-2.csv.gz").write_bytes(gzip.compress(b"id;name\n3;'semi;colon'"))
    (folder / "other.csv.gz").write_bytes(gzip.compress(b"id;name\n4;no\n"))
    cursor.execute("CREATE TABLE t (id INT, name VARCHAR(20))")
    cursor.execute(
        """COPY t (id, name) FROM 's3://copied/part-' IAM_ROLE 'arn:aws:iam::1:role/r'
        CSV DELIMITER AS ';' QUOTE AS '''' IGNOREHEADER 1 GZIP"""
    )
    cursor.execute("SELECT * FROM t ORDER BY id")
    assert [tuple(row) for row in cursor.fetchall()] == [(1, "žluť"), (2, None), (3, "semi;colon")]


def test_copy_of_nothing_fails_with_the_vendor_s_words(connection, cursor) -> None:
    cursor.execute("CREATE TABLE t (id INT)")
    with pytest.raises(redshift_connector.error.ProgrammingError, match="The specified S3 prefix"):
        cursor.execute("COPY t FROM 's3://missing/key' IAM_ROLE 'r' CSV")
    connection.rollback()


@pytest.fixture
def unloaded(redshift_server):
    """The folder of a bucket for UNLOAD."""
    folder = redshift_server.folder / "unloaded"
    folder.mkdir(exist_ok=True)
    return folder


def test_unload_and_copy_meet_in_parquet(cursor, unloaded) -> None:
    cursor.execute("UNLOAD ('SELECT 1 AS id, ''one'' AS name') TO 's3://unloaded/rows_' IAM_ROLE 'r' FORMAT AS PARQUET")
    written = unloaded / "rows_0000_part_00.parquet"
    assert duckdb.sql(f"SELECT * FROM '{written}'").fetchall() == [(1, "one")]
    cursor.execute("CREATE TABLE t (id INT, name VARCHAR(20))")
    cursor.execute("COPY t FROM 's3://unloaded/rows_' IAM_ROLE 'r' FORMAT AS PARQUET")
    cursor.execute("SELECT * FROM t")
    assert [tuple(row) for row in cursor.fetchall()] == [(1, "one")]


def test_unload_alone_writes_one_file_with_its_header(cursor, unloaded) -> None:
    cursor.execute("UNLOAD ('SELECT 1 AS id') TO 's3://unloaded/alone_' IAM_ROLE 'r' CSV HEADER PARALLEL OFF")
    assert (unloaded / "alone_000").read_text() == "id\n1\n"


def test_sizes_of_tables_are_told(cursor) -> None:
    cursor.execute("CREATE TABLE sized (id INT)")
    cursor.execute("INSERT INTO sized VALUES (1), (2)")
    cursor.execute("""SELECT tbl_rows FROM svv_table_info WHERE "table" = 'sized'""")
    assert tuple(cursor.fetchone()) == (2,)


def test_unload_to_a_bucket_that_is_not_there_fails_with_the_vendor_s_words(connection, cursor) -> None:
    with pytest.raises(redshift_connector.error.ProgrammingError, match="S3ServiceException"):
        cursor.execute("UNLOAD ('SELECT 1 AS id') TO 's3://nowhere/alone_' IAM_ROLE 'r' CSV")
    connection.rollback()


def test_copy_reaches_the_s3_server_once_it_runs(cursor, s3_server) -> None:
    store = boto3.client(
        "s3",
        endpoint_url=s3_server.url,
        region_name="us-east-1",
        aws_access_key_id=s3_server.user,
        aws_secret_access_key=s3_server.password,
    )
    store.create_bucket(Bucket="served")
    store.put_object(Bucket="served", Key="in/1.csv", Body=b"1\n2\n")
    store.put_object(
        Bucket="served", Key="list", Body=json.dumps({"entries": [{"url": "s3://served/in/1.csv"}]}).encode()
    )
    cursor.execute("CREATE TABLE t (id INT)")
    cursor.execute("COPY t FROM 's3://served/list' IAM_ROLE 'r' CSV MANIFEST")
    cursor.execute("UNLOAD ('SELECT count(*) AS n FROM t') TO 's3://served/out_' IAM_ROLE 'r' CSV PARALLEL OFF")
    assert store.get_object(Bucket="served", Key="out_000")["Body"].read() == b"2\n"
