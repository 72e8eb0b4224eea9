"""What the layer costs: counted in function calls, which repeat, not in time, which does not."""

import subprocess
import sys

import aiohttp
import msgspec
import pytest
from aiohttp import web

from understudy.domain.secrets import Secret

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


async def calls_of(action, *, rounds=20):
    """Python and C functions called per run of ``action``, the server's left out by its file names."""
    count = 0

    def profile(frame, event, _):
        nonlocal count
        code = frame.f_code.co_filename
        if event in ("call", "c_call") and "/web_" not in code and "test_costs" not in code:
            count += 1

    for _ in range(5):
        await action()
    sys.setprofile(profile)
    try:
        for _ in range(rounds):
            await action()
    finally:
        sys.setprofile(None)
    return count / rounds


@pytest.fixture
async def both(serve, make_clients):
    """A client of ours and a bare aiohttp session for the same server, and its base URL."""

    async def handler(request):
        if request.path != "/stream":
            return web.json_response({"ok": True})
        return web.Response(body=b'data: {"a": 1}\n\n' * 500, headers={"content-type": "text/event-stream"})

    async with serve(handler) as server, make_clients() as clients, aiohttp.ClientSession() as session:
        secrets = {"authorization": Secret("Bearer tok-12345")}
        yield clients.client(provider="p", base_url=server.base_url, secret_headers=secrets), session, server.base_url


async def test_a_call_costs_at_most_a_quarter_more_than_bare_aiohttp(both):
    client, session, base_url = both

    async def ours():
        (await client.request("POST", "/x", operation="generate", json=BODY)).json()

    async def bare():
        headers = {"authorization": "Bearer tok-12345"}
        async with session.post(f"{base_url}/x", json=BODY, headers=headers) as response:
            msgspec.json.decode(await response.read())

    assert await calls_of(ours) <= 1.25 * await calls_of(bare)


async def test_a_frame_costs_at_most_five_calls(both):
    client, _, _ = both

    async def ours():
        async with client.stream("POST", "/stream", operation="generate", framing="sse", json=BODY) as stream:
            assert len([frame async for frame in stream.frames()]) == 500

    assert await calls_of(ours, rounds=5) <= 5 * 500


def imported(code):
    """The modules that a fresh interpreter has imported after ``code``."""
    script = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 # a script of this test's own
    return set(run.stdout.split())


def test_importing_the_layer_loads_no_http_library():
    assert imported("import understudy.providers.http").isdisjoint({"aiohttp", "httpx", "tenacity", "yarl"})


def test_a_real_call_loads_neither_httpx_nor_tenacity():
    loaded = imported("import understudy.providers.http.engine")
    assert "aiohttp" in loaded
    assert loaded.isdisjoint({"httpx", "tenacity", "requests", "fastapi"})
