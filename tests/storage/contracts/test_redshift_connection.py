"""Logging in to Redshift, stopping it and losing it, through its driver against PostgreSQL behind a proxy."""

import socket

import pytest

from understudy.config.models.storage_backends import RedshiftSettings
from understudy.domain.errors import StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.redshift.backend import RedshiftBackend


@pytest.fixture
def driver(redshift_server):
    settings = RedshiftSettings(host=redshift_server.host, port=redshift_server.port, tls=False, connect_timeout=10)
    client = RedshiftBackend(settings).create_driver_client()
    yield client
    client.close()


@pytest.fixture
def credentials(redshift_server):
    return StorageCredentials(principal=redshift_server.user, secret=Secret(redshift_server.password))


def test_a_wrong_password_is_1002_and_leaves_no_socket_open(driver, redshift_server, monkeypatch):
    """The driver leaves it open."""
    opened = []

    class Kept(socket.socket):
        """A socket that is known here."""

        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            opened.append(self)

    monkeypatch.setattr(socket, "socket", Kept)
    wrong = StorageCredentials(principal=redshift_server.user, secret=Secret("wr0ng"))  # pragma: allowlist secret
    with pytest.raises(StorageError) as caught:
        driver.run_command(wrong, pb.ListSchemasCommand())
    assert caught.value.code == 1002
    assert "wr0ng" not in str(caught.value)
    assert {one.fileno() for one in opened} == {-1}


def test_a_statement_is_stopped_when_its_time_is_over(driver, credentials):
    """By the server: the answer is a query's timeout, and the next command works."""
    slow = pb.ExecuteQueryCommand(query="SELECT count(*) FROM pg_sleep(60)", timeout_seconds=2)
    told = driver.run_command(credentials, slow).response
    assert (told.status, told.code) == (pb.ExecuteQueryResponse.ERROR, 6002)
    assert driver.run_command(credentials, pb.ListSchemasCommand()).response.schemas


def test_a_limit_of_the_command_is_the_server_s_too(driver, credentials):
    """And it is taken back for the next command of the same connection."""
    asked = pb.ObjectInfoCommand(path=["pg_nothing"])
    for options in (RuntimeOptions(timeout=600), RuntimeOptions()):
        with pytest.raises(StorageError) as caught:
            driver.run_command(credentials, asked, runtime_options=options)
        assert caught.value.code == 2003


def test_a_path_of_another_database_is_1003(driver, credentials):
    """A connection is of one database."""
    with pytest.raises(StorageError) as caught:
        driver.run_command(credentials, pb.ObjectInfoCommand(path=["other", "public"]))
    assert caught.value.code == 1003


def test_a_server_that_is_not_there_is_1001():
    """And worth another try."""
    driver = RedshiftBackend(RedshiftSettings(host="127.0.0.1", port=9, tls=False)).create_driver_client()
    with pytest.raises(StorageError) as caught:
        driver.run_command(StorageCredentials(principal="u", secret=Secret("p")), pb.ListSchemasCommand())
    assert (caught.value.code, caught.value.retryable) == (1001, True)
    driver.close()


def test_no_password_goes_over_a_network_in_the_clear():
    """Without TLS only to this machine."""
    driver = RedshiftBackend(RedshiftSettings(host="cluster.example.com", tls=False)).create_driver_client()
    with pytest.raises(StorageError) as caught:
        driver.run_command(StorageCredentials(principal="u", secret=Secret("p")), pb.ListSchemasCommand())
    assert caught.value.code == 3000
    driver.close()


def test_query_tags_that_are_too_long_are_refused(driver, credentials):
    """The engine takes 320 characters."""
    with pytest.raises(StorageError) as caught:
        driver.run_command(credentials, pb.ListSchemasCommand(), runtime_options=RuntimeOptions(run_id="x" * 400))
    assert caught.value.code == 3000
