"""Recording over real connections: what the engine sends is what it sends without a recorder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from understudy.config.models.http import HttpSettings
from understudy.config.models.recording import RecordingSettings
from understudy.domain.errors import HTTPClientError
from understudy.domain.secrets import Secret
from understudy.providers.http.client import HttpClient
from understudy.providers.http.clients import HttpClients
from understudy.providers.recording.tapes import Tapes


class Parts:
    """A body that is made while it is sent."""

    async def chunks(self) -> AsyncIterator[bytes]:
        yield b"first "
        yield b"\xff second"


@pytest.fixture
async def seen() -> list[tuple[bytes, dict[str, str]]]:
    return []


@pytest.fixture
async def url(seen: list[tuple[bytes, dict[str, str]]]) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append((await request.read(), {name.lower(): value for name, value in request.headers.items()}))
        response = web.json_response({"path": request.path, "text": "long " * 500})
        response.enable_compression()
        return response

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def exchange(client: HttpClient) -> list[object]:
    whole = await client.request("POST", "/a", operation="generate", json={"n": 1})
    upload = await client.request(
        "POST", "/b", operation="upload", content=Parts(), headers={"content-type": "application/octet-stream"}
    )
    return [whole.json(), upload.json()]


async def test_a_recording_over_a_connection_is_replayed_without_one(
    url: str, seen: list[tuple[bytes, dict[str, str]]], tmp_path: Path
) -> None:
    key = {"authorization": Secret("Bearer sk-0123456789abcdef")}
    async with HttpClients(HttpSettings()) as http:
        tapes = Tapes(RecordingSettings(folder=tmp_path), http)
        recording = tapes.recording("generation", "acme")
        recorded = await exchange(recording.client(provider="acme", base_url=url, secret_headers=key))
        replaying = Tapes(RecordingSettings(folder=tmp_path), http).replaying("generation", "acme")
        assert await exchange(replaying.client(provider="acme", base_url="http://127.0.0.1:9")) == recorded
    assert [body for body, _ in seen] == [b'{"n":1}', b"first \xff second"]
    assert {headers["authorization"] for _, headers in seen} == {"Bearer sk-0123456789abcdef"}
    assert {headers["accept-encoding"] for _, headers in seen} == {"identity"}


async def test_closing_the_container_closes_what_records(url: str, tmp_path: Path) -> None:
    http = HttpClients(HttpSettings())
    client = (
        Tapes(RecordingSettings(folder=tmp_path), http)
        .recording("generation", "acme")
        .client(provider="acme", base_url=url)
    )
    await client.request("POST", "/a", operation="generate", json={"n": 1})
    await http.aclose()
    with pytest.raises(HTTPClientError, match="closed"):
        await client.request("POST", "/a", operation="generate", json={"n": 1})
