"""Storage in the container: chosen by settings, shared, closed with the container."""

import subprocess
import sys

import pytest
from dependency_injector import providers

import understudy
from understudy import blocking
from understudy.config.models.storage import DuckDbSettings
from understudy.domain.errors import ConfigurationError
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import ObjectExistsError
from understudy.providers.storage.duckdb.backend import DuckDbBackend
from understudy.providers.storage.mock.driver import MockDriver
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.registry import storage_registry
from understudy.providers.storage.spec import BackendSpec

BUCKET = pb.CreateBucketCommand(bucket_id="b", is_default_branch=True)


async def test_one_word_of_the_settings_chooses_between_the_backend_and_its_stand_in(tmp_path):
    path = tmp_path / "real.duckdb"
    section = {"duckdb": {"database": str(path)}}
    async with understudy.open_container({"storage": {"use": "mock", **section}}) as container:
        container.storage().run(BUCKET)
        assert isinstance(container.storage().driver(), MockDriver)
        assert not path.exists()
    async with understudy.open_container({"storage": section}) as container:
        await container.storage().run_async(BUCKET)
        assert path.exists()
    async with understudy.open_container({"storage": section}) as container:
        with pytest.raises(ObjectExistsError):
            container.storage().run(BUCKET)


async def test_a_backend_may_be_used_otherwise_than_its_family(tmp_path):
    settings = {
        "storage": {
            "duckdb": {"database": str(tmp_path / "real.duckdb")},
            "instances": {"duckdb": {"fake": {"use": "mock"}}},
        }
    }
    async with understudy.open_container(settings) as container:
        storage = container.storage()
        assert isinstance(storage.driver("fake"), MockDriver)
        assert not isinstance(storage.driver("duckdb"), MockDriver)


async def test_what_was_opened_is_closed_with_the_container():
    async with understudy.open_container({"storage": {"use": "mock"}}) as container:
        storage = container.storage()
        driver = storage.driver()
        assert container.storage() is storage
    with pytest.raises(RuntimeError, match="closed"):
        storage.driver()
    with pytest.raises(Exception, match="closed"):
        driver.run_command(StorageCredentials(), BUCKET)


def test_a_blocking_program_has_it_too():
    with blocking.open_container({"storage": {"use": "mock"}}) as container:
        assert list(container.storage.run(BUCKET).response.path) == ["b"]


async def test_an_override_answers_for_every_backend():
    made = []

    def fake(instance):
        made.append(instance.name)
        return DuckDbBackend(instance.section.model_copy(update={"database": ":memory:"}))

    async with understudy.open_container(
        {}, overrides={"backends.real": providers.DelegatedFactory(fake)}
    ) as container:
        container.storage().run(BUCKET)
    assert made == ["duckdb"]


class AcmeSettings(DuckDbSettings):
    """A third party's backend."""

    url: str = "acme://here"


async def test_a_third_partys_backend_joins_with_its_settings_validated_at_the_start():
    backends = storage_registry(plugins=False)
    backends.register(BackendSpec(name="acme", title="Acme", backend=DuckDbBackend, settings=AcmeSettings))
    settings = {"storage": {"use": "mock", "default": "acme", "plugins": {"acme": {"url": "acme://there"}}}}
    async with understudy.open_container(settings, backends=backends) as container:
        storage = container.storage()
        assert storage.instance().section == AcmeSettings(url="acme://there")
        storage.run(BUCKET)
    with pytest.raises(ConfigurationError, match=r"storage\.plugins\.acme\.urll"):
        async with understudy.open_container({"storage": {"plugins": {"acme": {"urll": ""}}}}, backends=backends):
            pytest.fail("nothing is opened")


def test_opening_a_container_imports_nothing_of_storage():
    code = (
        "import asyncio, sys, understudy\n"
        "async def main():\n"
        "    async with understudy.open_container({}): pass\n"
        "asyncio.run(main())\n"
        "print([name for name in sys.modules if name.startswith('understudy.providers.storage')"
        " or name in ('duckdb', 'sqlglot', 'google.protobuf', 'understudy.domain.storage')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
