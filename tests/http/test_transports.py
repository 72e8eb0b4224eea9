"""The seam: injected httpx transports carry everything, and the pool itself is one."""

import asyncio
import gzip

import httpx
import pytest
from aiohttp import web

from understudy.domain.errors import (
    ConnectionFailedError,
    RequestTimeoutError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.domain.secrets import Secret


async def ask(client):
    return await client.request("POST", "/x", operation="generate", json={"a": 1})


class Recorder(httpx.AsyncBaseTransport):
    """Writes down what passes through it."""

    def __init__(self, inner):
        self.inner = inner
        self.seen = []
        self.closed = False

    async def handle_async_request(self, request):
        response = await self.inner.handle_async_request(request)
        self.seen.append((request.method, str(request.url), response.status_code))
        return response

    async def aclose(self):
        self.closed = True


async def test_a_recorder_around_the_pool_sees_every_exchange(serve, make_clients):
    async def handler(request):
        assert request.headers["authorization"] == "Bearer tok-12345"
        if request.path == "/stream":
            return web.Response(body=b"data: 1\n\n", headers={"content-type": "text/event-stream"})
        body = gzip.compress(b'{"echo": ' + await request.read() + b"}")
        return web.Response(body=body, headers={"content-encoding": "gzip", "content-type": "application/json"})

    async with serve(handler) as server, make_clients() as inner:
        recorder = Recorder(inner.transport())
        async with make_clients(recorder) as clients:
            secrets = {"authorization": Secret("Bearer tok-12345")}
            client = clients.client(provider="p", base_url=server.base_url, secret_headers=secrets)
            assert (await ask(client)).json() == {"echo": {"a": 1}}
            async with client.stream("POST", "/stream", operation="generate", framing="sse") as stream:
                assert [frame.data async for frame in stream.frames()] == [b"1"]
    assert recorder.closed
    assert [(method, url.rpartition("/")[2], status) for method, url, status in recorder.seen] == [
        ("POST", "x", 200),
        ("POST", "stream", 200),
    ]


async def test_errors_pass_through_a_recorder_as_ours(make_clients, free_port):
    async with make_clients() as inner, make_clients(Recorder(inner.transport()), retry={"max_retries": 0}) as clients:
        with pytest.raises(ConnectionFailedError, match="nothing listens") as caught:
            await ask(clients.client(provider="p", base_url=f"http://127.0.0.1:{free_port}"))
    assert caught.value.provider == "p"


@pytest.mark.parametrize(
    ("failure", "kind", "phase"),
    [
        (httpx.ConnectError("[Errno 111] refused"), ConnectionFailedError, "connect"),
        (httpx.ConnectTimeout(""), RequestTimeoutError, "connect"),
        (httpx.PoolTimeout(""), RequestTimeoutError, "connect"),
        (httpx.ReadTimeout(""), RequestTimeoutError, "read"),
        (httpx.RemoteProtocolError("gone"), ConnectionFailedError, "headers"),
        (httpx.UnsupportedProtocol("gopher"), ConnectionFailedError, "connect"),
        (ConnectionResetError("reset"), ConnectionFailedError, "connect"),
    ],
)
async def test_a_transports_failures_become_ours(make_clients, failure, kind, phase):
    def handler(request):
        raise failure

    clients = make_clients(httpx.MockTransport(handler), retry={"max_retries": 0})
    with pytest.raises(kind) as caught:
        await ask(clients.client(provider="p", base_url="https://api.example.test"))
    assert type(caught.value) is kind
    assert (caught.value.provider, caught.value.phase) == ("p", phase)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (httpx.ReadTimeout(""), RequestTimeoutError),
        (httpx.ReadError("lost"), StreamInterruptedError),
        (OSError("lost"), StreamInterruptedError),
    ],
)
async def test_a_transports_failures_within_a_body_become_ours(make_clients, failure, kind):
    async def body():
        yield b"{"
        raise failure

    clients = make_clients(httpx.MockTransport(lambda _: httpx.Response(200, content=body())))
    with pytest.raises(kind) as caught:
        await ask(clients.client(provider="p", base_url="https://api.example.test"))
    assert caught.value.__context__ is None


async def test_a_transport_that_never_answers_is_a_timeout(make_clients):
    async def handler(request):
        await asyncio.sleep(30)

    clients = make_clients(httpx.MockTransport(handler), timeout={"connect": 0.02, "read": 0.02})
    with pytest.raises(RequestTimeoutError) as caught:
        await ask(clients.client(provider="p", base_url="https://api.example.test"))
    assert caught.value.phase == "read"


async def test_a_body_that_can_only_be_read_synchronously_is_refused(make_clients):
    class Sync(httpx.SyncByteStream):
        def __iter__(self):
            yield b"{}"

    clients = make_clients(httpx.MockTransport(lambda _: httpx.Response(200, stream=Sync())))
    with pytest.raises(ResponseDecodeError, match="asynchronously"):
        await ask(clients.client(provider="p", base_url="https://api.example.test"))


async def proxy(reader, writer):
    """A forward proxy that answers itself, naming what it was asked for."""
    head = await reader.readuntil(b"\r\n\r\n")
    target = head.split()[1]
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(target) + 2, b'"' + target + b'"'))
    await writer.drain()


@pytest.fixture
def said_by(make_clients, monkeypatch):
    """What a base URL answers with, in an environment without proxies but those given."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    async def ask_with(base_url, *, environ=None, **sections):
        for name, value in (environ or {}).items():
            monkeypatch.setenv(name, value)
        async with make_clients(retry={"max_retries": 0}, **sections) as clients:
            client = clients.client(provider="p", base_url=base_url)
            return (await client.request("GET", "/x", operation="get")).json()

    return ask_with


async def test_proxies_of_the_environment_are_used_only_when_asked(serve_raw, said_by):
    async with serve_raw(proxy) as proxy_url:
        environ = {"http_proxy": proxy_url}
        assert await said_by("http://service.invalid", environ=environ, trust_env=True) == "http://service.invalid/x"
        with pytest.raises(ConnectionFailedError, match="resolver"):
            await said_by("http://service.invalid", environ=environ)
        with pytest.raises(ConnectionFailedError, match="resolver"):
            await said_by("http://service.invalid", environ={**environ, "no_proxy": ".invalid"}, trust_env=True)


async def test_this_machine_is_never_asked_through_a_proxy(serve, serve_raw, said_by):
    async def handler(request):
        return web.json_response("direct")

    async with serve(handler) as server, serve_raw(proxy) as proxy_url:
        assert await said_by(server.base_url, environ={"http_proxy": proxy_url}, trust_env=True) == "direct"


async def test_a_proxy_that_is_not_there_says_so(said_by, free_port):
    environ = {"http_proxy": f"http://user:hunter2hunter2@127.0.0.1:{free_port}"}
    with pytest.raises(ConnectionFailedError, match="proxy cannot be reached") as caught:
        await said_by("http://service.invalid", environ=environ, trust_env=True)
    assert "NO_PROXY" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_injected_transport_is_closed_once_whatever_loop_used_it(make_clients):
    class Counting(httpx.MockTransport):
        closed = 0

        async def aclose(self):
            Counting.closed += 1

    clients = make_clients(Counting(lambda _: httpx.Response(200, json={})))
    client = clients.client(provider="p", base_url="https://api.example.test")
    assert asyncio.run(ask(client)).status == 200
    assert asyncio.run(ask(client)).status == 200
    asyncio.run(clients.aclose())
    asyncio.run(clients.aclose())
    assert Counting.closed == 1
