"""Connections of the real engine: why there is none, when it is lost, and when it is used again."""

import asyncio
import datetime as dt
import ssl

import pytest
import trustme
from aiohttp import web

from understudy.config.models.http import HttpOverrides
from understudy.domain.errors import (
    ConfigurationError,
    ConnectionFailedError,
    MaxRetriesExceededError,
    RequestTimeoutError,
    ResponseDecodeError,
)

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


async def ask(client, method="POST", **options):
    return await client.request(method, "/x", operation="generate", json={}, **options)


@pytest.fixture
def certificates():
    """An authority of this test's own."""
    return trustme.CA()


@pytest.fixture
def tls_server(serve, certificates):
    """``async with tls_server("127.0.0.1")``: a server whose certificate is made for those names."""

    def start(*names, **options):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates.issue_cert(*names, **options).configure_cert(context)
        return serve(_empty, ssl_context=context)

    return start


async def _empty(request):
    return web.json_response({})


@pytest.fixture
def bundle(certificates, tmp_path):
    """The authority's certificate as a PEM file."""
    path = tmp_path / "ca.pem"
    certificates.cert_pem.write_to_path(path)
    return str(path)


async def test_a_port_on_which_nothing_listens_is_refused_and_retried(make_clients, free_port):
    async with make_clients(retry={"max_retries": 1}) as clients:
        with pytest.raises(MaxRetriesExceededError, match="nothing listens") as caught:
            await ask(clients.client(provider="p", base_url=f"http://127.0.0.1:{free_port}"))
    error = caught.value.last_error
    assert isinstance(error, ConnectionFailedError)
    assert (error.phase, error.host, error.retryable) == ("connect", f"127.0.0.1:{free_port}", True)
    assert "base_url" in str(error)


async def test_a_name_that_does_not_resolve_says_so(make_clients):
    async with make_clients(retry={"max_retries": 0}) as clients:
        with pytest.raises(ConnectionFailedError, match="resolver") as caught:
            await ask(clients.client(provider="p", base_url="https://no-such-host.invalid"))
    assert caught.value.phase == "connect"
    assert "DNS" in str(caught.value)


async def test_a_bundle_makes_its_authority_trusted(tls_server, make_clients, bundle):
    async with tls_server("127.0.0.1") as server, make_clients(tls={"ca_bundles": [bundle]}) as clients:
        assert (await ask(clients.client(provider="p", base_url=server.base_url))).status == 200


@pytest.mark.parametrize(
    ("names", "options", "trusted", "says"),
    [
        (["127.0.0.1"], {}, False, "ca_bundles"),
        (["example.org"], {}, True, "not made for"),
        (["127.0.0.1"], {"not_after": "past"}, True, "expired"),
    ],
)
async def test_certificates_are_refused_at_once_with_the_reason(
    tls_server, make_clients, bundle, names, options, trusted, says
):
    if "not_after" in options:
        options = {"not_after": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}
    tls = {"ca_bundles": [bundle]} if trusted else {}
    async with tls_server(*names, **options) as server, make_clients(tls=tls) as clients:
        with pytest.raises(ConnectionFailedError, match=says) as caught:
            await ask(clients.client(provider="p", base_url=server.base_url))
        assert server.requests == []
    assert (caught.value.phase, caught.value.retryable) == ("connect", False)


async def test_verification_can_be_turned_off_with_a_warning(tls_server, make_clients, caplog):
    async with tls_server("example.org") as server, make_clients(tls={"insecure_skip_verify": True}) as clients:
        assert (await ask(clients.client(provider="p", base_url=server.base_url))).status == 200
    assert "insecure_skip_verify" in caplog.text


async def test_pools_with_different_trust_do_not_mix(tls_server, make_clients, bundle):
    trusting = HttpOverrides.model_validate({"tls": {"ca_bundles": [bundle]}})
    async with tls_server("127.0.0.1") as server, make_clients() as clients:
        trusted = clients.client(provider="p", base_url=server.base_url, overrides=trusting)
        assert (await ask(trusted)).status == 200
        with pytest.raises(ConnectionFailedError):
            await ask(clients.client(provider="q", base_url=server.base_url))


@pytest.mark.parametrize(("content", "says"), [(None, "cannot be read"), ("not a certificate", "not a PEM file")])
def test_a_bundle_that_cannot_be_used_is_a_settings_fault_that_names_it(make_clients, tmp_path, content, says):
    path = tmp_path / "broken.pem"
    if content is not None:
        path.write_text(content)
    clients = make_clients(tls={"ca_bundles": [str(path)]})
    with pytest.raises(ConfigurationError, match=says) as caught:
        clients.client(provider="p", base_url="https://api.example.test")
    assert str(path) in str(caught.value)


