"""What statements on an embedded database cannot reach, whoever makes them."""

import duckdb
import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.providers.storage.duckdb.database import DuckDbDatabase
from understudy.providers.storage.duckdb.filesystem import FileGate


@pytest.fixture(params=["file", "memory"])
def cursor(request, tmp_path):
    file = str(tmp_path / "inside" / "db.duckdb") if request.param == "file" else ":memory:"
    database = DuckDbDatabase(DuckDbSettings(database=file), FileGate())
    opened = database.cursor()
    yield opened
    opened.close()
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{}')",
        "SELECT * FROM read_blob('{}')",
        "SELECT * FROM glob('{}')",
        "COPY (SELECT 1) TO '{}'",
        "COPY (SELECT 1) TO 'understudy://guessed/0'",
        "ATTACH '{}' AS x",
        "EXPORT DATABASE '{}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET allowed_directories = ['/']",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET threads = 1",
        "CREATE SECRET s (TYPE s3)",
    ],
)
def test_no_statement_leaves_the_sandbox(cursor, tmp_path, statement):
    file = tmp_path / "outside.txt"
    file.write_text("outside")
    with pytest.raises(duckdb.Error):
        cursor.execute(statement.format(file)).fetchall()
    assert file.read_text() == "outside"
    assert sorted(one.name for one in tmp_path.iterdir() if one.name != "inside") == ["outside.txt"]


def test_a_name_in_a_query_is_no_variable_of_the_process(cursor):
    secret = duckdb.sql("SELECT 'told' AS a")
    assert secret.columns == ["a"]
    with pytest.raises(duckdb.CatalogException):
        cursor.execute("SELECT * FROM secret")


def test_spilled_rows_go_beside_the_database_and_nowhere_else(tmp_path):
    database = DuckDbDatabase(DuckDbSettings(database=str(tmp_path / "db.duckdb")), FileGate())
    with database.cursor() as cursor:
        ((folder,),) = cursor.execute("SELECT current_setting('temp_directory')").fetchall()
        ((allowed,),) = cursor.execute("SELECT current_setting('allowed_directories')").fetchall()
    database.close()
    assert folder == str(tmp_path / "db.duckdb.tmp")
    assert all(place.startswith((f"{tmp_path}/db.duckdb.", "understudy://")) for place in allowed)
