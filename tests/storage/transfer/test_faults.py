"""Broken files, hostile paths, full disks: a typed error, and nothing half there."""

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import ObjectNotFoundError, TransferFailedError
from understudy.providers.storage.protocol import storage_pb2 as pb

GZIP = {"compression": pb.CsvOptions.GZIP}
SLICED = {"source_type": pb.CsvOptions.SLICED_FILE}
PACKED = gzip.compress("".join(f"{number},name {number},1\n" for number in range(50_000)).encode(), 6)


def flipped(data, place):
    changed = bytearray(data)
    changed[place] ^= 0x10
    return bytes(changed)


def refused(bench, table, *arguments, code, **options):
    """The message of an import that fails and changes nothing."""
    before = bench.rows(table)
    with pytest.raises(TransferFailedError) as caught:
        bench.load(table, *arguments, **options)
    assert caught.value.code == code
    assert bench.rows(table) == before
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def table(bench):
    made = bench.table("t")
    bench.write("first.csv", "id,name,price\n0,kept,0\n")
    bench.load(made, "first.csv")
    return made


@pytest.mark.parametrize(
    "packed",
    [PACKED[: len(PACKED) // 2], PACKED[:-4], flipped(PACKED, -6), b"1,a,1\n", PACKED + b"garbage", PACKED[:5]],
    ids=["half", "no checksum", "wrong checksum", "not packed", "garbage after it", "header only"],
)
def test_a_gzip_file_that_is_not_whole(bench, table, packed):
    bench.write("in.csv.gz", packed)
    message = refused(bench, table, "in.csv.gz", code=4200, csv=GZIP, number_of_ignored_lines=0)
    assert "'in.csv.gz'" in message


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6, 0.8])
def test_a_flipped_bit_in_a_gzip_file_never_becomes_data(bench, table, place):
    bench.write("in.csv.gz", flipped(PACKED, int(len(PACKED) * place)))
    before = bench.rows(table)
    with pytest.raises(TransferFailedError) as caught:
        bench.load(table, "in.csv.gz", csv=GZIP, number_of_ignored_lines=0)
    assert caught.value.code in (4102, 4200, 4202)  # what the engine reads before the checksum may be no CSV
    assert bench.rows(table) == before


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"no parquet at all" * 10])
def test_a_parquet_file_that_is_none(bench, table, content):
    bench.write("in.parquet", content)
    for names in ([], ["id", "name", "price"]):
        refused(bench, table, "in.parquet", code=4200, parquet=True, columns=names)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"1,\xe9t\xe9,1\n", 4200, "UTF-8"),
        ("1,a,1\n".encode("utf-16"), 4200, "'in.csv'"),
        (b'1,"a,1\n2,b,2\n', 4200, "enclosure"),
        (b"1,a\n", 4102, "has 2 columns; the import names 3"),
        (b"1,a,1,2\n", 4102, "has 4 columns; the import names 3"),
        (b"1,a,1\nx,b,2\n", 4202, "line 2, column 'id': the value 'x' is no INTEGER"),
        (b"1,a,1\n,b,2\n", 4202, "convert_empty_values_to_null_on_columns"),
        (b"99999999999,a,1\n", 4202, "'99999999999' is no INTEGER"),
    ],
)
def test_a_csv_file_that_is_not_as_described(bench, table, content, code, words):
    bench.write("in.csv", content)
    assert words in refused(bench, table, "in.csv", code=code, number_of_ignored_lines=0)


