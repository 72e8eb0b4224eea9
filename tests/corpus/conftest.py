"""The recorded exchanges, and a way to play one to a provider of ours."""

import base64
import json
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.config.models.base import Secret
from understudy.config.models.generation import (
    ClaudeSettings,
    CodexSettings,
    DeepSeekSettings,
    GeminiSettings,
    OllamaSettings,
)
from understudy.config.models.http import HttpOverrides, HttpSettings, RetryOverrides
from understudy.providers.generation.choosing.catalog import builtin_registry
from understudy.providers.http.clients import HttpClients
from understudy.providers.spec import load

REPOSITORY = Path(__file__).parents[2]
CHUNK = 60
SIZES = (1, 2, 3, 7, 40, 300, 2000)
HOP_HEADERS = {"content-length", "transfer-encoding", "content-encoding", "connection"}


def directory() -> Path:
    return Path(os.environ.get("UNDERSTUDY_CORPUS") or REPOSITORY / "../shared/corpus").resolve()


def pytest_generate_tests(metafunc):
    """One test for each piece of a recordings file, so that workers share the load."""
    if "piece" not in metafunc.fixturenames:
        return
    pieces = []
    for path in sorted((directory() / "recordings").glob("*.jsonl")):
        with path.open("rb") as lines:
            count = sum(1 for _ in lines)
        pieces.extend((path, start) for start in range(0, count, CHUNK))
    absent = pytest.mark.skip(reason="no corpus: UNDERSTUDY_CORPUS names no folder with recordings in it")
    metafunc.parametrize(
        "piece",
        pieces or [pytest.param(None, marks=absent)],
        ids=[f"{path.stem}-{start}" for path, start in pieces] or ["absent"],
    )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One recorded answer and what the official SDK read from it."""

    id: str
    api: str
    provider: str
    streaming: bool
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    oracle: dict[str, Any]


@pytest.fixture(scope="session")
def oracle() -> dict[str, dict[str, Any]]:
    with (directory() / "oracle.jsonl").open() as lines:
        return {record["id"]: record for record in map(json.loads, lines)}


@pytest.fixture
def entries(piece, oracle) -> list[Entry]:
    path, start = piece
    with path.open() as lines:
        records = [json.loads(line) for line in list(lines)[start : start + CHUNK]]
    return [
        Entry(
            id=record["id"],
            api=record["api"],
            provider=record["provider"],
            streaming=record["streaming"],
            status=record["response"]["status"],
            headers=[
                (name, value)
                for name, value in record["response"]["headers"].items()
                if name.lower() not in HOP_HEADERS
            ],
            body=base64.b64decode(record["response"]["body_b64"]),
            oracle=oracle[record["id"]],
        )
        for record in records
    ]


class Pieces(httpx.AsyncByteStream):
    """A body in pieces of random sizes, cut anywhere, inside characters too; the same cuts for the same entry."""

    def __init__(self, entry: Entry) -> None:
        self._body = entry.body
        self._random = random.Random(entry.id)  # noqa: S311 (cuts, not secrets)

    async def __aiter__(self):
        at = 0
        while at < len(self._body):
            size = self._random.choice(SIZES)
            yield self._body[at : at + size]
            at += size


class Replay(httpx.AsyncBaseTransport):
    """Answers every request with the recorded answer."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    async def handle_async_request(self, request):
        return httpx.Response(self._entry.status, headers=self._entry.headers, stream=Pieces(self._entry))


def settings_for(entry: Entry):
    """The settings of the provider that reads this API; compatible services are one of ours at another address."""
    common = {
        "api_key": Secret("test-key"),
        "base_url": "https://replay.test/v1",
        "http": HttpOverrides(retry=RetryOverrides(max_retries=0)),
    }
    match entry.api:
        case "messages":
            return "claude", ClaudeSettings(**common)
        case "chat" if entry.provider == "deepseek":
            return "deepseek", DeepSeekSettings(**common)
        case "chat" | "responses":
            return "codex", CodexSettings(**common, api=entry.api)
        case "generateContent":
            return "gemini", GeminiSettings(**common)
        case "ollama-chat" | "ollama-generate":
            return "ollama", OllamaSettings(**common)
    raise AssertionError(f"{entry.id}: no provider reads {entry.api}")


@pytest.fixture
def play():
    """Gives the events and the result, or the error, that a provider of ours makes of an entry."""
    registry = builtin_registry()

    async def play(entry: Entry):
        name, settings = settings_for(entry)
        clients = HttpClients(HttpSettings(), transport=Replay(entry))
        generator = load(registry.get(name).real)(settings, http=clients)
        try:
            if not entry.streaming:
                return [], await generator.generate("Hello")
            stream = generator.stream("Hello")
            events = [event async for event in stream]
            return events, await stream.result()
        finally:
            await generator.aclose()
            await clients.aclose()

    return play
