"""The vendor's driver takes the WebSocket fake for Exasol."""

import gzip
from collections.abc import Iterator

import pyexasol
import pytest
from pyexasol.exceptions import ExaImportError


def connect(server, **changes):
    options = {
        "dsn": f"{server.host}:{server.port}",
        "user": server.user,
        "password": server.password,
        "encryption": False,
    }
    return pyexasol.connect(**options | changes)


@pytest.fixture
def connection(exasol_server) -> Iterator[pyexasol.ExaConnection]:
    with connect(exasol_server) as connection:
        yield connection


@pytest.fixture
def schema(connection, tmp_path) -> str:
    """A schema of the test's own, opened, with a table of a key and a name."""
    connection.execute(f'CREATE SCHEMA "{tmp_path.name}"')
    connection.execute(f'OPEN SCHEMA "{tmp_path.name}"')
    connection.execute(
        """CREATE TABLE t (id DECIMAL(18,0) NOT NULL, name VARCHAR(50) UTF8, "price" DECIMAL(12,2),
        CONSTRAINT pk PRIMARY KEY (id) DISABLE, DISTRIBUTE BY id)"""
    )
    return tmp_path.name


def rows(connection, sql):
    return connection.execute(sql).fetchall()


def test_a_wrong_password_is_refused(exasol_server) -> None:
    with pytest.raises(pyexasol.ExaAuthError, match="authentication failed"):
        connect(exasol_server, password="wrong")


def test_values_of_every_kind_come_back(connection, schema) -> None:
    connection.execute(
        "CREATE TABLE kinds (i INT, d DECIMAL(36,4), s VARCHAR(100), b BOOLEAN, f DOUBLE, y DATE, w TIMESTAMP)"
    )
    connection.execute(
        "INSERT INTO kinds VALUES (-7, -12345678901234567890.1234, 'žluť '' \" 🐎', TRUE, 0.5, '2026-02-28', "
        "'2026-01-02 03:04:05.678')"
    )
    connection.execute("INSERT INTO kinds (i) VALUES (8)")
    when = "2026-01-02 03:04:05.678000"
    assert rows(connection, "SELECT * FROM kinds ORDER BY i") == [
        (-7, "-12345678901234567890.1234", "žluť ' \" 🐎", True, 0.5, "2026-02-28", when),
        (8, *(None,) * 6),
    ]


def test_an_empty_string_is_null(connection, schema) -> None:
    connection.execute("INSERT INTO t (id, name) VALUES (1, '')")
    assert rows(connection, "SELECT name FROM t") == [(None,)]


def test_names_fold_to_upper_case_unless_they_are_quoted(connection, schema) -> None:
    statement = connection.execute('SELECT id, "price" FROM T')
    assert statement.column_names() == ["ID", "price"]


@pytest.mark.parametrize(
    ("sql", "code", "words"),
    [
        ("SELECT * FROM missing", "42000", "object MISSING not found"),
        ("SELECT nope FROM t", "42000", "object NOPE not found"),
        ("SELEC 1", "42000", "syntax error"),
        ("CREATE TABLE t (a INT)", "42500", "object T already exists"),
        ("OPEN SCHEMA nowhere", "42000", "schema NOWHERE not found"),
        ("INSERT INTO t (name) VALUES ('x')", "27002", "constraint violation - not null"),
        ("INSERT INTO t (id) VALUES ('x')", "22018", "invalid character value for cast"),
    ],
)
def test_errors_have_the_vendor_s_codes(connection, schema, sql, code, words) -> None:
    with pytest.raises(pyexasol.ExaQueryError) as caught:
        connection.execute(sql)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_a_transaction_takes_tables_back_too(exasol_server, connection, schema) -> None:
    with connect(exasol_server, autocommit=False, schema=schema) as writer:
        writer.execute("INSERT INTO t (id) VALUES (1)")
        writer.execute("CREATE TABLE u (id INT)")
        assert rows(connection, "SELECT * FROM t") == []
        writer.rollback()
        writer.execute("INSERT INTO t (id) VALUES (2)")
        writer.commit()
    assert rows(connection, "SELECT id FROM t") == [(2,)]
    assert rows(connection, f"SELECT TABLE_NAME FROM EXA_ALL_TABLES WHERE TABLE_SCHEMA = '{schema}'") == [("T",)]


def test_the_catalog_tells_declared_types_and_keys(connection, schema) -> None:
    columns = (
        "SELECT COLUMN_NAME, COLUMN_TYPE, COLUMN_NUM_SCALE, COLUMN_IS_NULLABLE FROM EXA_ALL_COLUMNS "
        f"WHERE COLUMN_SCHEMA = '{schema}' ORDER BY COLUMN_ORDINAL_POSITION"
    )
    assert rows(connection, columns) == [
        ("ID", "DECIMAL(18,0)", 0, False),
        ("NAME", "VARCHAR(50) UTF8", None, True),
        ("price", "DECIMAL(12,2)", 2, True),
    ]
    keys = f"SELECT COLUMN_NAME FROM SYS.EXA_ALL_CONSTRAINT_COLUMNS WHERE CONSTRAINT_SCHEMA = '{schema}'"
    assert rows(connection, keys) == [("ID",)]
    connection.execute("ALTER TABLE t DROP PRIMARY KEY")
    assert rows(connection, keys) == []
    connection.execute('ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (name, "price") DISABLE')
    assert rows(connection, keys + " ORDER BY ORDINAL_POSITION") == [("NAME",), ("price",)]


