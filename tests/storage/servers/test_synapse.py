"""The vendor's driver takes the TDS fake for a dedicated SQL pool."""

import datetime as dt
import decimal
import gzip
from collections.abc import Iterator

import mssql_python
import pytest


def connect(server, *, autocommit=True, **changes):
    words = {
        "Server": f"{server.host},{server.port}",
        "Database": server.database,
        "UID": server.user,
        "PWD": server.password,
        "Encrypt": "no",
    }
    return mssql_python.connect(
        ";".join(f"{name}={word}" for name, word in (words | changes).items()), autocommit=autocommit
    )


@pytest.fixture
def connection(synapse_server) -> Iterator[mssql_python.Connection]:
    connection = connect(synapse_server)
    yield connection
    connection.close()


@pytest.fixture
def schema(connection, tmp_path) -> str:
    """A schema of the test's own, with a table of an INT NOT NULL and an NVARCHAR(50)."""
    name = f"[{tmp_path.name}]"
    cursor = connection.cursor()
    cursor.execute(f"CREATE SCHEMA {name}")
    cursor.execute(
        f"CREATE TABLE {name}.[t] ([id] INT NOT NULL, [name] NVARCHAR(50), "
        "CONSTRAINT [pk] PRIMARY KEY NONCLUSTERED ([id]) NOT ENFORCED) "
        "WITH (DISTRIBUTION = HASH([id]), CLUSTERED COLUMNSTORE INDEX)"
    )
    return name


def rows(connection, sql, *values):
    return [tuple(row) for row in connection.cursor().execute(sql, *values).fetchall()]


def test_a_wrong_password_is_refused(synapse_server) -> None:
    with pytest.raises(mssql_python.Error, match="Login failed for user 'tester'"):
        connect(synapse_server, PWD="wrong")


def test_a_database_that_is_not_there_is_refused(synapse_server) -> None:
    with pytest.raises(mssql_python.Error, match='Cannot open database "other"'):
        connect(synapse_server, Database="other", ConnectRetryCount=0)


def test_values_of_every_kind_come_back(connection) -> None:
    connection.cursor().execute(
        "CREATE TABLE kinds (i BIGINT, d DECIMAL(18,4), s NVARCHAR(MAX), b BIT, f FLOAT, day DATE, tm TIME, "
        "at DATETIME2, raw VARBINARY(20))"
    )
    day, clock, at = dt.date(2026, 2, 28), dt.time(1, 2, 3), dt.datetime(2026, 1, 2, 3, 4, 5, 678900)
    row = (-(2**62), decimal.Decimal("-12345678901234.5678"), "žluť ' \" ] 🐎", True, 0.5, day, clock, at, b"\0\xff")
    cursor = connection.cursor()
    cursor.execute("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    assert cursor.rowcount == 1
    cursor.execute("INSERT INTO kinds (i) VALUES (7)")
    assert rows(connection, "SELECT * FROM kinds ORDER BY i") == [row, (7, *(None,) * 8)]


@pytest.mark.parametrize("length", [0, 1, 4000, 4001, 100_000])
def test_text_of_any_length_comes_back(connection, length) -> None:
    text = "ž" * length
    assert rows(connection, "SELECT ? AS t, 1 AS n", (text,)) == [(text, 1)]


def test_many_rows_come_back_over_many_packets(connection, schema) -> None:
    connection.cursor().executemany(f"INSERT INTO {schema}.t VALUES (?, ?)", [(n, f"name {n}") for n in range(500)])
    assert rows(connection, f"SELECT * FROM {schema}.t ORDER BY id") == [(n, f"name {n}") for n in range(500)]


def test_a_batch_of_several_statements_gives_each_result(connection) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT 1 AS a; SELECT ';' AS b")
    assert [tuple(row) for row in cursor.fetchall()] == [(1,)]
    assert cursor.nextset()
    assert [tuple(row) for row in cursor.fetchall()] == [(";",)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM missing", "Invalid object name 'missing'"),
        ("SELECT nope FROM {}.t", "Invalid column name 'nope'"),
        ("SELEC 1", "Incorrect syntax"),
        ("CREATE TABLE {}.t (a INT)", "There is already an object named 't'"),
        ("CREATE TABLE nowhere.t (a INT)", 'The specified schema name "nowhere" either does not exist'),
        ("INSERT INTO {}.t (name) VALUES ('x')", "Cannot insert the value NULL into column"),
        ("INSERT INTO {}.t (id) VALUES ('x')", "Conversion failed"),
        ("DROP SCHEMA {}", "because it is being referenced by an object"),
    ],
)
def test_errors_are_told_in_the_vendor_s_words(connection, schema, sql, words) -> None:
    with pytest.raises(mssql_python.Error, match=words):
        connection.cursor().execute(sql.format(schema))


