"""``understudy storage``: what a person does at a terminal, on a database of its own."""

import gzip
import json

import pytest

from understudy.cli.exits import Exit

BUCKET = json.dumps({"bucket_id": "b", "is_default_branch": True})


def test_the_backends_are_shown_with_what_they_can_do(asked):
    told = asked("backends")
    assert "DuckDB" in told
    assert "yes, the default" in told
    rows = {row["name"]: row for row in json.loads(asked("backends", "--json"))["backends"]}
    assert set(rows) >= {"duckdb", "other", "pretend"}
    assert rows["pretend"]["use"] == "mock"
    assert rows["other"]["backend"] == "duckdb"
    assert "CreateBucket" in rows["duckdb"]["capabilities"]["commands"]


def test_a_command_runs_by_its_short_name_and_answers_in_json(asked, tmp_path):
    assert json.loads(asked("run", "CreateBucket", "-m", BUCKET)) == {"path": ["b"], "bucket_object_name": "b"}
    (tmp_path / "command.json").write_text('{"bucketObjectName": "b"}')
    assert json.loads(asked("run", "DropBucket", "-f", "command.json", "--json")) == {"response": None, "messages": []}
    assert json.loads(asked("run", "CreateBucket", "-f", "-", input=BUCKET))["path"] == ["b"]


def test_a_command_goes_to_the_backend_that_is_named(asked, tmp_path):
    asked("run", "CreateBucket", "-m", BUCKET, "--backend", "other")
    assert (tmp_path / "other.duckdb").exists()
    assert not (tmp_path / "data.duckdb").exists()
    asked("run", "CreateBucket", "-m", BUCKET, "-b", "pretend")
    assert not (tmp_path / "data.duckdb").exists()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("run", "CreateBuckt"), Exit.USAGE, "Did you mean 'CreateBucket'?"),
        (("run", "CreateBucket", "-m", "{"), Exit.USAGE, "are not JSON"),
        (("run", "CreateBucket", "-m", "[]"), Exit.USAGE, "a JSON object"),
        (("run", "CreateBucket", "-m", '{"nam": 1}'), Exit.USAGE, "do not fit CreateBucket"),
        (("run", "CreateBucket", "-m", "{}", "-f", "-"), Exit.USAGE, "not by both"),
        (("run", "CreateBucket", "-b", "dukdb"), Exit.NO_PROVIDER, "Did you mean 'duckdb'?"),
        (("run", "CreateBucket", "--set", "storage.defalt=x"), Exit.SETTINGS, "Did you mean 'default'?"),
        (("run", "DropBucket", "-m", '{"bucket_object_name": "x"}'), Exit.FAILED, "[code 2003]"),
        (("preview", "orders"), Exit.USAGE, "name the schema and the table"),
        (("import", "b", "t", "--from", "ftp://x/y.csv"), Exit.USAGE, "ftp:// is not one of s3://"),
        (("import", "b", "t", "--from", "s3://x/y.csv"), Exit.USAGE, "--columns"),
        (("import", "b", "t", "--from", "not-there.csv"), Exit.FAILED, "No such file"),
        (("previw", "b", "t"), Exit.USAGE, "Did you mean 'preview'?"),
    ],
    ids=str,
)
def test_what_goes_wrong_is_said_with_the_status_of_its_kind(run, words, status, said):
    done = run(*words)
    assert done.exit_code == status
    assert said in done.stderr


def test_a_file_goes_in_is_looked_at_and_comes_out(asked, orders, tmp_path):
    (tmp_path / "orders.csv").write_text('id,name\n1,"a, b"\n2,none\n')
    assert (
        asked("import", *orders, "--from", "orders.csv", "--null", "none")
        == "2 rows imported; " + ".".join(orders) + " has 2.\n"
    )
    rows = json.loads(asked("preview", *orders, "--json"))
    assert sorted(rows, key=lambda row: row["id"]) == [{"id": "1", "name": "a, b"}, {"id": "2", "name": None}]
    told = asked("preview", *orders, "--columns", "name", "--search", "a, b")
    assert "a, b" in told
    assert "NULL" not in told
    asked("export", *orders, "--to", "out/orders.csv.gz")
    assert gzip.decompress((tmp_path / "out/orders.csv.gz").read_bytes()).count(b"\n") == 3


def test_an_import_adds_to_what_is_there_where_it_is_asked_to(asked, orders, tmp_path):
    (tmp_path / "one.txt").write_text("1;x\n")
    options = ("--columns", "id,name", "--delimiter", ";", "--json")
    for rows in (1, 1):
        done = json.loads(asked("import", *orders, "--from", "one.txt", *options))
        assert int(done["table_rows"]) == rows
    done = json.loads(asked("import", *orders, "--from", "one.txt", "--incremental", *options))
    assert int(done["table_rows"]) == 2


def test_parquet_is_known_by_its_name(asked, orders, tmp_path):
    (tmp_path / "orders.csv").write_text("id,name\n1,x\n")
    asked("import", *orders, "--from", "orders.csv")
    done = json.loads(asked("export", *orders, "--to", "orders.parquet", "--json"))
    assert int(done["rows"]) == 1
    assert (tmp_path / "orders.parquet").read_bytes().startswith(b"PAR1")
    assert asked("import", *orders, "--from", "orders.parquet").startswith("1 rows imported")


def test_a_profile_tells_of_every_column(asked, orders, tmp_path):
    (tmp_path / "orders.csv").write_text("id,name\n1,x\n2,x\n")
    asked("import", *orders, "--from", "orders.csv")
    told = asked("profile", *orders)
    assert "id" in told
    assert "name" in told
    data = json.loads(asked("profile", *orders, "--json"))
    assert [column["name"] for column in data["columns"]] == ["id", "name"]