def test_tables_and_columns_change_as_in_exasol(connection, schema) -> None:
    connection.execute("INSERT INTO t (id, name) VALUES (1, 'one')")
    for sql in (
        'ALTER TABLE t RENAME COLUMN name TO "it""s"',
        "RENAME TABLE t TO u",
        "ALTER TABLE u ADD COLUMN extra INT",
        "ALTER TABLE u MODIFY COLUMN extra VARCHAR(30) NULL",
        "ALTER TABLE u DROP COLUMN extra",
        "CREATE TABLE c AS SELECT * FROM u",
        """MERGE INTO c d USING (SELECT 1 AS id, 'uno' AS n) s ON d.id = s.id
        WHEN MATCHED THEN UPDATE SET "it""s" = s.n WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)""",
        "TRUNCATE TABLE u",
    ):
        connection.execute(sql)
    assert rows(connection, 'SELECT id, "it""s" FROM c') == [(1, "uno")]
    assert rows(connection, "SELECT * FROM u") == []
    with pytest.raises(pyexasol.ExaQueryError, match="is not empty"):
        connection.execute(f'DROP SCHEMA "{schema}"')
    connection.execute(f'DROP SCHEMA "{schema}" CASCADE')


def test_prepared_statements_take_many_rows(connection, schema) -> None:
    statement = connection.create_prepared_statement("INSERT INTO t (id, name) VALUES (?, ?)")
    statement.execute_prepared([(1, "one?"), (2, None)])
    assert statement.rowcount() == 2
    assert rows(connection, "SELECT id, name FROM t ORDER BY id") == [(1, "one?"), (2, None)]


def imported(connection, table, data):
    """Import bytes as a file; pyexasol's own ways to give rows leave files open."""
    connection.import_from_callback(lambda pipe, source: pipe.write(source), data, table)


@pytest.mark.parametrize("compression", [False, True])
def test_files_go_in_and_out_through_the_driver(exasol_server, connection, schema, compression) -> None:
    with connect(exasol_server, schema=schema, compression=compression) as mover:
        imported(mover, "T", '1,"žluť",1.50\n2,,\n3,"q""uo,te\nd",0.00\n'.encode())
        got = mover.export_to_callback(
            lambda pipe, _: pipe.read(),
            None,
            "SELECT id, name FROM t ORDER BY id",
            export_params={"with_column_names": True},
        )
    assert rows(connection, "SELECT * FROM t ORDER BY id") == [
        (1, "žluť", "1.50"),
        (2, None, None),
        (3, 'q"uo,te\nd', "0.00"),
    ]
    assert got.decode() == 'ID,NAME\n1,žluť\n2,\n3,"q""uo,te\nd"\n'


def test_an_import_that_breaks_off_leaves_no_rows(connection, schema) -> None:
    def broken(pipe, source):
        pipe.write(b"1,one,\n")
        message = "the source ended"
        raise OSError(message)

    with pytest.raises(ExaImportError, match="the source ended"):
        connection.import_from_callback(broken, None, "T")
    assert rows(connection, "SELECT * FROM t") == []


def test_rows_that_do_not_fit_are_refused_with_the_loader_s_code(connection, schema) -> None:
    with pytest.raises(ExaImportError) as caught:
        imported(connection, "T", b"one,x,\n")
    assert [error.code for error in caught.value.exceptions] == ["42636"]


def test_import_and_export_reach_a_bucket(connection, schema, exasol_server) -> None:
    folder = exasol_server.folder / "exabucket"
    folder.mkdir()
    (folder / "in.csv.gz").write_bytes(gzip.compress("id;name\n1;žluť\n2;'semi;colon'\n".encode()))
    at = "AT 'https://exabucket.s3.eu-west-1.amazonaws.com' USER 'k' IDENTIFIED BY 's'"
    statement = connection.execute(
        f"IMPORT INTO t (id, name) FROM CSV {at} FILE 'in.csv.gz' "
        "COLUMN SEPARATOR = ';' COLUMN DELIMITER = '''' SKIP = 1"
    )
    assert statement.rowcount() == 2
    assert rows(connection, "SELECT id, name FROM t ORDER BY id") == [(1, "žluť"), (2, "semi;colon")]
    connection.execute(f"EXPORT (SELECT id FROM t ORDER BY id) INTO CSV {at} FILE 'out.csv' WITH COLUMN NAMES")
    assert (folder / "out.csv").read_text().split() == ["ID", "1", "2"]
    with pytest.raises(pyexasol.ExaQueryError, match="ETL-5105"):
        connection.execute(f"IMPORT INTO t FROM CSV {at} FILE 'missing.csv'")


def test_users_and_roles_are_known_by_name(connection) -> None:
    connection.execute('CREATE USER "reader" IDENTIFIED BY "x"')
    with pytest.raises(pyexasol.ExaQueryError, match="conflicts with another user"):
        connection.execute('CREATE ROLE "reader"')
    connection.execute('GRANT CREATE SESSION TO "reader"')
    assert ("reader",) in rows(connection, "SELECT USER_NAME FROM EXA_ALL_USERS")
    connection.execute('DROP USER "reader"')
    with pytest.raises(pyexasol.ExaQueryError, match="does not exist"):
        connection.execute('DROP USER "reader"')
