"""Bodies that are made while they are sent, and read while they come."""

from __future__ import annotations

import asyncio
import gzip
import os

import pytest
from aiohttp import web

from understudy.domain.errors import AuthenticationError, HTTPClientError, RequestTimeoutError, StreamInterruptedError

MEGABYTE = b"x" * 2**20


class Made:
    """A body of so many pieces; counts how often it was begun."""

    def __init__(self, pieces):
        self.pieces = pieces
        self.begun = 0

    async def chunks(self):
        self.begun += 1
        for piece in self.pieces:
            yield piece


async def test_a_body_is_sent_piece_by_piece(serve, make_clients):
    """Chunked where its length is not said, plain where it is."""

    async def handle(request):
        content = await request.read()
        return web.json_response({"size": len(content), "length": request.headers.get("content-length")})

    async with serve(handle) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        chunked = await client.request("POST", "/", operation="put", content=Made([b"a", b"bc"]))
        known = await client.request(
            "POST", "/", operation="put", content=Made([MEGABYTE] * 3), headers={"content-length": str(3 * 2**20)}
        )
    assert chunked.json() == {"size": 3, "length": None}
    assert known.json() == {"size": 3 * 2**20, "length": str(3 * 2**20)}


async def test_another_attempt_begins_the_body_again(serve, make_clients):
    """It is whole each time."""
    sizes = []

    async def handle(request):
        sizes.append(len(await request.read()))
        return web.json_response({}, status=503 if len(sizes) < 3 else 200)

    body = Made([b"abc", b"def"])
    async with serve(handle) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        response = await client.request("POST", "/", operation="put", content=body)
    assert response.attempts == body.begun == 3
    assert sizes == [6, 6, 6]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_download_comes_in_pieces(serve, make_clients, encoding):
    """Over the limit for whole answers, decompressed, with its head."""
    content = os.urandom(2**20)

    async def handle(request):
        headers = {"content-type": "application/x-thing", "content-encoding": encoding}
        return web.Response(body=gzip.compress(content) if encoding == "gzip" else content, headers=headers)

    async with serve(handle) as server, make_clients(limits={"response_bytes": 1000}) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        async with client.download("GET", "/", operation="read") as download:
            pieces = [piece async for piece in download.chunks()]
            assert download.status == 200
            assert download.headers["content-type"] == "application/x-thing"
    assert b"".join(pieces) == content
    assert len(pieces) > 1


async def test_a_download_that_is_refused_raises_when_it_is_entered(serve, make_clients):
    """The service's error, as for any other request."""

    async def handle(request):
        return web.json_response({"error": "who?"}, status=401)

    async with serve(handle) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        with pytest.raises(AuthenticationError):
            async with client.download("GET", "/", operation="read"):
                pytest.fail("the download is open")


async def test_a_download_that_is_not_entered_says_so(make_clients):
    """Nothing is sent."""
    async with make_clients() as clients:
        download = clients.client(provider="p", base_url="http://127.0.0.1:9").download("GET", "/", operation="read")
        with pytest.raises(HTTPClientError, match="not open"):
            await anext(download.chunks())


async def test_a_download_that_breaks_or_stalls_raises(serve, make_clients):
    """The connection's end is not the file's."""
    left = asyncio.Event()

    async def handle(request):
        response = web.StreamResponse(headers={"content-length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 10)
        if request.path == "/stall":
            await left.wait()
            return response
        request.transport.abort()
        return response

    async with serve(handle) as server, make_clients(timeout={"read": 0.1}) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        for path, kind in (("/break", StreamInterruptedError), ("/stall", RequestTimeoutError)):
            async with client.download("GET", path, operation="read") as download:
                pieces = download.chunks()
                assert await anext(pieces) == b"x" * 10
                with pytest.raises(kind) as caught:
                    await anext(pieces)
            assert (caught.value.provider, caught.value.operation) == ("p", "read")
        left.set()
