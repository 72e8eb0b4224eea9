"""A service in this process that answers as a test says, and clients that record and replay it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.recording import RecordingSettings
from understudy.domain.secrets import Secret
from understudy.providers.http.client import HttpClient
from understudy.providers.http.clients import HttpClients
from understudy.providers.recording.checking import Finding, check
from understudy.providers.recording.shelf import conversations
from understudy.providers.recording.tapes import Tapes


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A text of six thousand pieces, recorded three times, takes some seconds on a busy machine."""
    for item in items:
        if item.path.name == "test_contracts_generation.py" and "[long-" in item.name:
            item.add_marker(pytest.mark.slow)


KEY = "sk-live-0123456789abcdef"
"""Not a credential of anything."""


class Pieces(httpx.AsyncByteStream):
    """A body in the pieces that it was given."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = pieces

    async def __aiter__(self):
        for piece in self.pieces:
            await asyncio.sleep(0)
            yield piece


@dataclass
class Service:
    """Answers each request with the next answer: a status, headers and the pieces of a body."""

    answers: list[tuple[int, dict[str, str], list[bytes]]] = field(default_factory=list)
    seen: list[httpx.Request] = field(default_factory=list)

    def says(self, *pieces: bytes, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, {"content-type": kind, **named}, list(pieces)))

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.seen.append(request)
        status, headers, pieces = self.answers.pop(0)
        return httpx.Response(status, headers=headers, stream=Pieces(pieces))


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def refused(request: httpx.Request) -> httpx.Response:
    pytest.fail(f"a connection was opened: {request.method} {request.url}")


@pytest.fixture
def make_client(service: Service, folder: Path) -> Iterator[Callable[..., HttpClient]]:
    """A client of a new container that records (``use="record"``) or replays; replaying may open no connection."""

    def make(use: str, *, key: str = KEY, **settings: Any) -> HttpClient:
        transport = httpx.MockTransport(service if use == "record" else refused)
        http = HttpClients(HttpSettings.model_validate({"retry": {"backoff_base": 0}}), transport=transport)
        tapes = Tapes(RecordingSettings(folder=folder, **settings), http)
        clients = (tapes.recording if use == "record" else tapes.replaying)("generation", "acme")
        secrets = {"authorization": Secret(f"Bearer {key}")}
        return clients.client(provider="acme", base_url="https://api.acme.test/v1", secret_headers=secrets)

    return make


@pytest.fixture
def written(folder: Path) -> Callable[[], str]:
    """All that is on disk, names included."""

    def read() -> str:
        return "\n".join(f"{path}\n{path.read_text()}" for path in sorted(folder.rglob("*")) if path.is_file())

    return read


@pytest.fixture
def findings(folder: Path) -> Callable[[], list[Finding]]:
    """What ``understudy recordings verify`` finds."""

    def find() -> list[Finding]:
        found = conversations(folder, now=datetime.now(UTC), expires_after_days=None)
        return [finding for each in found for finding in check(each)]

    return find
