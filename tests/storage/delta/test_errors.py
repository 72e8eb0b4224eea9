"""What goes wrong outside of the tables: a store that does not answer, a folder that is none."""

import socket

import pytest

from understudy.config.models.storage_backends import DeltaSettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.delta.backend import DeltaBackend
from understudy.providers.storage.protocol import storage_pb2 as pb

SECRET = "a-key-that-nobody-sees"  # pragma: allowlist secret


@pytest.fixture
def failure():
    """The error of the first command on a lake of these settings."""
    drivers = []

    def fail(**settings):
        driver = DeltaBackend(DeltaSettings(**settings)).create_driver_client()
        drivers.append(driver)
        with pytest.raises(StorageError) as caught:
            driver.run_command(StorageCredentials(), pb.ListSchemasCommand())
        return caught.value

    yield fail
    for driver in drivers:
        driver.close()


@pytest.mark.slow  # the store is asked again before it is given up
def test_a_store_that_does_not_answer_may_be_asked_again_and_shows_no_secret(failure):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        error = failure(location="s3://lake", endpoint=endpoint, region="r", key="user", secret=SECRET)
    assert (error.code, error.retryable) == (StorageCode.CONNECTION, True)
    assert SECRET not in f"{error} {error!r}"
    assert "Debug source" not in str(error)


def test_a_location_that_is_a_file_is_told(failure, tmp_path):
    (tmp_path / "file").write_text("x")
    error = failure(location=str(tmp_path / "file"))
    assert error.code == StorageCode.CONNECTION


def test_a_log_that_is_broken_is_told_and_touches_no_other_table(tmp_path):
    driver = DeltaBackend(DeltaSettings(location=str(tmp_path))).create_driver_client()

    def run(command):
        return driver.run_command(StorageCredentials(), command).response

    run(pb.CreateBucketCommand(bucket_id="b", is_default_branch=True))
    for name in ("broken", "whole"):
        columns = [pb.TableColumn(name="id", type="INTEGER")]
        run(pb.CreateTableCommand(path=["b"], table_name=name, columns=columns))
    (log,) = (tmp_path / "b" / "broken" / "_delta_log").glob("*.json")
    log.write_text("{")
    with pytest.raises(StorageError) as caught:
        run(pb.PreviewTableCommand(path=["b"], table_name="broken"))
    assert caught.value.code in (StorageCode.QUERY_FAILED, StorageCode.TABLE_NOT_FOUND)
    assert run(pb.PreviewTableCommand(path=["b"], table_name="whole")).row_count == 0
    run(pb.DropTableCommand(path=["b"], table_name="broken"))
    assert [one.name for one in run(pb.ObjectInfoCommand(path=["b"])).objects] == ["whole"]
    driver.close()
