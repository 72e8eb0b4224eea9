"""The jobs that BigQuery is given: their labels, their limits, and how they are stopped."""

import threading

import pytest

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb


def query(**options):
    return pb.ExecuteQueryCommand(query="SELECT 1", **options)


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
    client.hang()
    with pytest.raises(StorageError) as caught:
        run(pb.DropTableCommand(path=["d"], table_name="t"), timeout=0.05)
    assert caught.value.code == StorageCode.TIMEOUT
    assert client.job.cancelled.is_set()


def test_a_job_that_nobody_wants_any_more_is_cancelled(run, client):
    client.hang()
    cancellation = Cancellation()
    threading.Timer(0.05, cancellation.cancel).start()
    with pytest.raises(StorageError) as caught:
        run(pb.DropTableCommand(path=["d"], table_name="t"), cancellation=cancellation)
    assert caught.value.code == StorageCode.CANCELLED
    assert client.job.cancelled.is_set()
