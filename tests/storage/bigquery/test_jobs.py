"""The jobs that BigQuery is given: their labels, limits, formats, and how they are stopped."""

import gzip
import io
import threading
from types import SimpleNamespace

import pytest

from understudy.config.models.storage_backends import BigQuerySettings
from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery.backend import BigQueryBackend
from understudy.providers.storage.bigquery.catalog import BigQueryCatalog
from understudy.providers.storage.bigquery.connection import BigQueryConnection
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.sql.tables import Column

NOBODY = StorageCredentials()
COLUMNS = (Column(name="id", type="INT64"), Column(name="raw", type="BYTES"), Column(name="name", type="STRING"))
OPTIONS = pb.ImportOptions


class Found(list):
    """Rows, as the client gives them."""

    schema = ()


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
        self.job = Job(rows=[("0",)])

    def query(self, sql, *, job_config, **_):
        self.statements.append((sql, job_config))
        return self.job

    def load_table_from_uri(self, urls, table, *, job_config, **_):
        self.loads.append((urls, str(table), job_config.to_api_repr()["load"]))
        return Job()

    def load_table_from_file(self, stream, table, *, job_config, **_):
        self.uploads.append((stream.read(), str(table), job_config.to_api_repr()))
        return Job()

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
        return driver.run_command(NOBODY, command, runtime_options=RuntimeOptions(**options)).response

    yield run
    driver.close()


def query(**options):
    return pb.ExecuteQueryCommand(query="SELECT 1", **options)


def load(tmp_path, csv=None, *, content=b"1,x,y\n", **options):
    (tmp_path / "in.csv").write_bytes(content)
    return pb.TableImportFromFileCommand(
        file_provider=pb.LOCAL,
        csv_options=csv or pb.CsvOptions(column_names=["id", "raw", "name"]),
        file_path=pb.FilePath(root=str(tmp_path), file_name="in.csv"),
        destination=pb.ObjectRef(path=["d"], name="t"),
        import_options=OPTIONS(import_strategy=OPTIONS.USER_DEFINED_TABLE, **options),
    )


def test_jobs_have_labels_of_their_run_and_a_limit(run, client):
    run(query(), run_id="2024.Run/7", query_tags={"Team": "É" * 80, "0bad": "x"}, timeout=1.5)
    _, config = client.statements[-1]
    assert config.labels == {"run_id": "2024_run_7", "team": "_" * 63}
    assert config.job_timeout_ms == "2500"
    run(query())
    _, config = client.statements[-1]
    assert (config.labels, config.job_timeout_ms) == ({}, None)


def test_a_query_looks_names_up_in_its_dataset_and_the_next_one_does_not(run, client):
    run(query(path_restriction=["other", "d"]))
    assert str(client.statements[-1][1].default_dataset) == "other.d"
    run(query(path_restriction=["d"]))
    assert str(client.statements[-1][1].default_dataset) == "shop-1.d"
    run(query())
    assert client.statements[-1][1].default_dataset is None


def test_a_job_that_takes_too_long_is_cancelled(run, client):
    client.job = Job(waits=True)
    with pytest.raises(StorageError) as caught:
        run(pb.DropTableCommand(path=["d"], table_name="t"), timeout=0.05)
    assert caught.value.code == StorageCode.TIMEOUT
    assert client.job.cancelled.is_set()


def test_a_job_that_nobody_wants_any_more_is_cancelled(run, client):
    client.job = Job(waits=True)
    cancellation = Cancellation()
    threading.Timer(0.05, cancellation.cancel).start()
    with pytest.raises(StorageError) as caught:
        run(pb.DropTableCommand(path=["d"], table_name="t"), cancellation=cancellation)
    assert caught.value.code == StorageCode.CANCELLED
    assert client.job.cancelled.is_set()


def test_csv_is_loaded_as_it_is(run, client, tmp_path):
    csv = pb.CsvOptions(column_names=["id", "raw", "name"], delimiter="\t", enclosure="'")
    run(load(tmp_path, csv, number_of_ignored_lines=2), run_id="r")
    content, table, config = client.uploads[0]
    assert content == b"1,x,y\n"
    assert table.startswith("shop-1.d.__understudy_")
    assert config["labels"] == {"run_id": "r"}
    told = config["load"]
    assert len(told.pop("nullMarker")) > 30
    assert told == {
        "sourceFormat": "CSV",
        "fieldDelimiter": "\t",
        "quote": "'",
        "skipLeadingRows": "2",
        "allowQuotedNewlines": True,
        "preserveAsciiControlCharacters": True,
        "encoding": "UTF-8",
        "createDisposition": "CREATE_NEVER",
        "writeDisposition": "WRITE_APPEND",
    }


