"""Commands that are stopped: by their limit in time, and by who had asked for them."""

import threading

import pytest

from understudy.domain.cancellation import Cancellation
from understudy.domain.storage import IdentifierRules, RuntimeOptions, StorageCapabilities, StorageCredentials
from understudy.domain.storage_errors import StorageConnectionError
from understudy.providers.storage.connection import Connection, Rows
from understudy.providers.storage.driver import LocalDriver
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.protocol import storage_pb2 as pb

PATIENCE = 30


class Slow(Connection):
    """Runs ``forever`` until it is interrupted."""

    def __init__(self):
        self.began = threading.Event()
        self.interrupted = threading.Event()
        self.statements = []

    def execute(self, sql, parameters=(), *, limit=None):
        self.statements.append(sql)
        if sql == "forever":
            self.began.set()
            if self.interrupted.wait(PATIENCE):
                raise OSError("interrupted")
        return Rows()

    def begin(self):
        self.statements.append("begin")

    def commit(self):
        self.statements.append("commit")

    def rollback(self):
        self.statements.append("rollback")

    def interrupt(self):
        self.interrupted.set()

    def close(self):
        pass


class Backend:
    name = title = "slow"
    capabilities = StorageCapabilities(commands=frozenset({"ListSchemas"}), identifiers=IdentifierRules())
    connection_limit = 1
    time_limit = None

    def __init__(self, handler):
        self.handlers = {"ListSchemas": handler}
        self.connection = Slow()

    def connect(self, credentials):
        return self.connection

    def translate(self, error):
        return CommandFault(0, str(error))

    def close(self):
        pass


def run(backend, **options):
    driver = LocalDriver(backend)
    try:
        return driver.run_command(
            StorageCredentials(), pb.ListSchemasCommand(), runtime_options=RuntimeOptions(**options)
        )
    finally:
        driver.close()


def forever(session, command):
    with session.transaction():
        session.execute("forever")


def test_a_limit_in_time_interrupts_the_statement_and_rolls_back():
    backend = Backend(forever)
    with pytest.raises(StorageConnectionError, match=r"stopped after 0\.05 seconds") as caught:
        run(backend, timeout=0.05)
    assert caught.value.code == 1000
    assert backend.connection.statements == ["begin", "forever", "rollback"]


def test_a_cancelled_command_is_interrupted_with_a_code_of_its_own():
    backend = Backend(forever)
    cancellation = Cancellation()
    canceller = threading.Thread(
        target=lambda: backend.connection.began.wait(PATIENCE) and cancellation.cancel(), daemon=True
    )
    canceller.start()
    with pytest.raises(StorageConnectionError, match="no longer wants it") as caught:
        run(backend, cancellation=cancellation)
    canceller.join()
    assert caught.value.code == 1004
    assert backend.connection.statements == ["begin", "forever", "rollback"]


def test_what_was_cancelled_before_it_began_touches_nothing():
    cancellation = Cancellation()
    cancellation.cancel()
    backend = Backend(forever)
    with pytest.raises(StorageConnectionError) as caught:
        run(backend, cancellation=cancellation)
    assert caught.value.code == 1004
    assert backend.connection.statements == []


def test_a_cancellation_between_two_statements_is_not_lost_and_clearing_up_still_works():
    cancellation = Cancellation()

    def handler(session, command):
        try:
            session.execute("first")
            cancellation.cancel()
            session.execute("second")
        finally:
            session.execute("drop staging")

    backend = Backend(handler)
    with pytest.raises(StorageConnectionError) as caught:
        run(backend, cancellation=cancellation)
    assert caught.value.code == 1004
    assert backend.connection.statements == ["first", "drop staging"]


def test_a_cancellation_after_the_end_reaches_nobody():
    cancellation = Cancellation()
    backend = Backend(lambda session, command: session.execute("only") and None)
    run(backend, cancellation=cancellation)
    cancellation.cancel()
    assert not backend.connection.interrupted.is_set()


def test_a_limit_beyond_what_the_system_can_wait_does_not_end_the_watch():
    backend = Backend(lambda session, command: session.execute(session.options.run_id) and None)
    driver = LocalDriver(backend)
    try:
        run_on(driver, run_id="quick", timeout=1e300)
        with pytest.raises(StorageConnectionError, match=r"after 0\.05 seconds"):
            run_on(driver, run_id="forever", timeout=0.05)
    finally:
        driver.close()


def run_on(driver, **options):
    return driver.run_command(StorageCredentials(), pb.ListSchemasCommand(), runtime_options=RuntimeOptions(**options))