def test_a_transaction_is_taken_back(synapse_server, connection, schema) -> None:
    writer = connect(synapse_server, autocommit=False)
    writer.cursor().execute(f"INSERT INTO {schema}.t VALUES (1, 'one')")
    assert rows(connection, f"SELECT * FROM {schema}.t") == []
    writer.rollback()
    writer.cursor().execute(f"INSERT INTO {schema}.t VALUES (2, 'two')")
    writer.commit()
    writer.close()
    assert rows(connection, f"SELECT * FROM {schema}.t") == [(2, "two")]


def test_tables_cannot_be_made_in_a_transaction(synapse_server) -> None:
    writer = connect(synapse_server, autocommit=False)
    with pytest.raises(mssql_python.Error, match="Operation cannot be performed within a transaction"):
        writer.cursor().execute("CREATE TABLE t (a INT)")
    writer.close()


def test_the_catalog_tells_declared_types_and_keys(connection, schema) -> None:
    name = schema.strip("[]")
    columns = (
        "SELECT column_name, data_type, character_maximum_length, is_nullable FROM INFORMATION_SCHEMA.COLUMNS "
        "WHERE table_schema = ? AND table_name = 't' ORDER BY ordinal_position"
    )
    assert rows(connection, columns, (name,)) == [("id", "int", None, "NO"), ("name", "nvarchar", 50, "YES")]
    keys = "SELECT column_name FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE WHERE table_schema = ?"
    assert rows(connection, keys, (name,)) == [("id",)]
    connection.cursor().execute(f"ALTER TABLE {schema}.t DROP CONSTRAINT [pk]")
    assert rows(connection, keys, (name,)) == []
    connection.cursor().execute(
        f"ALTER TABLE {schema}.t ADD CONSTRAINT [pk] PRIMARY KEY NONCLUSTERED ([name], [id]) NOT ENFORCED"
    )
    assert rows(connection, keys + " ORDER BY ordinal_position", (name,)) == [("name",), ("id",)]
    typed = (
        "SELECT c.name, y.name FROM sys.columns c JOIN sys.types y ON y.user_type_id = c.user_type_id "
        "WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id"
    )
    assert rows(connection, typed, (f"{schema}.[t]",)) == [("id", "int"), ("name", "nvarchar")]


def test_keys_are_not_enforced(connection, schema) -> None:
    connection.cursor().execute(f"INSERT INTO {schema}.t VALUES (1, 'one'), (1, 'again')")
    assert len(rows(connection, f"SELECT * FROM {schema}.t")) == 2


