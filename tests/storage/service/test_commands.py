"""Commands over gRPC and over HTTP are what they are in process: the same values, errors and limits."""

import threading

import pytest

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import MissingCredentialsError, StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage import LogLevel, LogMessage, RuntimeOptions, StorageCredentials
from understudy.domain.storage_errors import (
    ObjectNotFoundError,
    StorageCode,
    StorageConnectionError,
    StorageValidationError,
    UnsupportedCommandError,
    storage_error,
)
from understudy.providers.storage.protocol import storage_pb2 as pb

CREDENTIALS = StorageCredentials(
    host="db.example",
    principal="me",
    secret=Secret("s3cr3t-password"),
    port=5439,
    meta={"database": "dev", "timeout": 30, "ratio": 0.5, "key": Secret("pem-key"), "nested": {"deep": [1, 2]}},
)
PATIENCE = 30


def fail(code, message="no", timezone=""):
    return pb.UpdateProjectCommand(project_id=str(int(code)), region=message, timezone=timezone)


def test_a_command_arrives_whole_and_its_answer_too(client, driver):
    options = RuntimeOptions(run_id="run-1", query_tags={"team": "a"}, timeout=20)
    result = client.run_command(CREDENTIALS, pb.ListSchemasCommand(database_name="d"), ("feature-x",), options)
    assert list(result.response.schemas) == ["d"]
    assert result.messages == (LogMessage(level=LogLevel.NOTICE, message="one schema"),)
    (credentials, command, features, arrived) = driver.calls[0]
    assert credentials == CREDENTIALS
    assert isinstance(credentials.meta["key"], Secret)
    assert isinstance(credentials.meta["timeout"], int)
    assert command == pb.ListSchemasCommand(database_name="d")
    assert (features, arrived.run_id, arrived.query_tags) == (("feature-x",), "run-1", {"team": "a"})
    assert 0 < arrived.timeout <= 20


def test_a_command_that_returns_nothing_returns_none(client):
    result = client.run_command(StorageCredentials(), pb.UpdateProjectCommand())
    assert (result.response, result.messages) == (None, ())


@pytest.mark.parametrize("code", list(StorageCode), ids=lambda code: code.name)
def test_every_error_arrives_as_it_was_raised(client, code):
    with pytest.raises(StorageError) as caught:
        client.run_command(StorageCredentials(), fail(code, "täble 'x' is not there", "retryable"))
    local = storage_error(
        code, "täble 'x' is not there", backend="scripted", command="UpdateProject", hint="Do otherwise."
    )
    assert type(caught.value) is type(local)
    assert str(caught.value) == str(local)
    assert caught.value.retryable
    assert caught.value.log == (LogMessage(level=LogLevel.WARNING, message="told before"),)


def test_a_very_long_error_still_arrives_with_its_code(client):
    with pytest.raises(ObjectNotFoundError) as caught:
        client.run_command(StorageCredentials(), fail(2004, "x" * 50_000))
    assert caught.value.code == 2004
    assert caught.value.reason.startswith("xxx")


def test_what_the_driver_should_not_raise_becomes_a_typed_error_that_repeats_no_secret(client):
    with pytest.raises(StorageError) as caught:
        client.run_command(StorageCredentials(), pb.UpdateProjectCommand(project_id="crash"))
    assert caught.value.code == 0
    assert "RuntimeError" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_capabilities_and_the_name_are_the_drivers_own(client, driver):
    assert client.capabilities == driver.capabilities
    assert client.backend == "scripted"


def test_a_message_that_is_no_command_of_this_service_is_refused_with_900(server, connect, driver):
    from google.protobuf import wrappers_pb2

    client = connect(server)
    with pytest.raises(StorageError):
        client.run_command(StorageCredentials(), fail(900))
    message = pb.DriverRequest()
    message.command.Pack(wrappers_pb2.StringValue(value="x"))
    message.command.type_url = "type.googleapis.com/understudy.storage.v1.CreateRocketCommand"
    with pytest.raises(UnsupportedCommandError, match="CreateRocketCommand: there is no such command"):
        client._exchange(message, pb.ListSchemasCommand(), None)


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(client, timeout):
    with pytest.raises(StorageValidationError, match="timeout_seconds"):
        client._exchange(
            pb.DriverRequest(runtime_options=pb.RuntimeOptions(timeout_seconds=timeout)),
            pb.ListSchemasCommand(),
            None,
        )


def test_a_wrong_token_runs_nothing(server, connect, driver):
    for token in (None, Secret("the-token-of-these-testS"), Secret("the-token-of-these-test")):
        with pytest.raises(StorageConnectionError, match="no valid token") as caught:
            connect(server, token=token).run_command(StorageCredentials(), pb.ListSchemasCommand())
        assert caught.value.code == 1002
    assert driver.calls == []


