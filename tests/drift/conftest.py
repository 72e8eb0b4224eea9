"""Real providers over emulators whose answers can be tampered with, and their stand-ins."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from understudy import ToolCallPart, open_container
from understudy.config.models.generation import GenerationSettings
from understudy.testing.asgi import AsgiTransport
from understudy.testing.drift import Answering
from understudy.testing.emulators import Emulator, emulate

KEY = "sk-test-0123456789"  # pragma: allowlist secret

Change = Callable[[Any], Any]
"""What becomes of each JSON value that the service sends, on its own or as a frame of a stream."""


class Tampering(httpx.AsyncBaseTransport):
    """An emulator's transport whose answers ``change`` goes through; headers in ``lost`` are taken away."""

    def __init__(self, emulator: Emulator) -> None:
        self._inner = AsgiTransport(emulator)
        self.change: Change | None = None
        self.lost: frozenset[str] = frozenset()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        await answer.aclose()
        headers = {name: value for name, value in answer.headers.items() if name not in {"content-length", *self.lost}}
        if self.change is not None:
            content = b"\n".join(self._line(line) for line in content.split(b"\n"))
        return httpx.Response(answer.status_code, headers=headers, content=content)

    def _line(self, line: bytes) -> bytes:
        start, found, data = line.partition(b"data: ")
        prefix, text = (start + found, data) if found else (b"", line)
        if not text.startswith(b"{") or self.change is None:
            return line
        return prefix + json.dumps(self.change(json.loads(text))).encode()


class Both:
    """A provider and its stand-in, the emulator behind the provider, and what tampers with it."""

    def __init__(self, answering: Answering, emulator: Emulator, wire: Tampering) -> None:
        self.answering = answering
        self.emulator = emulator
        self.wire = wire


@pytest.fixture
async def both() -> AsyncIterator[Callable[..., Any]]:
    """``await both("codex.chat")``: everything as it should be, until the test changes something."""
    async with AsyncExitStack() as stack:

        async def make(name: str) -> Both:
            provider, _, api = name.partition(".")
            section = {"api_key": KEY, **({"api": api} if api else {})}
            settings = type(getattr(GenerationSettings(), provider)).model_validate(section)
            emulator = emulate(provider, settings=settings, keys=None if provider == "ollama" else [KEY])
            emulator.script.set_models(settings.model)
            wire = Tampering(emulator)
            given = {"generation": {"use": "mock", "default": provider, provider: section}, "http": NO_RETRIES}
            container = await stack.enter_async_context(open_container(given, transport=wire))
            return Both(Answering.of(container, provider), emulator, wire)

        yield make


NO_RETRIES = {"retry": {"max_retries": 0}}


@pytest.fixture
def calls_the_tool() -> Callable[..., None]:
    """Lets an emulator call the tool: not every model can be made to by the request."""

    def script(emulator: Emulator, **arguments: Any) -> None:
        call = ToolCallPart(id="", name="get_weather", arguments=arguments or {"city": "Bergen", "days": 2})
        emulator.script.when(tool="get_weather").answers(tool_calls=(call,))

    return script
