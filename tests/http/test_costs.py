"""What the layer costs: counted in function calls, which repeat, not in time, which does not."""

import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import web

import understudy.providers.http
from understudy.domain.secrets import Secret

PACKAGE = str(Path(understudy.providers.http.__file__).parent)
BODY = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def calls_of(calls_counted):
    """Calls that this package makes and gets per run of an action; aiohttp's own are left out.

    The least of three counts: on a busy machine a body comes in more pieces, which cost a call each.
    """

    async def count(action, *, rounds=20):
        for _ in range(5):
            await action()
        counts = []
        for _ in range(3):
            with calls_counted(within=PACKAGE) as calls:
                for _ in range(rounds):
                    await action()
            counts.append(calls.count / rounds)
        return min(counts)

    return count


@pytest.fixture
async def client(serve, make_clients):
    """A client for a server that answers at once, whole or streamed."""

    async def handler(request):
        if request.path != "/stream":
            return web.json_response({"ok": True})
        return web.Response(body=b'data: {"a": 1}\n\n' * 500, headers={"content-type": "text/event-stream"})

    async with serve(handler) as server, make_clients() as clients:
        secrets = {"authorization": Secret("Bearer tok-12345")}
        yield clients.client(provider="p", base_url=server.base_url, secret_headers=secrets)


async def test_a_call_costs_few_calls_of_our_own(client, calls_of):
    async def call():
        (await client.request("POST", "/x", operation="generate", json=BODY)).json()

    assert await calls_of(call) <= 90


async def test_a_frame_costs_two_calls_of_our_own(client, calls_of):
    async def stream():
        async with client.stream("POST", "/stream", operation="generate", framing="sse", json=BODY) as stream:
            assert len([frame async for frame in stream.frames()]) == 500

    assert await calls_of(stream, rounds=5) <= 2.5 * 500


def imported(code):
    """The modules that a fresh interpreter has imported after ``code``."""
    script = f"{code}\nimport sys\nprint(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 # a script of this test's own
    return set(run.stdout.split())


def test_importing_the_layer_loads_no_http_library():
    assert imported("import understudy.providers.http").isdisjoint({"aiohttp", "httpx", "tenacity", "pydantic"})


def test_a_real_call_loads_neither_httpx_nor_tenacity():
    loaded = imported("import understudy.providers.http.engine")
    assert "aiohttp" in loaded
    assert loaded.isdisjoint({"httpx", "tenacity", "requests", "fastapi"})
