"""BigQuery's driver on the emulator, in a dataset of its own, and on a client that only remembers."""

import secrets
import threading
from types import SimpleNamespace

import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.bigquery.catalog import BigQueryCatalog
from understudy.providers.storage.bigquery.connection import BigQueryConnection
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column

COLUMNS = (Column(name="id", type="INT64"), Column(name="raw", type="BYTES"), Column(name="name", type="STRING"))


class Bench:
    """A driver, a dataset, and files of this machine."""

    def __init__(self, server, folder):
        settings = {"project": server.database, "connect_timeout": 10, "file_roots": (str(folder),)}
        self.driver = BigQueryBackend(BigQuerySettings(endpoint=server.url, **settings)).create_driver_client()
        self.project, self.folder = server.database, folder
        self.path = list(self.run(self.bucket()).path)

    def bucket(self, **options):
        return pb.CreateBucketCommand(
            bucket_id=f"in.c-{secrets.token_hex(4)}",
            database_name=self.project,
            **({"is_default_branch": True} | options),
        )

    def run(self, command, **options):
        return self.driver.run_command(StorageCredentials(), command, **options).response

    def ref(self, name):
        return pb.ObjectRef(path=self.path, name=name)

    def query(self, sql, **options):
        done = self.run(pb.ExecuteQueryCommand(query=sql, path_restriction=self.path, **options))
        assert done.status == pb.ExecuteQueryResponse.SUCCESS, done.message
        return done

    def table(self, name, columns):
        made = [pb.TableColumn(name=column, type=kind, nullable=True) for column, kind in columns.items()]
        return self.run(pb.CreateTableCommand(path=self.path, table_name=name, columns=made))

    def rows(self, name, path=None, **options):
        shown = self.run(pb.PreviewTableCommand(path=path or self.path, table_name=name, **options))
        cells = [
            [
                None if column.nulls and column.nulls[n // 8] >> n % 8 & 1 else value
                for n, value in enumerate(column.values)
            ]
            for column in shown.columns
        ]
        return list(zip(*cells, strict=True)) if shown.row_count else []


@pytest.fixture
def bench(bigquery_server, tmp_path):
    made = Bench(bigquery_server, tmp_path)
    yield made
    made.driver.close()


class Found(list):
    """Rows, as the client gives them."""

    schema = ()


class Streamed:
    """Rows that come one by one."""

    schema = ()

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return map(Row, self.rows)


class Row(tuple):
    """One of them."""

    __slots__ = ()

    def values(self):
        return tuple(self)


class Job:
    """One that ends at once, or waits to be cancelled."""

    statement_type = "SELECT"

    def __init__(self, *, rows=(), waits=False):
        self.rows = rows
        self.waits = waits
        self.cancelled = threading.Event()
        self.waited = {}

    def result(self, **options):
        self.waited = options
        if self.waits:
            assert self.cancelled.wait(20)
            error = RuntimeError("Job execution was cancelled")
            error.errors = [{"reason": "stopped", "message": "Job execution was cancelled"}]
            raise error
        found = Found(map(Row, self.rows))
        found.schema = [
            SimpleNamespace(name=f"c{n}", field_type="STRING", mode="NULLABLE", precision=None, max_length=None)
            for n in range(len(self.rows[0]) if self.rows else 0)
        ]
        return found

    def cancel(self, **_):
        self.cancelled.set()


class Client:
    """Remembers what it was given."""

    project = "shop-1"

    def __init__(self):
        self.statements = []
        self.loads = []
        self.uploads = []
        self.extracts = []
        self.extract = Job()
        self.folder = None
        self.written = ()
        self.job = Job(rows=[("0",)])

    def give(self, rows, names=None):
        """Answer queries with these rows; with ``names``, as they come, one by one."""
        self.job = Job(rows=rows) if names is None else Job()
        if names is not None:
            found = Streamed(rows)
            found.schema = [SimpleNamespace(name=name) for name in names]
            self.job.result = lambda **_: found

    def hang(self):
        """Answer no query before it is cancelled."""
        self.job = Job(waits=True)

    def query(self, sql, *, job_config, **_):
        self.statements.append((sql, job_config))
        return self.job

    def load_table_from_uri(self, urls, table, *, job_config, **_):
        self.loads.append((urls, str(table), job_config.to_api_repr()["load"]))
        return Job()

    def load_table_from_file(self, stream, table, *, job_config, **_):
        self.uploads.append((stream.read(), str(table), job_config.to_api_repr()))
        return Job()

    def extract_table(self, table, url, *, job_config, **_):
        self.extracts.append((str(table), url, job_config.to_api_repr()["extract"]))
        for key in self.written:
            (self.folder / key.format(url.partition("*")[0].rpartition("/")[2])).write_bytes(b"c0\n")
        return self.extract

    def close(self):
        pass


class Catalog(BigQueryCatalog):
    """Everything is there."""

    def schema_exists(self, path):
        return True

    def kind(self, table):
        return "table"

    def columns(self, table):
        return COLUMNS

    def primary_key(self, table):
        return ()

    def rows(self, table):
        return 0

    def size(self, table):
        return 0


class Backend(BigQueryBackend):
    catalog = Catalog


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def run(client, tmp_path, monkeypatch):
    backend = Backend(BigQuerySettings(project="shop-1", file_roots=(str(tmp_path),)))
    monkeypatch.setattr(backend, "connect", lambda _: BigQueryConnection(client, patience=5))
    driver = backend.create_driver_client()

    def run(command, **options):
        return driver.run_command(StorageCredentials(), command, runtime_options=RuntimeOptions(**options)).response

    yield run
    driver.close()
