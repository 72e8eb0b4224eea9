"""Servers of storage backends that tests ask for by fixture: one of each per process, started when first asked for.

Every server listens on a loopback port that the system chose, writes only into a temporary folder and ends with the
process that started it. Those of outside projects run in the environments that `make fakes` makes.
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).parent / "servers"
FAKES = Path(os.environ.get("STORAGE_FAKES", ROOT / ".venv-fakes"))
SLOW = frozenset({"s3_server", "snowflake_server", "bigquery_server", "redshift_server"})  # they take seconds to start


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where a server listens and who may log in; ``folder`` is where it finds objects by BUCKET/KEY."""

    port: int
    host: str = "127.0.0.1"
    user: str = ""
    password: str = ""
    database: str = ""
    folder: Path | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave tests that ask for a slow server out of `make test`."""
    if SLOW & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.slow)


def absent(reason: str) -> NoReturn:
    """Skip what needs a server that cannot be had here; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def environment(name: str) -> Path:
    """The interpreter of a fake's own environment."""
    python = FAKES / name / "bin" / "python"
    if not python.exists():
        absent(
            f"no environment for the {name} fake: `make fakes` makes it, or STORAGE_FAKES names the folder of another"
        )
    return python


@contextlib.contextmanager
def running(program: str, *arguments: str | Path, python: Path = Path(sys.executable), log: Path) -> Iterator[int]:
    """Run a program of the servers folder until the block ends; yields its port."""
    variables = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    if python != Path(sys.executable):  # outside fakes leave files behind, which go with the tests' own
        variables["TMPDIR"] = str(log.parent)
    with log.open("w+b") as errors:
        process = subprocess.Popen(
            [python, PROGRAMS / f"launch_{program}.py", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=variables | {"PYTHONDONTWRITEBYTECODE": "1"},
            cwd=log.parent,
            start_new_session=True,  # Ctrl-C is for the tests alone: they end their servers
        )
        assert process.stdin
        assert process.stdout
        try:
            line = next((line for line in process.stdout if line.startswith(b'{"port"')), None)
            if line is None:
                absent(f"the {program} server did not start: {log.read_text(errors='replace')[-800:]}")
            yield json.loads(line)["port"]
        finally:
            process.stdin.close()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where servers keep their logs and files."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def object_folder(server_folder: Path) -> Path:
    """Where the fakes of our own find s3:// objects as BUCKET/KEY, while no S3 server runs."""
    folder = server_folder / "objects"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def s3_server(server_folder: Path, object_folder: Path) -> Iterator[Server]:
    """Moto's S3. Any key is taken; once it runs, the fakes of our own read s3:// objects from it."""
    with running("s3", python=environment("s3"), log=server_folder / "s3.log") as port:
        server = Server(port=port, user="testing", password="testing")
        endpoint = object_folder / ".endpoint"
        endpoint.write_text(server.url)
        yield server
        endpoint.unlink()


@pytest.fixture(scope="session")
def snowflake_server(server_folder: Path) -> Iterator[Server]:
    """fakesnow's server, for the vendor's connector with ``protocol="http"``; a database is made when one logs in."""
    with running("snowflake", python=environment("snowflake"), log=server_folder / "snowflake.log") as port:
        yield Server(port=port, user="fake", password="snow", database="FAKE")


@pytest.fixture(scope="session")
def bigquery_server(server_folder: Path) -> Iterator[Server]:
    """bqemulator, for the official client; ``database`` is the project, and gs:// paths are read under ``folder``."""
    folder = server_folder / "bigquery"
    (folder / "gcs").mkdir(parents=True)
    python, log = environment("bigquery"), server_folder / "bigquery.log"
    with running("bigquery", folder, python=python, log=log) as port:
        yield Server(port=port, database="test-project", folder=folder / "gcs")


@pytest.fixture(scope="session")
def redshift_server(server_folder: Path, object_folder: Path) -> Iterator[Server]:
    """PostgreSQL behind a proxy that redshift_connector takes for Redshift: not Redshift."""
    with running("redshift", object_folder, log=server_folder / "redshift.log") as port:
        yield Server(port=port, user="tester", password="Passw0rd!", database="dev", folder=object_folder)


@pytest.fixture(scope="session")
def synapse_server(server_folder: Path, object_folder: Path) -> Iterator[Server]:
    """A TDS 7.4 fake over DuckDB, for the vendor's driver: not Synapse.

    Where the system has no libltdl, which the driver's ODBC library needs, the driver's other library is chosen.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        running("synapse", object_folder, log=server_folder / "synapse.log") as port,
    ):
        if find_library("ltdl") is None:
            patch.setenv("MSSQL_PYTHON_NATIVE_PROVIDER", "mssql-odbc")
        yield Server(port=port, user="tester", password="Passw0rd!", database="dev", folder=object_folder)


@pytest.fixture(scope="session")
def exasol_server(server_folder: Path, object_folder: Path) -> Iterator[Server]:
    """A fake of Exasol's WebSocket protocol over DuckDB, for the vendor's driver: not Exasol."""
    with running("exasol", object_folder, log=server_folder / "exasol.log") as port:
        yield Server(port=port, user="sys", password="exasol", folder=object_folder)