def test_each_of_several_tokens_is_valid(server, connect):
    client = connect(server, token=Secret("an-older-token-still-valid"))
    assert client.run_command(StorageCredentials(), pb.ListSchemasCommand()).response


def test_a_request_without_credentials_runs_with_those_of_the_service(serve, connect, driver):
    with serve(credentials={"scripted": lambda: CREDENTIALS}) as server:
        client = connect(server)
        client.run_command(None, pb.ListSchemasCommand())
        client.run_command(StorageCredentials(principal="mine"), pb.ListSchemasCommand())
    assert [call[0].principal for call in driver.calls] == ["me", "mine"]


def test_credentials_that_the_service_lacks_are_an_authentication_error(serve, connect):
    def missing():
        raise MissingCredentialsError("scripted", variables=["SCRIPTED_KEY"])

    served = serve(credentials={"scripted": missing})
    with served as server, pytest.raises(StorageConnectionError, match="SCRIPTED_KEY") as caught:
        connect(server).run_command(None, pb.ListSchemasCommand())
    assert caught.value.code == 1002


def test_a_backend_is_chosen_by_name_and_an_unknown_one_is_refused(serve, connect, driver):
    other = type(driver)()
    with serve(drivers={"scripted": driver, "other": other}) as server:
        connect(server, backend="other").run_command(StorageCredentials(), pb.ListSchemasCommand())
        with pytest.raises(StorageValidationError, match="Did you mean 'other'"):
            connect(server, backend="othr").run_command(StorageCredentials(), pb.ListSchemasCommand())
        with pytest.raises(StorageValidationError, match=r"names no backend.*other, scripted"):
            connect(server).run_command(StorageCredentials(), pb.ListSchemasCommand())
        with pytest.raises(StorageValidationError, match="no backend 'othr'"):
            _ = connect(server, backend="othr").capabilities
    assert (len(driver.calls), len(other.calls)) == (0, 1)


def test_a_request_that_is_too_large_is_refused_by_the_service(serve, connect, driver):
    with serve(max_message=10_000) as server, pytest.raises(StorageValidationError, match=r"larger than") as caught:
        connect(server).run_command(StorageCredentials(), pb.ListSchemasCommand(database_name="x" * 20_000))
    assert caught.value.code == 3001
    assert driver.calls == []


def test_a_request_that_is_too_large_for_the_client_is_not_sent(server, connect, driver):
    client = connect(server, max_message=10_000)
    with pytest.raises(StorageValidationError, match="nothing was sent") as caught:
        client.run_command(StorageCredentials(), pb.ListSchemasCommand(database_name="x" * 20_000))
    assert caught.value.code == 3001
    assert driver.calls == []


def test_an_answer_that_is_too_large_says_that_the_command_was_carried_out(serve, connect):
    names = "+" * 6_000  # a byte each on their way there, two on their way back
    with serve(max_message=7_000) as server, pytest.raises(StorageValidationError, match="carried out") as caught:
        connect(server).run_command(None, pb.ListSchemasCommand(database_name=names))
    assert caught.value.code == 3001


def test_a_limit_in_time_reaches_the_command_and_comes_back_typed(client):
    with pytest.raises(StorageConnectionError) as caught:
        client.run_command(
            StorageCredentials(), pb.UpdateProjectCommand(project_id="wait"), (), RuntimeOptions(timeout=0.05)
        )
    assert caught.value.code == 1000


def test_a_cancelled_call_stops_the_command(client, driver):
    cancellation = Cancellation()
    canceller = threading.Thread(target=lambda: driver.began.wait(PATIENCE) and cancellation.cancel(), daemon=True)
    canceller.start()
    with pytest.raises(StorageConnectionError) as caught:
        client.run_command(
            StorageCredentials(),
            pb.UpdateProjectCommand(project_id="wait"),
            (),
            RuntimeOptions(cancellation=cancellation),
        )
    canceller.join()
    assert caught.value.code == 1004
    assert driver.stopped.wait(PATIENCE), "the driver must hear of it"


def test_closing_the_client_stops_what_it_runs_and_closing_twice_is_harmless(client, driver):
    closer = threading.Thread(target=lambda: driver.began.wait(PATIENCE) and client.close(), daemon=True)
    closer.start()
    with pytest.raises(StorageConnectionError) as caught:
        client.run_command(StorageCredentials(), pb.UpdateProjectCommand(project_id="wait"))
    closer.join()
    client.close()
    assert caught.value.code == 1004
    assert driver.stopped.wait(PATIENCE)
    with pytest.raises(StorageConnectionError, match="closed"):
        client.run_command(StorageCredentials(), pb.ListSchemasCommand())


def test_many_threads_share_a_client(client, driver):
    found = []

    def ask(number):
        command = pb.ListSchemasCommand(database_name=str(number))
        found.append((number, *client.run_command(StorageCredentials(), command).response.schemas))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(found) == [(number, str(number)) for number in range(20)]