async def test_plain_text_on_a_tls_port_is_a_tls_error(serve_raw, make_clients):
    async def talk(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(ConnectionFailedError, match="TLS failed"):
            await ask(clients.client(provider="p", base_url=base_url.replace("http:", "https:")))


@pytest.mark.parametrize("how", ["close", "reset"])
async def test_a_connection_lost_before_the_answer_is_retried(serve_raw, make_clients, how):
    requests = []

    async def talk(reader, writer):
        requests.append(await read_one(reader))
        if len(requests) < 3:
            if how == "reset":
                writer.transport.abort()
            return
        writer.write(OK)
        await writer.drain()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        response = await ask(clients.client(provider="p", base_url=base_url))
    assert (response.attempts, len(requests)) == (3, 3)


async def read_one(reader):
    """Read one request, head and body, from a raw connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
    return head, await reader.readexactly(length)


async def test_a_fresh_connection_that_is_lost_counts_as_one_attempt(serve_raw, make_clients):
    requests = []

    async def talk(reader, writer):
        requests.append(await read_one(reader))

    async with serve_raw(talk) as base_url, make_clients(retry={"max_retries": 0}) as clients:
        with pytest.raises(ConnectionFailedError, match="before it answered") as caught:
            await ask(clients.client(provider="p", base_url=base_url))
    assert len(requests) == 1
    assert caught.value.phase == "headers"


async def test_an_idle_connection_that_the_server_closed_is_invisible(serve_raw, make_clients):
    """The server answers one request per connection and closes it without saying so: no error, no retry, 300 times."""
    lost = 0

    async def talk(reader, writer):
        nonlocal lost
        await read_one(reader)
        writer.write(OK)
        await writer.drain()
        try:
            await read_one(reader)  # a second request arrives on a connection that is about to go
            lost += 1
        except asyncio.IncompleteReadError:
            pass

    async with serve_raw(talk) as base_url, make_clients(retry={"max_retries": 0}) as clients:
        client = clients.client(provider="p", base_url=base_url)
        responses = [await ask(client) for _ in range(300)]
    assert all(response.attempts == 1 for response in responses)
    assert lost > 100, "the test must meet closed connections"


async def test_what_may_be_done_once_is_not_sent_again_on_another_connection(serve_raw, make_clients):
    """The server may have carried it out before it closed the connection."""
    requests = []

    async def talk(reader, writer):
        requests.append(await read_one(reader))
        writer.write(OK)
        await writer.drain()
        requests.append(await read_one(reader))  # and is gone, without a word

    async with serve_raw(talk) as base_url, make_clients(retry={"max_retries": 0}) as clients:
        client = clients.client(provider="p", base_url=base_url)
        await client.request("POST", "/", operation="op", once=True)
        with pytest.raises(ConnectionFailedError) as caught:
            await client.request("POST", "/", operation="op", once=True)
    assert len(requests) == 2
    assert caught.value.phase == "headers"


async def test_connections_are_used_again(serve, make_clients):
    async with serve(_empty) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        for _ in range(20):
            await ask(client)
    assert len(server.connections) == 1


async def test_no_more_connections_are_opened_than_allowed(serve, make_clients):
    async def handler(request):
        await asyncio.sleep(0.002)
        return web.json_response({})

    async with serve(handler) as server, make_clients(max_connections=3) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        await asyncio.gather(*(ask(client) for _ in range(60)))
    assert len(server.connections) == 3


async def test_waiting_for_a_connection_is_cheap(serve_raw, make_clients, calls_counted):
    """A thousand calls on a hundred connections: waiting for one adds less than half to what the calls cost."""

    async def talk(reader, writer):
        while True:
            await read_one(reader)
            writer.write(OK)

    async def calls_made(base_url, most):
        async with make_clients(max_connections=most) as clients:
            client = clients.client(provider="p", base_url=base_url)
            await asyncio.gather(*(ask(client, timeout=60) for _ in range(1000)))
            with calls_counted() as calls:
                await asyncio.gather(*(ask(client, timeout=60) for _ in range(1000)))
            return calls.count

    async with serve_raw(talk, backlog=1000) as base_url:
        assert await calls_made(base_url, most=100) < 1.5 * await calls_made(base_url, most=1000)


async def test_cookies_are_neither_kept_nor_sent(serve, make_clients):
    async def handler(request):
        response = web.json_response({})
        response.set_cookie("session", "user-a")
        return response

    async with serve(handler) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        await ask(client)
        await ask(client)
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize("location", ["http://127.0.0.1:9/x", "/elsewhere", "file:///etc/passwd", ""])
async def test_redirects_are_errors_that_name_their_target_and_are_not_followed(serve, make_clients, location):
    async def handler(request):
        return web.Response(status=307, headers={"location": location})

    async with serve(handler) as server, make_clients() as clients:
        with pytest.raises(ResponseDecodeError, match="redirects to") as caught:
            await ask(clients.client(provider="p", base_url=server.base_url))
    assert (caught.value.status, len(server.requests)) == (307, 1)
    assert "/etc/passwd" not in str(caught.value)


async def test_a_server_that_never_answers_is_a_timeout_in_phase_read(serve_raw, make_clients):
    async def talk(reader, writer):
        await asyncio.sleep(30)

    async with serve_raw(talk) as base_url, make_clients(timeout={"read": 0.1}) as clients:
        with pytest.raises(RequestTimeoutError, match=r"No answer began within 0\.1 s") as caught:
            await ask(clients.client(provider="p", base_url=base_url))
    assert caught.value.phase == "read"


async def test_a_tls_handshake_that_never_ends_is_a_timeout_in_phase_connect(serve_raw, make_clients):
    async def talk(reader, writer):
        await asyncio.sleep(30)

    hasty = make_clients(timeout={"connect": 0.1}, retry={"max_retries": 0})
    async with serve_raw(talk) as base_url, hasty as clients:
        with pytest.raises(RequestTimeoutError) as caught:
            await ask(clients.client(provider="p", base_url=base_url.replace("http:", "https:")))
    assert caught.value.phase == "connect"


@pytest.mark.parametrize("where", ["head", "body"])
async def test_an_answer_that_trickles_ends_at_the_total_deadline(serve_raw, make_clients, where):
    async def talk(reader, writer):
        await read_one(reader)
        if where == "body":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nX-Pad: ")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.01)

    loop = asyncio.get_running_loop()
    async with serve_raw(talk) as base_url, make_clients() as clients:
        client = clients.client(provider="p", base_url=base_url)
        began = loop.time()
        with pytest.raises(RequestTimeoutError, match=r"total deadline of 0\.2 s") as caught:
            await ask(client, timeout=0.2)
        assert loop.time() - began < 2
    assert caught.value.phase == "total"


async def test_the_deadline_covers_attempts_and_waits_and_names_the_last_failure(serve, make_clients):
    async def handler(request):
        await asyncio.sleep(0.05)
        return web.Response(status=503)

    async with serve(handler) as server, make_clients(retry={"max_retries": 100, "backoff_base": 0.001}) as clients:
        with pytest.raises((RequestTimeoutError, MaxRetriesExceededError)) as caught:
            await ask(clients.client(provider="p", base_url=server.base_url), timeout=0.3)
    assert caught.value.__cause__ is not None
    assert len(server.requests) > 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HELLO WORLD\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 200\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    ],
)
async def test_what_is_not_http_is_a_typed_error(serve_raw, make_clients, answer):
    async def talk(reader, writer):
        await read_one(reader)
        writer.write(answer)
        await writer.drain()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(ResponseDecodeError):
            await ask(clients.client(provider="p", base_url=base_url))


@pytest.mark.parametrize("bad", [b"f" * 40 + b"\r\n{}\r\n", b"zz\r\nabc\r\n", b"\r\n\r\n"])
async def test_chunks_that_are_not_http_are_noticed_when_they_come_after_the_head(serve_raw, make_clients, bad):
    head_is_read = asyncio.Event()

    async def talk(reader, writer):
        await read_one(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        await head_is_read.wait()
        writer.write(bad)
        await asyncio.sleep(30)  # the server holds the connection open: only the bytes tell that something is wrong

    async def read(client):
        async with client.stream("POST", "/x", operation="ask", framing="sse", json={}, timeout=10) as stream:
            head_is_read.set()
            return [frame async for frame in stream.frames()]

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(ResponseDecodeError) as caught:  # and no time-out
            await read(clients.client(provider="p", base_url=base_url))
    assert caught.value.phase == "stream"


@pytest.mark.parametrize("size", [0, 1000, 600_000, 3_000_000])
async def test_bodies_of_any_size_arrive_whole_and_can_be_sent_again(serve, make_clients, size):
    content = bytes(range(256)) * (size // 256)
    received = []

    async def handler(request):
        received.append(await request.read())
        assert request.headers["content-length"] == str(len(content))
        return web.json_response({}, status=503 if len(received) == 1 else 200)

    async with serve(handler) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        response = await client.request("POST", "/x", operation="put", content=content)
    assert response.attempts == 2
    assert received == [content, content]
