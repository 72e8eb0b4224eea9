"""The files of an embedded database: who may open them, and what is left of them after a crash."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import pytest

from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageConnectionError, StorageValidationError
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

WRITER = """
import sys
from understudy.config.models.storage import DuckDbSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

driver = DuckDbBackend(DuckDbSettings(database=sys.argv[1])).create_driver_client()
def run(query):
    told = driver.run_command(StorageCredentials(), pb.ExecuteQueryCommand(query=query)).response
    assert told.status == 0, told.message
driver.run_command(StorageCredentials(), pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
for place in ("understudy.main", "P1.main"):
    run(f"CREATE TABLE {place}.t AS SELECT * FROM range(1000) r(a)")
print("ready", flush=True)
if sys.argv[2] == "write":
    while True:
        run("INSERT INTO understudy.main.t SELECT a FROM range(2000000) r(a)")
        run("INSERT INTO P1.main.t SELECT a FROM range(2000000) r(a)")
sys.stdin.read()
"""


@contextlib.contextmanager
def opened(database, **settings):
    driver = DuckDbBackend(DuckDbSettings(database=str(database), **settings)).create_driver_client()

    def run(command):
        return driver.run_command(StorageCredentials(), command).response

    try:
        yield run
    finally:
        driver.close()


@contextlib.contextmanager
def writer(database, what):
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database), what], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def cells(told):
    assert told.status == pb.ExecuteQueryResponse.SUCCESS, told.message
    return [list(column.values) for column in told.columns]


@pytest.fixture
def database(tmp_path):
    return tmp_path / "data" / "it's mine.duckdb"


def test_what_was_written_is_there_when_the_files_are_opened_again(database):
    with opened(database) as run:
        run(pb.CreateProjectCommand(stack_prefix="p/..", project_id='"1'))
        run(pb.ExecuteQueryCommand(query="CREATE TABLE t AS SELECT 1 AS a", path_restriction=['P/.."1', "main"]))
    with opened(database) as run:
        told = run(pb.ExecuteQueryCommand(query="SELECT a FROM t", path_restriction=['P/.."1', "main"]))
        assert cells(told) == [["1"]]
        run(pb.DropProjectCommand(database_name='P/.."1'))
    files = [name for _, _, names in os.walk(database.parent) for name in names]
    assert files == ["it's mine.duckdb"]


def test_the_projects_files_are_where_the_settings_say(database, tmp_path):
    folder = tmp_path / "elsewhere"
    with opened(database, projects=str(folder)) as run:
        run(pb.CreateProjectCommand(stack_prefix="p", project_id="1"))
    assert [file.name for file in folder.iterdir()] == ["P1.duckdb"]


def test_a_project_whose_name_no_file_can_have_is_refused(database):
    with opened(database) as run:
        with pytest.raises(StorageValidationError, match="too long for a file") as caught:
            run(pb.CreateProjectCommand(stack_prefix="p" * 300, project_id="1"))
        assert caught.value.code == 3000


def test_a_second_writer_is_told_who_the_first_is_and_what_to_do(database):
    with writer(database, "wait") as first, opened(database) as run:
        with pytest.raises(StorageConnectionError, match=f"process {first.pid} has the database open") as caught:
            run(pb.ListSchemasCommand())
        assert caught.value.code == 1001
        assert "understudy storage serve" in caught.value.hint
        assert caught.value.retryable
        first.kill()
        first.wait()
        assert run(pb.ListSchemasCommand()).schemas


def test_many_may_read_while_none_writes(database):
    with opened(database) as run:
        run(pb.ExecuteQueryCommand(query="CREATE TABLE t AS SELECT 7 AS a"))
    with opened(database, read_only=True) as first, opened(database, read_only=True) as second:
        for run in (first, second):
            assert cells(run(pb.ExecuteQueryCommand(query="SELECT a FROM t"))) == [["7"]]
            told = run(pb.ExecuteQueryCommand(query="INSERT INTO t VALUES (8)"))
            assert told.status == pb.ExecuteQueryResponse.ERROR
            assert "read-only" in told.message


def test_commands_of_many_threads_run_side_by_side(database):
    failures = []

    def work(run, number):
        try:
            run(pb.CreateBucketCommand(bucket_id=f"b{number}", is_default_branch=True))
            for value in range(5):
                run(pb.ExecuteQueryCommand(query=f"CREATE TABLE t{value} AS SELECT 1", path_restriction=[f"b{number}"]))
            assert len(run(pb.ObjectInfoCommand(path=[f"b{number}"])).objects) == 5
        except Exception as error:  # noqa: BLE001 - a thread's errors are looked at in the test's own
            failures.append(error)

    with opened(database) as run:
        threads = [threading.Thread(target=work, args=(run, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_writer_killed_in_the_middle_leaves_whole_transactions_only(database):
    with writer(database, "write") as process:
        wal = database.with_name(f"{database.name}.wal")
        before = size(database) + size(wal)
        while size(database) + size(wal) == before:  # until it has begun to write
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    with opened(database) as run:
        for place in ("understudy.main", "P1.main"):
            ((count,),) = cells(run(pb.ExecuteQueryCommand(query=f"SELECT count(*) FROM {place}.t")))
            assert int(count) % 2_000_000 == 1000
        run(pb.ExecuteQueryCommand(query="CREATE TABLE next AS SELECT 1"))


def size(file):
    return file.stat().st_size if file.exists() else 0


def test_a_file_that_is_no_database_is_told_as_such(tmp_path):
    file = tmp_path / "no.duckdb"
    file.write_text("this is a text, and a rather long one, so that it has the length of a header" * 100)
    with opened(file) as run:
        with pytest.raises(StorageConnectionError, match="not a valid DuckDB database") as caught:
            run(pb.ListSchemasCommand())
        assert caught.value.code == 1001
    assert file.read_text().startswith("this is a text")