def test_values_in_errors_are_shortened(bench, table):
    bench.write("in.csv", "1,a," + "secret" * 1000 + "\n")
    message = refused(bench, table, "in.csv", code=4202, number_of_ignored_lines=0)
    assert len(message) < 400


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"file_name": "gone.csv"}, 4201),
        ({"file_name": "gone.manifest", "csv": SLICED}, 4201),
        ({"file_name": "", "path": "gone", "csv": {"source_type": pb.CsvOptions.DIRECTORY}}, 4201),
        ({"file_name": "", "path": "empty", "csv": {"source_type": pb.CsvOptions.DIRECTORY}}, 4201),
        ({"file_name": "empty"}, 4201),
        ({"file_name": ""}, 4203),
        ({"file_name": "../secret.csv"}, 4203),
        ({"file_name": "a/../../secret.csv"}, 4203),
        ({"file_name": "/etc/passwd"}, 4203),
        ({"file_name": "..\\secret.csv"}, 4203),
        ({"file_name": "first.csv\0.txt"}, 4203),
        ({"file_name": "link.csv"}, 4203),
        ({"file_name": "folder-link/secret.csv"}, 4203),
        ({"file_name": "first.csv", "root": "/etc"}, 4203),
        ({"file_name": "first.csv", "root": "/"}, 4203),
    ],
)
def test_a_path_that_is_not_there_or_leads_out(bench, table, change, code):
    (bench.folder / "empty").mkdir()
    secret = bench.folder.parent / "secret.csv"
    secret.write_text("id,name,price\n1,a,1\n")
    (bench.folder / "link.csv").symlink_to(secret)
    (bench.folder / "folder-link").symlink_to(bench.folder.parent)
    change = dict(change)
    refused(bench, table, change.pop("file_name"), code=code, **change)


@pytest.mark.parametrize(
    "url",
    [
        "../secret.csv",
        "/etc/passwd",
        "file:///etc/passwd",
        "file://host/x.csv",
        "s3://bucket/key.csv",
        "https://example.org/x.csv",
        "a/../../secret.csv",
        "..\\x",
    ],
)
def test_a_manifest_that_points_outside_of_the_root(bench, table, url):
    bench.write("in.manifest", json.dumps({"entries": [{"url": "first.csv"}, {"url": url}]}))
    refused(bench, table, "in.manifest", code=4203, csv=SLICED)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"entries": {}}', '{"entries": ["a"]}', '{"entries": [{"url": ""}]}', "[" * 100_000, b"\xff\xfe"],
)
def test_a_manifest_that_is_none(bench, table, content):
    bench.write("in.manifest", content)
    refused(bench, table, "in.manifest", code=4200, csv=SLICED)


def test_a_manifest_names_a_slice_that_is_not_there(bench, table):
    bench.write("in.manifest", '{"entries": [{"url": "first.csv"}, {"url": "gone.csv"}]}')
    assert "'gone.csv'" in refused(bench, table, "in.manifest", code=4201, csv=SLICED)


def test_names_of_files_may_be_anything_that_a_disk_takes(bench, table):
    name = 'it\'s "quoted"; DROP TABLE t --*?[x]{y}%20\u00e9\n.csv'
    bench.write(f"d/{name}", "id,name,price\n7,a,1\n")
    bench.load(table, name, path="d")
    assert bench.rows(table) == [(7, "a", 1.0)]
    bench.load(table, "", path="d", csv={"source_type": pb.CsvOptions.DIRECTORY})
    assert bench.rows(table) == [(7, "a", 1.0)]


def test_names_of_tables_and_columns_may_be_anything_too(bench):
    hostile = "x\"; DROP TABLE t; --'`[]"
    table = bench.table(hostile, [(hostile, "INTEGER", False), ("b'\"", "VARCHAR", True)], key=[hostile])
    bench.write("in.csv", "1,a\n1,b\n")
    for kind in (pb.ImportOptions.FULL, pb.ImportOptions.INCREMENTAL):
        bench.load(
            table,
            "in.csv",
            columns=[hostile, "b'\""],
            number_of_ignored_lines=0,
            import_type=kind,
            dedup_columns_names=[hostile],
        )
    name = hostile.replace('"', '""')
    assert bench.sql(f'SELECT * FROM b."{name}"') == [(1, "b")]


def test_a_users_query_reaches_no_file_of_an_import(bench, table):
    for address in (bench.folder / "first.csv", "understudy://0/0", "understudy://*"):
        query = pb.ExecuteQueryCommand(query=f"SELECT * FROM read_csv('{address}')")
        try:
            answer = bench.run(query)
        except StorageError:
            continue
        assert answer.status == pb.ExecuteQueryResponse.ERROR


def test_a_parquet_file_without_the_column(bench, table):
    bench.run(
        pb.TableExportToFileCommand(
            source=table,
            file_format=pb.PARQUET,
            file_path=pb.FilePath(root=str(bench.folder), file_name="in.parquet"),
        )
    )
    bench.sql("ALTER TABLE b.t ADD COLUMN other INTEGER")
    refused(bench, table, "in.parquet", code=4100, parquet=True, columns=["id", "other"])


