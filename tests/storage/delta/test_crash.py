"""A process that is killed in the middle of an import leaves the last version whole, and the next one goes on."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest

from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.storage import StorageCredentials
from understudy.providers.storage.delta.backend import DeltaBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

PROGRAM = textwrap.dedent(
    """
    import sys
    from understudy.config.models.storage_backends import DeltaSettings
    from understudy.domain.storage import StorageCredentials
    from understudy.providers.storage.delta.backend import DeltaBackend
    from understudy.providers.storage.protocol import storage_pb2 as pb

    folder, name, options = sys.argv[1], sys.argv[2], eval(sys.argv[3])
    driver = DeltaBackend(DeltaSettings(location=folder + "/lake", file_roots=(folder,))).create_driver_client()
    columns = pb.CsvOptions(column_names=["id", "text"])
    strategy = pb.ImportOptions.USER_DEFINED_TABLE
    driver.run_command(StorageCredentials(), pb.TableImportFromFileCommand(
        csv_options=columns,
        file_path=pb.FilePath(root=folder, file_name=name),
        destination=pb.ObjectRef(path=["b"], name="t"),
        import_options=pb.ImportOptions(import_strategy=strategy, **options),
    ))
    driver.close()
    print("done", flush=True)
    """
)
BY_KEY = "dict(import_type=pb.ImportOptions.INCREMENTAL, dedup_columns_names=['id'])"
REPLACED = "dict(create_mode=pb.ImportOptions.REPLACE)"


@pytest.fixture
def lake(tmp_path):
    (tmp_path / "small.csv").write_text("1,a\n2,b\n")
    settings = DeltaSettings(location=str(tmp_path / "lake"), file_roots=(str(tmp_path),))
    driver = DeltaBackend(settings).create_driver_client()

    def run(command):
        return driver.run_command(StorageCredentials(), command).response

    run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
    columns = [pb.TableColumn(name="id", type="INTEGER"), pb.TableColumn(name="text", type="VARCHAR", nullable=True)]
    run(pb.CreateTableCommand(path=["b"], table_name="t", columns=columns))
    assert importing(tmp_path, "small.csv", "{}").communicate(timeout=60)[0] == "done\n"
    yield run
    driver.close()


def importing(folder, name, options):
    command = [sys.executable, "-c", PROGRAM, str(folder), name, options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("options", ["{}", BY_KEY, REPLACED], ids=["whole", "by key", "replaced"])
def test_a_killed_import_leaves_the_last_version_whole(lake, tmp_path, options):
    with (tmp_path / "big.csv").open("w") as file:
        file.writelines(f"{number},{number * 7919 % 1_000_003:x}{'x' * 150}\n" for number in range(1_500_000))
    process = importing(tmp_path, "big.csv", options)
    table = tmp_path / "lake" / "b" / "t"
    before = set(table.rglob("*"))
    while process.poll() is None and not set(table.rglob("*")) - before:
        time.sleep(0.005)  # until the first file of rows is there, which no version has yet
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (-signal.SIGKILL, "")
    shown = lake(pb.PreviewTableCommand(path=["b"], table_name="t"))
    assert sorted(shown.columns[0].values) == ["1", "2"]
    assert [one.name for one in lake(pb.ObjectInfoCommand(path=["b"])).objects] == ["t"]
    assert importing(tmp_path, "small.csv", options).communicate(timeout=60)[0] == "done\n"
    assert lake(pb.PreviewTableCommand(path=["b"], table_name="t")).row_count == 2
