"""A database of its own for each test, worked on by the command line alone."""

import json

import pytest
from click.testing import CliRunner

SETTINGS = """
production: false
storage:
  duckdb: {database: data.duckdb}
  instances:
    duckdb:
      other: {database: other.duckdb}
      pretend: {use: mock}
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs ``understudy storage …`` in an empty folder with settings of its own."""
    from understudy.cli.root import cli

    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.yaml").write_text(SETTINGS)

    def invoke(*words, input=None):  # noqa: A002 - click's own name
        return CliRunner().invoke(cli, ["storage", *words, "--profile", ""], input=input, prog_name="understudy")

    return invoke


@pytest.fixture
def asked(run):
    """Runs a command that must do well, and gives what it printed."""

    def ask(*words, **options):
        done = run(*words, **options)
        assert done.exit_code == 0, done.output
        return done.stdout

    return ask


@pytest.fixture
def orders(asked):
    """A bucket with a table."""
    asked("run", "CreateBucket", "-m", json.dumps({"bucket_id": "in.c-main", "is_default_branch": True}))
    path = json.loads(asked("run", "ListSchemas"))["schemas"]
    (schema,) = [name for name in path if name.startswith("in")]
    columns = [{"name": "id", "type": "INTEGER"}, {"name": "name", "type": "VARCHAR", "nullable": True}]
    asked("run", "CreateTable", "-m", json.dumps({"path": [schema], "table_name": "orders", "columns": columns}))
    return schema, "orders"
