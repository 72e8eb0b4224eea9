"""The storage of an application: commands by name, by alias, by instance, by default."""

import asyncio
import threading

import pytest

from understudy.config.loader import settings_from
from understudy.config.models.storage import DuckDbSettings
from understudy.domain.errors import (
    ConfigurationError,
    MissingDependencyError,
    ProviderNotFoundError,
    WiringError,
)
from understudy.domain.storage import RuntimeOptions, StorageCredentials
from understudy.domain.storage_errors import ObjectExistsError
from understudy.providers.storage.credentials.resolvers import Fixed
from understudy.providers.storage.facade import Storage
from understudy.providers.storage.mock.driver import MockDriver
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.registry import storage_registry
from understudy.providers.storage.spec import BackendSpec

BUCKET = pb.CreateBucketCommand(bucket_id="b", is_default_branch=True)


@pytest.fixture
def storage():
    """Makes a Storage of a mapping of settings."""
    made = []

    def make(settings=None, registry=None, **arguments):
        loaded = settings_from({"storage": {"use": "mock", **(settings or {})}})
        one = Storage(loaded.settings.storage, registry or storage_registry(plugins=False), **arguments)
        made.append(one)
        return one

    yield make
    for each in made:
        each.close()


def test_a_call_that_names_no_backend_goes_to_the_default(storage):
    one = storage()
    assert one.default == "duckdb"
    assert list(one.run(BUCKET).response.path) == ["b"]
    assert one.driver() is one.driver("duckdb") is one.driver("DUCK")
    assert one.capabilities() is one.driver().capabilities


def test_instances_of_one_backend_are_apart(storage):
    one = storage({"default": "second", "instances": {"duckdb": {"second": {}, "third": {}}}})
    assert set(one.names) >= {"duckdb", "second", "third"}
    for name in ("second", "third", "duckdb"):
        one.run(BUCKET, backend=name)
    with pytest.raises(ObjectExistsError):
        one.run(BUCKET)
    assert one.driver("second") is one.driver() is not one.driver("third")


def test_an_instances_name_that_is_taken_is_a_fault_of_the_settings(storage):
    with pytest.raises(ConfigurationError, match="the name is taken by 'duck'"):
        storage({"instances": {"duckdb": {"Duck": {}}}})
    with pytest.raises(ConfigurationError, match=r"storage\.instances\.snowflake\.a: the name is taken by 'duckdb\.a'"):
        storage({"instances": {"duckdb": {"a": {}}, "snowflake": {"a": {}}}})


def test_a_name_that_nobody_has_is_answered_with_the_nearest(storage):
    one = storage({"instances": {"duckdb": {"reporting": {}}}})
    with pytest.raises(ProviderNotFoundError, match="Did you mean 'reporting'"):
        one.run(BUCKET, backend="reportin")


def test_credentials_come_with_the_call_or_from_a_resolver(storage):
    one = storage()
    ada, bob = StorageCredentials(principal="ada"), StorageCredentials(principal="bob")
    one.run(BUCKET, credentials=ada)
    one.run(pb.DropBucketCommand(bucket_object_name="b"), credentials=Fixed(bob))
    one.run(BUCKET)
    assert [call.principal for call in one.driver().calls] == ["ada", "bob", ""]


def test_closing_closes_what_was_opened_and_a_closed_storage_says_so(storage):
    one = storage()
    driver = one.driver()
    one.close()
    one.close()
    with pytest.raises(RuntimeError, match="closed"):
        one.driver()
    with pytest.raises(Exception, match="closed"):
        driver.run_command(StorageCredentials(), BUCKET)


def test_one_driver_however_many_threads_ask_first(storage):
    one = storage()
    found, barrier = [], threading.Barrier(8)

    def ask():
        barrier.wait()
        found.append(one.driver())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


class AcmeSettings(DuckDbSettings):
    """A third party's backend."""

    url: str = "acme://here"


def _with_acme(**changes):
    registry = storage_registry(plugins=False)
    known = {"backend": "understudy.providers.storage.duckdb.backend:DuckDbBackend", "settings": AcmeSettings}
    registry.register(BackendSpec(name="acme", title="Acme", aliases=("ac",), **{**known, **changes}))
    return registry


def test_a_third_partys_backend_answers_with_its_own_settings(storage):
    one = storage({"plugins": {"acme": {"url": "acme://there"}}}, _with_acme())
    assert one.instance("ac").section == AcmeSettings(url="acme://there")
    assert one.instance("ac").key == "storage.plugins.acme"
    assert isinstance(one.driver("acme"), MockDriver)


def test_what_is_wrong_with_a_third_partys_backend_is_said(storage):
    with pytest.raises(ConfigurationError, match=r"storage\.plugins\.acme\.urll"):
        storage({"plugins": {"acme": {"urll": "x"}}}, _with_acme()).driver("acme")
    with pytest.raises(MissingDependencyError, match=r'pip install "acme-storage\[all\]"'):
        storage({}, _with_acme(backend="nowhere.at_all:Backend", extra="all", distribution="acme-storage")).driver(
            "acme"
        )
    with pytest.raises(WiringError, match="does not derive from BackendSettings"):
        storage({}, _with_acme(settings=dict)).driver("acme")


async def test_an_asynchronous_program_waits_in_its_loop(storage):
    one = storage()
    result = await one.run_async(BUCKET, credentials=StorageCredentials(principal="ada"))
    assert list(result.response.path) == ["b"]
    with pytest.raises(ObjectExistsError):
        await one.run_async(BUCKET)


class _Held:
    """A driver whose command runs until it is told to stop."""

    backend = "held"

    def __init__(self):
        self.began = threading.Event()
        self.stopped = threading.Event()
        self.ended = threading.Event()

    def run_command(self, credentials, command, features=(), runtime_options=None):
        runtime_options.cancellation.tell(self.stopped.set)
        self.began.set()
        assert self.stopped.wait(30)
        self.ended.set()
        raise ObjectExistsError("stopped", backend="held", command="X", code=1004)

    def close(self):
        self.stopped.set()


async def test_cancelling_stops_the_command_and_waits_until_it_has_stopped(storage):
    held = _Held()

    class Backend:
        def create_driver_client(self):
            return held

        def create_credentials_resolver(self):
            return None

    one = storage(builders={"mock": lambda _: Backend()})
    task = asyncio.create_task(one.run_async(BUCKET, options=RuntimeOptions(run_id="r")))
    await asyncio.to_thread(held.began.wait, 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert held.ended.is_set()
