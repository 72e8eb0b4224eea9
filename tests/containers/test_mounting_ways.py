"""The four ways into a larger application: mounted, passed in, injected, and through FastAPI's Depends."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dependency_injector.wiring import Provide, inject

from understudy import ApplicationContainer, Settings, TextGenerator, WiringError, lifespan, open_container
from understudy.containers._injector import containers, providers

SETTINGS = Settings.model_validate({"generation": {"use": "mock", "default": "claude"}})


class Writer:
    """A part of a larger application that needs a text generator."""

    def __init__(self, generator: TextGenerator) -> None:
        self.generator = generator

    async def write(self) -> str:
        return (await self.generator.generate("hi")).text


class Mounting(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    understudy: ApplicationContainer = providers.Container(ApplicationContainer, settings=settings)  # type: ignore[assignment]  # as a user would write it
    writer = providers.Singleton(Writer, understudy.generator)


class Taking(containers.DeclarativeContainer):
    understudy = providers.DependenciesContainer()
    writer = providers.Singleton(Writer, understudy.generator)


async def test_mounted_in_a_container_class() -> None:
    application = Mounting(settings=SETTINGS)
    async with lifespan(application.understudy):
        assert "hi" in await application.writer().write()
        assert application.writer().generator is application.understudy.generation.claude()
    assert application.understudy.lifetime().built == ()


async def test_two_applications_mount_containers_of_their_own() -> None:
    first, second = Mounting(settings=SETTINGS), Mounting(settings=SETTINGS)
    async with lifespan(first.understudy), lifespan(second.understudy):
        first.understudy.generation.claude.override("fake")
        assert first.writer().generator == "fake"
        assert second.writer().generator != "fake"


async def test_a_mounted_container_is_verified_by_its_lifespan() -> None:
    application = Mounting(settings=Settings.model_validate({"generation": {"default": "acne"}}))
    with pytest.raises(WiringError, match="'acne'"):
        async with lifespan(application.understudy):
            pass


async def test_passed_to_the_applications_own_container() -> None:
    async with open_container(SETTINGS) as container:
        application = Taking(understudy=container)
        assert application.writer().generator is container.generator()
        assert "hi" in await application.writer().write()


async def test_passed_to_the_applications_own_constructor() -> None:
    class Application:
        def __init__(self, container: ApplicationContainer) -> None:
            self.writer = Writer(container.generator())

    async with open_container(SETTINGS) as container:
        assert "hi" in await Application(container).writer.write()


@inject
async def write(generator: TextGenerator = Provide["generation.generator"]) -> str:
    return (await generator.generate("hi")).text


@inject
def name_of(generator: TextGenerator = Provide[ApplicationContainer.generator]) -> str:
    return generator.name


@pytest.fixture
def unwire() -> Iterator[Callable[[Any], None]]:
    wired: list[Any] = []
    yield wired.append
    for container in wired:
        container.unwire()


async def test_injected_by_marker(unwire: Callable[[Any], None]) -> None:
    async with open_container(SETTINGS) as container:
        container.wire(modules=[sys.modules[__name__]])
        unwire(container)
        assert "hi" in await write()
        assert name_of() == "claude"


def test_through_fastapi_depends(run_python: Callable[[str], str]) -> None:
    """In an interpreter of its own, where FastAPI is imported after the container, as applications do."""
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx2")  # the test client of this Starlette speaks through it
    script = """
import understudy
from contextlib import asynccontextmanager
from understudy.containers.application import ApplicationContainer
from dependency_injector.wiring import Provide, inject
from typing import Annotated
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

@asynccontextmanager
async def life(app):
    async with understudy.open_container({"generation": {"use": "mock", "default": "claude"}}) as container:
        container.wire(modules=[__name__])
        yield
        container.unwire()

app = FastAPI(lifespan=life)
Generator = Annotated[understudy.TextGenerator, Depends(Provide["generation.generator"])]

@app.get("/ask")
@inject
async def ask(prompt: str, generator: Generator) -> str:
    return (await generator.generate(prompt)).text

with TestClient(app) as client:
    answer = client.get("/ask", params={"prompt": "hi"})
    print(answer.status_code, "hi" in answer.json())
"""
    assert run_python(script) == "200 True"
