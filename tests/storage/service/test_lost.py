"""Commands that are lost on their way: which are sent again, and which never."""

import contextlib
import socket
import threading
import time

import pytest

from understudy.config.models.http import RetrySettings
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageConnectionError
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.retrying import SAFE_COMMANDS, Lost, repeatable, with_retries

PATIENCE = 30
READS = pb.ListSchemasCommand()
WRITES = pb.UpdateProjectCommand()


class Relay:
    """Passes bytes on to ``port``; ``cut`` closes what is open, as a network that breaks."""

    def __init__(self, port):
        self._port = port
        self._pairs = []
        self._passing = []
        self._listener = socket.socket()
        self._listener.bind(("127.0.0.1", 0))  # the port is ours, and refuses connections
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def open(self):
        self._listener.listen()
        self._thread.start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            self._pairs.append((near, far))
            for ends in ((near, far), (far, near)):
                self._passing.append(threading.Thread(target=_pass_on, args=ends, daemon=True))
                self._passing[-1].start()

    def cut(self):
        for pair in list(self._pairs):
            _shut(*pair)

    def close(self):
        with contextlib.suppress(OSError):  # it never listened
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._thread.ident is not None:
            self._thread.join()
        self.cut()
        for thread in self._passing:
            thread.join()
        for pair in self._pairs:
            for one in pair:
                one.close()


def _pass_on(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _shut(source, sink)


def _shut(*ends):
    """End both ways; to close what another thread reads would leave it open for whoever is at its other end."""
    for one in ends:
        with contextlib.suppress(OSError):  # ended already
            one.shutdown(socket.SHUT_RDWR)


class Behind:
    """A server as it is seen through a relay."""

    def __init__(self, relay):
        self.grpc_address = f"127.0.0.1:{relay.port}"
        self.http_url = f"http://127.0.0.1:{relay.port}"


@pytest.fixture
def closed_relay(server, way):
    address = server.grpc_address if way == "grpc" else server.http_address
    between = Relay(address.port)
    yield between
    between.close()


@pytest.fixture
def relay(closed_relay):
    closed_relay.open()
    return closed_relay


def cut_once(driver, relay):
    def hook():
        driver.hook = None
        relay.cut()

    driver.hook = hook


def test_a_command_that_reads_is_sent_again_over_a_new_connection(relay, connect, driver):
    client = connect(Behind(relay))
    cut_once(driver, relay)
    assert client.run_command(StorageCredentials(), READS).response
    assert len(driver.calls) == 2


def test_a_command_that_writes_is_not_sent_again_for_it_may_have_been_carried_out(relay, connect, driver):
    client = connect(Behind(relay))
    client.run_command(StorageCredentials(), READS)  # so that the connection that is lost was in use before
    cut_once(driver, relay)
    with pytest.raises(StorageConnectionError, match="no answer from") as caught:
        client.run_command(StorageCredentials(), WRITES)
    assert caught.value.code == 1001
    assert len(driver.calls) == 2


def test_a_command_whose_client_is_gone_is_stopped(relay, connect, driver):
    client = connect(Behind(relay))
    driver.hook = lambda: threading.Thread(target=lambda: driver.began.wait(PATIENCE) and relay.cut()).start()
    with pytest.raises(StorageConnectionError):
        client.run_command(StorageCredentials(), pb.UpdateProjectCommand(project_id="wait"))
    assert driver.stopped.wait(PATIENCE)


def test_a_refused_connection_is_tried_again_whatever_the_command(closed_relay, connect, driver):
    waits = []

    def sleep(seconds):
        if not waits:
            closed_relay.open()
        waits.append(seconds)
        time.sleep(seconds)

    patient = RetrySettings(max_retries=100, backoff_base=0.1, backoff_max=0.1, jitter=False)
    client = connect(Behind(closed_relay), retry=patient, sleep=sleep)
    client.run_command(StorageCredentials(), WRITES)
    assert waits
    assert len(driver.calls) == 1


def test_where_nobody_listens_the_last_error_says_so(closed_relay, connect, driver):
    client = connect(Behind(closed_relay))
    with pytest.raises(StorageConnectionError, match=f"no answer from 127.0.0.1:{closed_relay.port}") as caught:
        client.run_command(StorageCredentials(), READS)
    assert caught.value.code == 1001
    assert caught.value.retryable
    assert driver.calls == []


@pytest.mark.parametrize(
    ("command", "reached", "attempts"),
    [
        (READS, True, 4),
        (READS, False, 4),
        (WRITES, True, 1),
        (WRITES, False, 4),
        (pb.DropTableCommand(ignore_if_not_exists=True), True, 4),
        (pb.DropTableCommand(), True, 1),
    ],
)
def test_the_rules(command, reached, attempts):
    made, waits = [], []

    def attempt():
        made.append(1)
        raise Lost(StorageConnectionError("lost", backend="b", command="c", code=1001), reached=reached)

    settings = RetrySettings(max_retries=3, backoff_base=1, backoff_max=3, jitter=False)
    with pytest.raises(StorageConnectionError):
        with_retries(attempt, command=command, settings=settings, timeout=None, sleep=waits.append)
    assert len(made) == attempts
    assert waits == [1, 2, 3][: attempts - 1]


def test_no_retry_begins_after_the_time_limit():
    made = []

    def attempt():
        made.append(1)
        raise Lost(StorageConnectionError("lost", backend="b", command="c", code=1001), reached=False)

    settings = RetrySettings(max_retries=9, backoff_base=10, jitter=False)
    with pytest.raises(StorageConnectionError):
        with_retries(attempt, command=READS, settings=settings, timeout=5, sleep=lambda seconds: None)
    assert len(made) == 1


def test_every_safe_command_is_one_of_the_protocol():
    messages = pb.DESCRIPTOR.message_types_by_name
    assert all(f"{name}Command" in messages or name in messages for name in SAFE_COMMANDS)
    assert repeatable(pb.DescribeService())
    assert not repeatable(pb.ExecuteQueryCommand(query="SELECT 1"))
