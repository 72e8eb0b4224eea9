"""The load and extract jobs that BigQuery is given, and the files that are written beside it."""

import gzip
import io

import pytest

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.bigquery import loading
from understudy.providers.storage.commands import exporting, importing
from understudy.providers.storage.files.local import LocalFolder
from understudy.providers.storage.protocol import storage_pb2 as pb

OPTIONS = pb.ImportOptions


def load(tmp_path, csv=None, *, content=b"1,x,y\n", **options):
    (tmp_path / "in.csv").write_bytes(content)
    return pb.TableImportFromFileCommand(
        file_provider=pb.LOCAL,
        csv_options=csv or pb.CsvOptions(column_names=["id", "raw", "name"]),
        file_path=pb.FilePath(root=str(tmp_path), file_name="in.csv"),
        destination=pb.ObjectRef(path=["d"], name="t"),
        import_options=OPTIONS(import_strategy=OPTIONS.USER_DEFINED_TABLE, **options),
    )


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
    client.give(ROWS)
    done = run(export(tmp_path, compressed=compressed))
    content = (tmp_path / "out.csv").read_bytes()
    assert (gzip.decompress(content) if compressed else content) == LINES
    assert (done.rows, list(done.files)) == (3, ["out.csv"])
    assert "TO_HEX(`raw`) AS `raw`" in client.statements[0][0]


def test_slices_have_a_header_each_and_all_rows_together(run, client, tmp_path):
    client.give([(n, None, "x" * 50) for n in range(10)])
    done = run(export(tmp_path, slice_bytes=150))
    *slices, manifest = done.files
    assert manifest == "out.csv.manifest"
    assert len(slices) == 4
    texts = [io.StringIO((tmp_path / name).read_text()).readlines() for name in slices]
    assert {lines[0] for lines in texts} == {"c0,c1,c2\n"}
    assert [line.partition(",")[0] for lines in texts for line in lines[1:]] == [str(n) for n in range(10)]


def test_no_rows_are_a_file_with_a_header(run, client, tmp_path):
    client.give([])
    done = run(export(tmp_path))
    assert (done.rows, (tmp_path / "out.csv").read_bytes().count(b"\n")) == (0, 1)


def test_an_export_that_fails_leaves_no_file(run, client, tmp_path):
    def lost():
        yield from [("1", None, "x" * 200), ("2", None, "x" * 200)]
        raise ConnectionResetError("reset")

    client.give(lost(), names=["id", "raw", "name"])
    with pytest.raises(StorageError) as caught:
        run(export(tmp_path, slice_bytes=100))
    assert caught.value.code in {StorageCode.CONNECTION, StorageCode.EXPORT_FAILED}
    assert not list(tmp_path.iterdir())


def test_an_export_that_nobody_wants_any_more_stops_between_two_rows(run, client, tmp_path):
    cancellation = Cancellation()

    def endless():
        while True:
            cancellation.cancel()
            yield ("1", None, "x")

    client.give(endless(), names=["id", "raw", "name"])
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


class Bucket(LocalFolder):
    """A folder of this machine as a bucket of Google's."""

    provider = "gcs"

    def __init__(self, folder):
        super().__init__(str(folder), allowed=(str(folder),))
        self.root = "b"


@pytest.fixture
def bucket(monkeypatch, tmp_path, client):
    client.folder = tmp_path
    for module in (importing, exporting):
        monkeypatch.setattr(module, "open_folder", lambda *_, **__: Bucket(tmp_path))
    return tmp_path


def from_bucket(tmp_path, **access):
    command = load(tmp_path, pb.CsvOptions(column_names=["id", "raw", "name"], source_type=pb.CsvOptions.DIRECTORY))
    command.file_path.CopyFrom(pb.FilePath(root="b", path="in"))
    command.file_provider = pb.GCS
    command.file_credentials.CopyFrom(pb.FileCredentials(**access))
    return command


def put(folder, *names):
    (folder / "in").mkdir()
    for name in names:
        (folder / "in" / name).write_bytes(b"1,x,y\n")


def test_files_of_its_own_store_are_read_by_the_engine_many_at_once(run, client, bucket, monkeypatch):
    monkeypatch.setattr(loading, "_FILES_AT_ONCE", 2)
    put(bucket, "1.csv", "2.csv", "3.csv")
    run(from_bucket(bucket))
    assert [urls for urls, _, _ in client.loads] == [["gs://b/in/1.csv", "gs://b/in/2.csv"], ["gs://b/in/3.csv"]]
    assert len({table for _, table, _ in client.loads}) == 1
    assert not client.uploads


@pytest.mark.parametrize(("name", "access"), [("a*.csv", {}), ("a.csv", {"endpoint": "http://127.0.0.1:9"})])
def test_files_that_the_engine_would_not_find_are_uploaded(run, client, bucket, name, access):
    put(bucket, name)
    run(from_bucket(bucket, **access))
    assert len(client.uploads) == 1
    assert not client.loads


def into_bucket(tmp_path, **options):
    command = export(tmp_path, **options)
    command.file_provider = pb.GCS
    command.file_path.CopyFrom(pb.FilePath(root="b", file_name="out.csv"))
    return command


def test_a_table_of_the_rows_is_extracted_and_dropped(run, client, bucket):
    done = run(into_bucket(bucket, compressed=True, columns=["id", "raw"]))
    ((table, url, told),) = client.extracts
    assert (list(done.files), url) == (["out.csv"], "gs://b/out.csv")
    assert (told["destinationFormat"], told["compression"], told["fieldDelimiter"]) == ("CSV", "GZIP", ",")
    made, *_, dropped = [sql for sql, _ in client.statements if table.rpartition(".")[2] in sql]
    assert made.startswith("CREATE TABLE `d`.`__understudy_")
    assert "TO_HEX(`raw`) AS `raw`" in made
    assert "expiration_timestamp=" in made
    assert dropped.startswith("DROP TABLE IF EXISTS")


def test_parquet_keeps_what_is_nested(run, client, bucket):
    command = into_bucket(bucket)
    command.file_format = pb.PARQUET
    run(command)
    assert client.extracts[0][2]["destinationFormat"] == "PARQUET"
    assert "TO_HEX" not in client.statements[0][0]


def test_slices_are_those_that_the_engine_wrote(run, client, bucket):
    (bucket / "out-0.csv").write_bytes(b"old")
    client.written = ("{}000000000000.csv", "{}000000000001.csv")
    done = run(into_bucket(bucket, slice_bytes=1))
    *slices, manifest = done.files
    assert client.extracts[0][1].endswith("-*.csv")
    assert [name[-17:] for name in slices] == ["-000000000000.csv", "-000000000001.csv"]
    assert manifest == "out.csv.manifest"


def test_slices_of_an_extract_that_fails_are_deleted_and_others_are_not(run, client, bucket):
    (bucket / "out-0.csv").write_bytes(b"old")
    client.written = ("{}000000000000.csv",)

    def fail(**_):
        error = RuntimeError("no more")
        error.errors = [{"reason": "resourcesExceeded", "message": "no more"}]
        raise error

    client.extract.result = fail
    with pytest.raises(StorageError) as caught:
        run(into_bucket(bucket, slice_bytes=1))
    assert caught.value.code == StorageCode.EXPORT_FAILED
    assert [file.name for file in bucket.iterdir()] == ["out-0.csv"]
    assert client.statements[-1][0].startswith("DROP TABLE IF EXISTS")
