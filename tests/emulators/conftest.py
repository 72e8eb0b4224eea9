"""Real providers over emulators, and emulators on a loopback socket for programs that need one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.http.clients import HttpClients
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import EMULATORS, Emulator, emulate

KEY = "sk-test-0123456789"
"""Not a credential of anything: what the tests send and the emulators accept."""

NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})


@dataclass(frozen=True)
class Pair:
    """A provider in both forms, with scripts that can be given the same rules."""

    name: str
    mock: MockGenerator
    real: Any
    emulator: Emulator

    def script(self, rule: Callable[[Any], object]) -> None:
        rule(self.mock.script)
        rule(self.emulator.script)


PAIRS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")


def section(name: str, **changes: Any) -> ProviderSettings:
    provider, _, api = name.partition(".")
    given = {**({"api": api} if api else {}), "api_key": KEY, **changes}
    model = type(getattr(GenerationSettings(), provider))
    return model.model_validate(given)


@pytest.fixture
def make_pair() -> Iterator[Callable[..., Pair]]:
    def make(name: str, **changes: Any) -> Pair:
        provider = name.partition(".")[0]
        settings = section(name, **changes)
        spec = EMULATORS[provider][0]
        emulator = emulate(provider, settings=settings, keys=[KEY])
        http = HttpClients(NO_RETRIES, transport=AsgiTransport(emulator))
        return Pair(name, MockGenerator(settings, spec=spec), build_real(spec, settings, http), emulator)

    return make


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, make_pair: Callable[..., Pair]) -> Pair:
    return make_pair(request.param)


@contextlib.contextmanager
def _serving(app: Any) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Emulator], str]]:
    """Puts an emulator on a loopback port and gives its URL."""
    with contextlib.ExitStack() as stack:
        yield lambda emulator: stack.enter_context(_serving(emulator))


@pytest.fixture
def start(serve: Callable[[Emulator], str]) -> Callable[[str], tuple[Emulator, str]]:
    """An emulator by name that takes the tests' key, and its URL."""

    def begin(name: str) -> tuple[Emulator, str]:
        emulator = emulate(name, keys=[KEY])
        return emulator, serve(emulator)

    return begin
