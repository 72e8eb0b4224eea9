"""One deadline from the call to the last byte: promises 1 and 2.

How late a call ends is recorded and shown; the machine's load decides it, so only a generous limit is asserted, which
still tells a deadline that holds from one that does not: every service here would go on for half a minute.
"""

import asyncio
import time

import httpx
import pytest
from aiohttp import web

from understudy.config.models.http import HttpOverrides
from understudy.domain.errors import MaxRetriesExceededError, ProviderError, RequestTimeoutError

DEADLINE = 0.3
PROMISED = 0.25
GUARD = 10.0


@pytest.fixture
def timed(record_property):
    """``await timed(call)``: its error, when it ended in time; how late it was is recorded."""

    async def run(call):
        began = time.monotonic()
        with pytest.raises(ProviderError) as caught:
            await call
        late = time.monotonic() - began - DEADLINE
        record_property("seconds after the deadline", round(late, 3))
        print(f"\n{late * 1000:+.0f} ms after the deadline, promised: {PROMISED * 1000:.0f} ms at most")
        assert late < GUARD
        return caught.value

    return run


async def silent(request):
    await asyncio.sleep(30)
    return web.Response()


async def trickling_head(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x-more: 1\r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


async def trickling_body(request):
    response = web.StreamResponse()
    response.content_type = "application/json"
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.01)


async def endless_events(request):
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    while True:
        await response.write(b"data: {}\n\n")
        await asyncio.sleep(0.01)


async def unavailable(request):
    return web.Response(status=503)


def ask(client, **options):
    return client.request("POST", "/x", operation="generate", json={}, **options)


async def read(client):
    async with client.stream("POST", "/x", operation="generate", framing="sse", json={}) as stream:
        async for _ in stream.frames():
            pass


@pytest.fixture
def impatient(make_clients):
    """Clients whose calls have 0.3 seconds in all, and whose other limits would let them go on."""

    def make(**sections):
        return make_clients(
            timeout={"connect": 30, "read": 30, "total": DEADLINE},
            **{"retry": {"backoff_base": 0.05, "max_retries": 100}, **sections},
        )

    return make


@pytest.mark.parametrize("handler", [silent, trickling_body, unavailable])
async def test_a_whole_answer_ends_with_its_deadline(serve, impatient, timed, handler):
    async with serve(handler) as server, impatient() as clients:
        error = await timed(ask(clients.client(provider="p", base_url=server.base_url)))
    assert isinstance(error, RequestTimeoutError | MaxRetriesExceededError)


@pytest.mark.parametrize("handler", [silent, endless_events, unavailable])
async def test_a_stream_ends_with_its_deadline(serve, impatient, timed, handler):
    async with serve(handler) as server, impatient() as clients:
        error = await timed(read(clients.client(provider="p", base_url=server.base_url)))
    assert isinstance(error, RequestTimeoutError | MaxRetriesExceededError)


async def test_an_endless_head_ends_with_its_deadline(serve_raw, impatient, timed):
    async with serve_raw(trickling_head) as base_url, impatient() as clients:
        error = await timed(ask(clients.client(provider="p", base_url=base_url)))
    assert error.phase == "total"


async def test_one_that_waits_for_its_turn_ends_with_its_deadline(serve, impatient, timed):
    async with serve(silent) as server, impatient() as clients:
        own = HttpOverrides.model_validate({"rate": {"in_flight": 1}})
        client = clients.client(provider="p", base_url=server.base_url, overrides=own)
        first = asyncio.create_task(ask(client, timeout=30))
        await asyncio.sleep(0.01)
        error = await timed(ask(client))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert (error.phase, len(server.requests)) == ("queue", 1)


async def test_one_that_waits_for_a_connection_ends_with_its_deadline(serve, impatient, timed):
    """The pool's own queue, for providers without a rate: the error says that it was that."""
    async with serve(silent) as server, impatient(max_connections=1) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        first = asyncio.create_task(ask(client, timeout=30))
        await asyncio.sleep(0.05)
        error = await timed(ask(client))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    assert error.phase == "queue"
    assert "http.max_connections" in str(error)
    assert len(server.requests) == 1


async def test_a_wait_longer_than_the_deadline_is_not_begun(make_clients, timed):
    """The server's advice, and the backoff, end the call at once where they go beyond it."""

    def busy(request):
        return httpx.Response(429, headers={"retry-after": "20"})

    clients = make_clients(httpx.MockTransport(busy), timeout={"total": DEADLINE})
    error = await timed(ask(clients.client(provider="p", base_url="https://api.example.test")))
    assert error.retry_after == 20


async def test_a_queue_that_took_too_long_says_nothing_about_the_service(serve, impatient):
    async with serve(silent) as server, impatient() as clients:
        own = HttpOverrides.model_validate({"rate": {"in_flight": 1}, "breaker": {"failures": 1}})
        client = clients.client(provider="p", base_url=server.base_url, overrides=own)
        first = asyncio.create_task(ask(client, timeout=30))
        await asyncio.sleep(0.01)
        with pytest.raises(RequestTimeoutError):
            await ask(client, timeout=0.02)
        assert client.breaker_state == "closed"
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_a_thousand_calls_on_a_hundred_connections_wait_cheaply(serve, make_clients):
    """Promise 8, end to end; the seconds are the server's too and are shown. Waiting itself: test_limiter.py."""

    async def answer(request):
        await asyncio.sleep(0.005)
        return web.json_response({})

    async with serve(answer) as server, make_clients(timeout={"total": 60}) as clients:
        for rate in ({}, {"in_flight": 50}):
            own = HttpOverrides.model_validate({"rate": rate})
            client = clients.client(provider="p", base_url=server.base_url, overrides=own)
            began = time.process_time()
            answers = await asyncio.gather(*(ask(client) for _ in range(1000)))
            print(f"\n1000 calls, server included, {rate or 'no rate'}: {time.process_time() - began:.2f} s of CPU")
            assert {response.status for response in answers} == {200}
        assert len(server.connections) <= 100