def test_no_enclosure_is_told_as_none(run, client, tmp_path):
    run(load(tmp_path, pb.CsvOptions(column_names=["id", "raw", "name"], no_enclosure=True)))
    assert client.uploads[0][2]["load"]["quote"] == ""


@pytest.mark.parametrize("csv", [{"escaped_by": "\\"}, {"delimiter": "::"}])
def test_csv_that_the_engine_cannot_read_is_refused_and_nothing_stays(run, client, tmp_path, csv):
    with pytest.raises(StorageError) as caught:
        run(load(tmp_path, pb.CsvOptions(column_names=["id", "raw", "name"], **csv)))
    assert caught.value.code == StorageCode.FILE_PARAMETERS
    assert not client.uploads
    assert client.statements[-1][0].startswith("DROP TABLE IF EXISTS `d`.`__understudy_")


@pytest.mark.parametrize("content", ["1,x,y".encode("utf-16"), b"\xef\xbb\xbf1,x,y\n"], ids=["utf-16", "mark"])
def test_letters_that_would_become_others_are_refused(run, client, tmp_path, content):
    with pytest.raises(StorageError) as caught:
        run(load(tmp_path, content=content))
    assert caught.value.code == StorageCode.SOURCE_INVALID
    assert not client.uploads


def export(tmp_path, **options):
    return pb.TableExportToFileCommand(
        source=pb.ObjectRef(path=["d"], name="t"),
        file_provider=pb.LOCAL,
        file_path=pb.FilePath(root=str(tmp_path), file_name="out.csv"),
        export_options=pb.ExportOptions(**options),
    )


ROWS = [(1, "00ff", 'a "b"'), (2, None, ""), (3, "", "c,d\ne")]
LINES = b'c0,c1,c2\n1,00ff,"a ""b"""\n2,,""\n3,"","c,d\ne"\n'


@pytest.mark.parametrize("compressed", [False, True])
def test_null_is_nothing_and_an_empty_text_two_enclosures(run, client, tmp_path, compressed):
    client.job = Job(rows=ROWS)
    done = run(export(tmp_path, compressed=compressed))
    content = (tmp_path / "out.csv").read_bytes()
    assert (gzip.decompress(content) if compressed else content) == LINES
    assert (done.rows, list(done.files)) == (3, ["out.csv"])
    assert "TO_HEX(`raw`) AS `raw`" in client.statements[0][0]


def test_slices_have_a_header_each_and_all_rows_together(run, client, tmp_path):
    client.job = Job(rows=[(n, None, "x" * 50) for n in range(10)])
    done = run(export(tmp_path, slice_bytes=150))
    *slices, manifest = done.files
    assert manifest == "out.csv.manifest"
    assert len(slices) == 4
    texts = [io.StringIO((tmp_path / name).read_text()).readlines() for name in slices]
    assert {lines[0] for lines in texts} == {"c0,c1,c2\n"}
    assert [line.partition(",")[0] for lines in texts for line in lines[1:]] == [str(n) for n in range(10)]


def test_no_rows_are_a_file_with_a_header(run, client, tmp_path):
    client.job = Job(rows=[])
    done = run(export(tmp_path))
    assert (done.rows, (tmp_path / "out.csv").read_bytes().count(b"\n")) == (0, 1)


def test_an_export_that_fails_leaves_no_file(run, client, tmp_path):
    class Lost(Found):
        def __iter__(self):
            yield Row(("1", None, "x" * 200))
            yield Row(("2", None, "x" * 200))
            raise ConnectionResetError("reset")

    found = Lost()
    found.schema = [SimpleNamespace(name="id")]
    client.job.result = lambda **_: found
    with pytest.raises(StorageError) as caught:
        run(export(tmp_path, slice_bytes=100))
    assert caught.value.code in {StorageCode.CONNECTION, StorageCode.EXPORT_FAILED}
    assert not list(tmp_path.iterdir())


def test_an_export_that_nobody_wants_any_more_stops_between_two_rows(run, client, tmp_path):
    cancellation = Cancellation()

    class Endless(Found):
        def __iter__(self):
            while True:
                cancellation.cancel()
                yield Row(("1", None, "x"))

    found = Endless()
    found.schema = [SimpleNamespace(name="id")]
    client.job.result = lambda **_: found
    with pytest.raises(StorageError) as caught:
        run(export(tmp_path), cancellation=cancellation)
    assert caught.value.code == StorageCode.CANCELLED
    assert not list(tmp_path.iterdir())


def test_parquet_is_written_by_the_engine_alone(run, client, tmp_path):
    command = export(tmp_path)
    command.file_format = pb.PARQUET
    with pytest.raises(StorageError) as caught:
        run(command)
    assert caught.value.code == StorageCode.NOT_SUPPORTED
    assert not client.statements
