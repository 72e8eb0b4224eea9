"""Limits: no answer, however made, takes more memory than the settings allow."""

import gzip
import tracemalloc
import zlib

import httpx
import pytest
from aiohttp import web

from understudy.domain.errors import LimitExceededError, ProviderError, ResponseDecodeError, StreamInterruptedError

MEGABYTE = 1 << 20


@pytest.fixture
def answered(make_clients):
    """A function from a body and its encoding to what a client makes of it."""

    async def run(body, encoding, **limits):
        async def pieces():
            for start in range(0, len(body), 1000):
                yield body[start : start + 1000]

        answer = httpx.Response(200, content=pieces(), headers={"content-encoding": encoding})
        clients = make_clients(httpx.MockTransport(lambda _: answer), limits=limits)
        client = clients.client(provider="p", base_url="https://api.example.test")
        return await client.request("GET", "/x", operation="get")

    return run


def raw_deflate(data):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
        ("", bytes),
        ("GZIP", gzip.compress),
        ("gzip", lambda data: gzip.compress(data[:5000]) + gzip.compress(data[5000:])),
    ],
)
async def test_compressed_bodies_are_read(answered, encoding, compress):
    plain = b'{"a": "' + bytes(range(97, 123)) * 9000 + b'"}'
    assert (await answered(compress(plain), encoding)).content == plain


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_what_is_not_compressed_as_it_says_is_a_decode_error(answered, encoding):
    with pytest.raises(ResponseDecodeError, match=encoding):
        await answered(b"not compressed at all", encoding)


async def test_a_compression_that_was_not_asked_for_is_a_decode_error(answered):
    with pytest.raises(ResponseDecodeError, match="not asked for"):
        await answered(b"....", "br")


async def test_a_compressed_body_that_is_cut_off_is_interrupted(answered):
    with pytest.raises(StreamInterruptedError):
        await answered(gzip.compress(b"x" * 100_000)[:-9], "gzip")


async def test_endlessly_many_gzip_members_are_refused(answered):
    with pytest.raises(ResponseDecodeError, match="too many parts"):
        await answered(gzip.compress(b"x") * 1000, "gzip")


async def test_a_body_may_have_exactly_the_allowed_size(answered):
    assert len((await answered(b"x" * 5000, "", response_bytes=5000)).content) == 5000
    with pytest.raises(LimitExceededError, match="5000 bytes"):
        await answered(b"x" * 5001, "", response_bytes=5000)


async def test_a_compression_bomb_is_stopped_while_it_unfolds(answered):
    bomb = gzip.compress(b" " * (200 * MEGABYTE), 9)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceededError):
            await answered(bomb, "gzip", response_bytes=MEGABYTE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MEGABYTE


async def test_an_endless_body_is_stopped_while_it_arrives(serve, make_clients):
    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b" " * 100_000)
        except ConnectionError:
            return response

    async with serve(handler) as server, make_clients(limits={"response_bytes": MEGABYTE}) as clients:
        with pytest.raises(LimitExceededError, match=f"{MEGABYTE} bytes") as caught:
            await clients.client(provider="p", base_url=server.base_url).request("GET", "/x", operation="get")
    assert (caught.value.provider, caught.value.phase) == ("p", "body")
    assert "response_bytes" in str(caught.value)


async def test_a_declared_length_over_the_limit_is_refused_before_reading(serve_raw, make_clients):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000000000\r\n\r\n ")
        await reader.read()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(LimitExceededError):
            await clients.client(provider="p", base_url=base_url).request("GET", "/x", operation="get")


@pytest.mark.parametrize(("count", "size"), [(2000, 1000), (3, 30_000), (100, 700)])
async def test_headers_over_the_limit_are_refused(serve_raw, make_clients, count, size):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        lines = b"".join(b"x-%d: %s\r\n" % (number, b"a" * size) for number in range(count))
        writer.write(b"HTTP/1.1 200 OK\r\n" + lines + b"content-length: 2\r\n\r\n{}")
        await writer.drain()

    async with serve_raw(talk) as base_url, make_clients(limits={"header_bytes": 20_000}) as clients:
        with pytest.raises(LimitExceededError, match="20000 bytes") as caught:
            await clients.client(provider="p", base_url=base_url).request("GET", "/x", operation="get")
    assert "header_bytes" in str(caught.value)


async def test_headers_over_the_limit_are_refused_over_an_injected_transport_too(make_clients):
    answer = httpx.Response(200, json={}, headers={"x": "a" * 30_000})
    clients = make_clients(httpx.MockTransport(lambda _: answer), limits={"header_bytes": 20_000})
    with pytest.raises(LimitExceededError, match="20000 bytes"):
        await clients.client(provider="p", base_url="https://a.test").request("GET", "/x", operation="get")


async def test_of_an_endless_error_body_only_the_beginning_is_read(serve, make_clients):
    async def handler(request):
        response = web.StreamResponse(status=400)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"no " * 30_000)
        except ConnectionError:
            return response

    async with serve(handler) as server, make_clients() as clients:
        with pytest.raises(ProviderError, match="no no no") as caught:
            await clients.client(provider="p", base_url=server.base_url).request("GET", "/x", operation="get")
    assert len(caught.value.body) < 2000


async def test_an_error_body_that_breaks_off_still_tells_the_status(serve_raw, make_clients):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 No\r\ncontent-length: 100\r\n\r\n" + b"who are you")
        await writer.drain()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(ProviderError, match="who are you") as caught:
            await clients.client(provider="p", base_url=base_url).request("GET", "/x", operation="get")
    assert caught.value.status == 401
