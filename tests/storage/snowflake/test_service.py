"""The connector itself against a server: what it sends, and how it is stopped."""

import logging
import threading

import pytest

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError
from understudy.domain.storage import RuntimeOptions
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb


def ask(connected, query, **options):
    driver, credentials = connected
    return driver.run_command(
        credentials, pb.ExecuteQueryCommand(query=query), runtime_options=RuntimeOptions(**options)
    ).response


def test_marks_and_session_settings_are_sent(connected, service):
    answer = ask(connected, "SELECT 42", run_id="7", query_tags={"team": "data"})
    assert list(answer.columns[0].values) == ["42"]
    assert service.queries[-1]["parameters"]["QUERY_TAG"] == '{"run_id": "7", "team": "data"}'
    assert service.logins[0]["SESSION_PARAMETERS"]["QUOTED_IDENTIFIERS_IGNORE_CASE"] is False
    assert service.logins[0]["LOGIN_NAME"] == "u"


def test_a_query_that_takes_too_long_is_aborted_on_the_server(connected, service):
    answer = ask(connected, "SELECT SYSTEM$WAIT(60)", timeout=0.3)
    assert answer.code == StorageCode.QUERY_TIMEOUT
    assert service.aborted.is_set()


def test_a_query_that_nobody_wants_any_more_is_aborted_on_the_server(connected, service):
    cancellation = Cancellation()

    def cancel():
        service.waiting.wait(10)
        cancellation.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(StorageError) as caught:
        ask(connected, "SELECT SYSTEM$WAIT(60)", cancellation=cancellation)
    canceller.join()
    assert caught.value.code == StorageCode.CANCELLED
    assert service.aborted.is_set()


def test_a_wrong_password_is_said_so_and_not_repeated(connected, service):
    service.refusal = "390100"
    with pytest.raises(StorageError) as caught:
        ask(connected, "SELECT 42")
    assert caught.value.code == StorageCode.AUTHENTICATION
    assert not caught.value.retryable
    assert len(service.logins) == 1


@pytest.mark.slow
def test_a_server_that_is_gone_is_given_up_at_the_commands_limit(connected, service):
    ask(connected, "SELECT 42")
    service.shutdown()
    service.server_close()
    with pytest.raises(StorageError) as caught:
        ask(connected, "SELECT 42", timeout=1)
    assert caught.value.code in {StorageCode.TIMEOUT, StorageCode.CONNECTION}


def test_no_statement_is_in_the_connectors_log(connected, caplog):
    """It masks the keys of S3, but not what Azure signs, nor all passwords."""
    with caplog.at_level(logging.DEBUG):
        ask(connected, "SELECT 'sv=1&sig=t0ps3cr3t' AS AZURE_SAS_TOKEN")
    assert "running query" in caplog.text
    assert "t0ps3cr3t" not in caplog.text