def test_tables_and_columns_change_as_in_a_pool(connection, schema) -> None:
    cursor = connection.cursor()
    cursor.execute(f"INSERT INTO {schema}.t VALUES (1, 'one')")
    for sql in (
        f"EXEC sp_rename '{schema}.[t].[name]', 'it''s', 'COLUMN'",
        f"RENAME OBJECT {schema}.[t] TO [u]",
        f"ALTER TABLE {schema}.[u] ADD [extra] INT NULL",
        f"ALTER TABLE {schema}.[u] ALTER COLUMN [extra] BIGINT NULL",
        f"ALTER TABLE {schema}.[u] DROP COLUMN [extra]",
        f"CREATE TABLE {schema}.[copy] WITH (DISTRIBUTION = ROUND_ROBIN, HEAP) AS SELECT * FROM {schema}.[u]",
        f"IF OBJECT_ID('{schema}.[gone]') IS NOT NULL DROP TABLE {schema}.[gone]",
        "IF NOT EXISTS (SELECT 1 FROM sys.schemas WHERE name = N'made') EXEC('CREATE SCHEMA [made]')",
        f"""MERGE INTO {schema}.[copy] AS d USING (SELECT 1 AS id, N'uno' AS n) AS s ON d.id = s.id
        WHEN MATCHED THEN UPDATE SET [it's] = s.n WHEN NOT MATCHED THEN INSERT (id, [it's]) VALUES (s.id, s.n);""",
    ):
        cursor.execute(sql)
    assert rows(connection, f"SELECT id, [it's] FROM {schema}.[copy]") == [(1, "uno")]
    assert rows(connection, "SELECT name FROM sys.schemas WHERE name = 'made'") == [("made",)]


def test_copy_into_reads_objects_of_a_container(connection, schema, synapse_server) -> None:
    folder = synapse_server.folder / "container"
    folder.mkdir()
    (folder / "rows-1.csv.gz").write_bytes(gzip.compress("id;name\n1;žluť\n2;\n".encode()))
    (folder / "rows-2.csv").write_bytes(b"id;name\n3;'semi;colon'\n")
    cursor = connection.cursor()
    cursor.execute(
        f"COPY INTO {schema}.[t] ([id], [name]) FROM 'https://account.blob.core.windows.net/container/rows-*' "
        "WITH (FILE_TYPE = 'CSV', CREDENTIAL = (IDENTITY = 'Shared Access Signature', SECRET = 'x'), "
        "FIELDTERMINATOR = ';', FIELDQUOTE = '''', FIRSTROW = 2)"
    )
    assert cursor.rowcount == 3
    assert rows(connection, f"SELECT * FROM {schema}.t ORDER BY id") == [(1, "žluť"), (2, None), (3, "semi;colon")]


def test_copy_into_tells_what_it_could_not_read(connection, schema, synapse_server) -> None:
    address = "https://account.blob.core.windows.net/broken"
    with pytest.raises(mssql_python.Error, match="cannot be listed"):
        connection.cursor().execute(f"COPY INTO {schema}.[t] FROM '{address}/missing.csv' WITH (FILE_TYPE = 'CSV')")
    (synapse_server.folder / "broken").mkdir(exist_ok=True)
    (synapse_server.folder / "broken" / "rows.csv").write_bytes(b"one,two\n")
    with pytest.raises(mssql_python.Error, match="Bulk load data conversion error"):
        connection.cursor().execute(f"COPY INTO {schema}.[t] FROM '{address}/rows.csv' WITH (FILE_TYPE = 'CSV')")
    assert rows(connection, f"SELECT * FROM {schema}.t") == []


def test_users_and_roles_are_known_by_name(connection) -> None:
    cursor = connection.cursor()
    cursor.execute("CREATE LOGIN [reader] WITH PASSWORD = 'x'")
    cursor.execute("CREATE USER [reader] FOR LOGIN [reader]")
    with pytest.raises(mssql_python.Error, match="'reader' already exists"):
        cursor.execute("CREATE USER [reader] FOR LOGIN [reader]")
    cursor.execute("GRANT SELECT ON SCHEMA::[dbo] TO [reader]")
    cursor.execute("DROP USER [reader]")
    with pytest.raises(mssql_python.Error, match="does not exist"):
        cursor.execute("DROP USER [reader]")