def test_a_destination_that_is_not_there(bench):
    bench.write("in.csv", "id,name,price\n")
    with pytest.raises(ObjectNotFoundError) as caught:
        bench.load(pb.ObjectRef(path=["b"], name="gone"), "in.csv")
    assert caught.value.code == 2004


# ------------------------------------------------------------------------------------------- processes that end badly

PROGRAM = """
import sys
from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

folder = sys.argv[1]
backend = DuckDbBackend(DuckDbSettings(database=folder + "/db.duckdb", file_roots=(folder,)))
driver = backend.create_driver_client()
table = pb.ObjectRef(path=["b"], name="t")

def run(command):
    return driver.run_command(StorageCredentials(), command).response

def load(name, **options):
    return run(pb.TableImportFromFileCommand(
        csv_options=pb.CsvOptions(column_names=["id", "text"]),
        file_path=pb.FilePath(root=folder, file_name=name),
        destination=table,
        import_options=pb.ImportOptions(import_strategy=pb.ImportOptions.USER_DEFINED_TABLE, **options),
    ))
"""
PREPARE = """
run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
columns = [pb.TableColumn(name="id", type="INTEGER"), pb.TableColumn(name="text", type="VARCHAR", nullable=True)]
run(pb.CreateTableCommand(path=["b"], table_name="t", columns=columns, primary_key=["id"]))
load("small.csv")
driver.close()
"""
COUNT = """
rows = run(pb.ObjectInfoCommand(path=["b"], name="t", expected_kind=pb.TABLE)).table.rows
objects = [one.name for one in run(pb.ObjectInfoCommand(path=["b"], expected_kind=pb.SCHEMA)).objects]
print(rows, objects)
driver.close()
"""


def program(folder, body, **options):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + textwrap.dedent(body), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def done(process):
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out.strip()


@pytest.fixture
def prepared(tmp_path):
    (tmp_path / "small.csv").write_text("1,a\n2,b\n")
    done(program(tmp_path, PREPARE))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("options", ["", "import_type=pb.ImportOptions.INCREMENTAL, dedup_columns_names=['id']"])
def test_a_process_that_is_killed_in_the_middle_of_an_import_loses_nothing(prepared, options):
    big = prepared / "big.csv"
    with big.open("w") as file:
        file.writelines(f"{number},{'x' * 200}\n" for number in range(1_500_000))
    process = program(prepared, f"print('go', flush=True)\nload('big.csv', {options})\nprint('done', flush=True)")
    assert process.stdout.readline() == "go\n"
    _wait_until_it_has_read(process, big.stat().st_size // 4)
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert "done" not in out
    assert done(program(prepared, COUNT)) == "2 ['t']"


def _wait_until_it_has_read(process, size):
    counters = Path(f"/proc/{process.pid}/io")
    if not counters.exists():
        pytest.skip("this system does not tell what a process has read")
    while process.poll() is None:
        if int(counters.read_text().split("rchar:")[1].split()[0]) > size:
            return
        time.sleep(0.005)


@pytest.mark.slow
def test_a_full_disk_stops_an_import_and_an_export_and_keeps_what_was_there(prepared):
    with (prepared / "big.csv").open("w") as file:
        file.writelines(f"{number},{os.urandom(60).hex()}\n" for number in range(200_000))
    body = """
    from understudy.domain.errors import StorageError

    for attempt in (lambda: load("big.csv"), lambda: run(pb.TableExportToFileCommand(
            source=table, file_path=pb.FilePath(root=folder, file_name="out.csv")))):
        try:
            attempt()
        except StorageError as error:
            print(error.code, error)
    rows = run(pb.ObjectInfoCommand(path=["b"], name="t", expected_kind=pb.TABLE)).table.rows
    print(rows)
    """
    limited = program(prepared, body, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000)))
    out, errors = limited.communicate(timeout=120)
    assert "Traceback" not in errors
    assert out.splitlines()[0].startswith("4000"), out
    assert done(program(prepared, COUNT)) == "2 ['t']"
