"""Streams: frames as they arrive, and every way in which a stream is none."""

import asyncio
import gzip
import json

import httpx
import pytest
from aiohttp import web

from understudy.domain.errors import (
    HTTPClientError,
    InvalidRequestError,
    LimitExceededError,
    MaxRetriesExceededError,
    OverloadedError,
    RequestTimeoutError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.providers.http import Frame

SSE = {"content-type": "text/event-stream"}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


async def read_all(client, framing="sse", **options):
    async with client.stream("POST", "/x", operation="generate", framing=framing, json={}, **options) as stream:
        return [frame async for frame in stream.frames()]


@pytest.fixture
def streamed(make_clients):
    """A function from an answer to a client that gets it."""

    def make(answer, **sections):
        handler = answer if callable(answer) else lambda _: answer
        return make_clients(httpx.MockTransport(handler), **sections).client(
            provider="p", base_url="https://api.example.test"
        )

    return make


@pytest.fixture
async def served(serve, make_clients):
    """A function from a list of chunks to what a client reads from a real server that sends them one by one."""

    async def run(pieces, framing="sse", kind="text/event-stream", **sections):
        async def handler(request):
            response = web.StreamResponse(headers={"content-type": kind})
            await response.prepare(request)
            for piece in pieces:
                await response.write(piece)
                await asyncio.sleep(0)
            await response.write_eof()
            return response

        async with serve(handler) as server, make_clients(**sections) as clients:
            return await read_all(clients.client(provider="p", base_url=server.base_url), framing)

    return run


async def test_sse_frames_from_a_real_server_in_small_pieces(served):
    text = "\ufeffevent: a\r\ndata: é€😀\r\n\r\n: ping\n\ndata: 2\n\ndata: [DONE]".encode()
    frames = await served([text[i : i + 3] for i in range(0, len(text), 3)])
    assert frames == [Frame("a", "é€😀".encode()), Frame(None, b"2"), Frame(None, b"[DONE]")]


async def test_ndjson_frames_from_a_real_server_in_small_pieces(served):
    text = b'{"a":1}\n\n{"b":2}\r\n{"c":3}'
    frames = await served([text[i : i + 4] for i in range(0, len(text), 4)], "ndjson", "application/x-ndjson")
    assert [frame.data for frame in frames] == [b'{"a":1}', b'{"b":2}', b'{"c":3}']


async def test_the_head_is_known_inside(streamed):
    client = streamed(httpx.Response(200, headers={**SSE, "X-Request-Id": "r1"}, content=b"data: 1\n\n"))
    stream = client.stream("POST", "/x", operation="generate", framing="sse", json={})
    assert stream.status == 0
    async with stream:
        assert (stream.status, stream.request_id, stream.attempts) == (200, "r1", 1)
        assert stream.headers["content-type"] == "text/event-stream"
        assert stream.elapsed >= 0


async def test_frames_are_only_there_inside(streamed):
    stream = streamed(httpx.Response(200)).stream("POST", "/x", operation="generate", framing="sse", json={})
    with pytest.raises(HTTPClientError, match="not open"):
        await anext(stream.frames())


async def test_opening_is_retried(streamed):
    answers = [httpx.Response(503), httpx.ConnectError("no"), httpx.Response(200, headers=SSE, content=b"data: 1\n\n")]

    def handler(request):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await read_all(streamed(handler)) == [Frame(None, b"1")]
    assert answers == []


async def test_an_error_status_is_mapped_like_any_other(streamed):
    client = streamed(httpx.Response(529, json={"error": {"message": "busy"}}), retry={"max_retries": 1})
    with pytest.raises(MaxRetriesExceededError, match="busy") as caught:
        await read_all(client)
    assert isinstance(caught.value.last_error, OverloadedError)


@pytest.mark.parametrize("framing", ["sse", "ndjson"])
@pytest.mark.parametrize("body", [{"error": {"message": "no such model"}}, [{"error": {"message": "no such model"}}]])
async def test_an_error_document_with_status_200_goes_to_the_mapper(make_clients, framing, body):
    seen = []

    def mapper(answer):
        seen.append(answer)
        return InvalidRequestError("mapped")

    clients = make_clients(httpx.MockTransport(lambda _: httpx.Response(200, json=body)))
    client = clients.client(provider="p", base_url="https://api.example.test", errors=mapper)
    with pytest.raises(InvalidRequestError, match="mapped"):
        await read_all(client, framing)
    assert (seen[0].status, seen[0].body) == (200, body)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (httpx.Response(200, html="<html>login sk-abcdefghijkl</html>"), "text/html"),
        (httpx.Response(200, json={"choices": []}), "one whole JSON document"),
        (httpx.Response(200, content=b"", headers={"content-type": "application/json"}), "empty"),
        (httpx.Response(200, content=b"", headers=SSE), "empty"),
        (httpx.Response(200, content=b""), "empty"),
        (httpx.Response(200, content=b"data: 1\n\n", headers={**SSE, "content-encoding": "br"}), "br"),
        (httpx.Response(307, headers={"location": "https://evil.test/x"}), "evil.test"),
    ],
)
async def test_what_is_no_stream_is_a_decode_error(streamed, answer, says):
    with pytest.raises(ResponseDecodeError, match=says) as caught:
        await read_all(streamed(answer))
    assert (caught.value.provider, caught.value.operation) == ("p", "generate")
    assert "sk-abcdefghijkl" not in str(caught.value)


async def test_lines_of_json_labelled_as_one_document_are_read(streamed):
    answer = httpx.Response(200, content=b'{"a":1}\n{"a":2}', headers={"content-type": "application/json"})
    assert [frame.data for frame in await read_all(streamed(answer), "ndjson")] == [b'{"a":1}', b'{"a":2}']


async def test_an_event_stream_labelled_as_json_is_read_as_it_arrives(served):
    frames = await served([b"data: 1\n\n", b"data: 2\n\n"], kind="application/json")
    assert [frame.data for frame in frames] == [b"1", b"2"]


async def test_a_compressed_stream_is_read(served, streamed):
    body = gzip.compress(b"data: 1\n\ndata: 2\n\n")
    answer = httpx.Response(200, stream=httpx.ByteStream(body), headers={**SSE, "content-encoding": "gzip"})
    assert [frame.data for frame in await read_all(streamed(answer))] == [b"1", b"2"]


async def test_a_compressed_stream_that_is_cut_off_is_interrupted(streamed):
    body = gzip.compress(b"".join(b"data: %d\n\n" % number for number in range(1000)))[:-20]
    answer = httpx.Response(200, stream=httpx.ByteStream(body), headers={**SSE, "content-encoding": "gzip"})
    with pytest.raises(StreamInterruptedError):
        await read_all(streamed(answer))


async def test_a_line_over_the_limit_is_refused(served):
    with pytest.raises(LimitExceededError, match="line"):
        await served([b"data: " + b"x" * 500] * 50, limits={"line_bytes": 2000})


@pytest.mark.parametrize("ending", ["drop", "reset"])
async def test_a_connection_lost_after_the_first_event_is_one_request_and_a_typed_error(
    serve_raw, make_clients, ending
):
    requests = []

    async def talk(reader, writer):
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(HEAD + chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n"))
        await writer.drain()
        if ending == "reset":
            writer.transport.abort()

    async with serve_raw(talk) as base_url, make_clients() as clients:
        client = clients.client(provider="p", base_url=base_url)
        with pytest.raises(StreamInterruptedError) as caught:
            await read_all(client)
    assert caught.value.retryable
    assert len(requests) == 1


async def test_frames_before_the_loss_are_given(serve_raw, make_clients):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n"))
        await writer.drain()

    got = []

    async def read(client):
        async with client.stream("POST", "/x", operation="generate", framing="sse") as stream:
            async for frame in stream.frames():
                got.append(frame.data)  # noqa: PERF401 # a comprehension would lose what came before the error

    async with serve_raw(talk) as base_url, make_clients() as clients:
        with pytest.raises(StreamInterruptedError) as caught:
            await read(clients.client(provider="p", base_url=base_url))
    assert got == [b"1", b"2"]
    assert caught.value.phase == "stream"


async def test_a_stream_that_falls_silent_is_a_timeout_in_phase_idle(serve_raw, make_clients):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + chunk(b"data: 1\n\n"))
        await asyncio.sleep(30)

    async with serve_raw(talk) as base_url, make_clients(timeout={"read": 0.1}) as clients:
        with pytest.raises(RequestTimeoutError) as caught:
            await read_all(clients.client(provider="p", base_url=base_url))
    assert caught.value.phase == "idle"


async def test_a_stream_of_pings_ends_at_the_total_deadline(serve_raw, make_clients):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + chunk(b"data: 1\n\n"))
        while True:
            writer.write(chunk(b": ping\n\n"))
            await writer.drain()
            await asyncio.sleep(0.02)

    loop = asyncio.get_running_loop()
    async with serve_raw(talk) as base_url, make_clients() as clients:
        client = clients.client(provider="p", base_url=base_url)
        began = loop.time()
        with pytest.raises(RequestTimeoutError) as caught:
            await read_all(client, timeout=0.2)
    assert caught.value.phase == "total"
    assert loop.time() - began < 5


async def test_the_deadline_holds_over_an_injected_transport_too(streamed):
    async def endless():
        while True:
            yield b": ping\n\n"
            await asyncio.sleep(0.01)

    with pytest.raises(RequestTimeoutError) as caught:
        await read_all(streamed(lambda _: httpx.Response(200, headers=SSE, content=endless())), timeout=0.1)
    assert caught.value.phase == "total"


async def test_leaving_early_closes_the_connection_and_the_next_call_works(serve, make_clients):
    async def handler(request):
        if request.path == "/whole":
            return web.json_response({})
        response = web.StreamResponse(headers=SSE)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"data: 1\n\n")
                await asyncio.sleep(0.005)
        except ConnectionError:
            return response

    async with serve(handler) as server, make_clients(max_connections=1) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        async with client.stream("POST", "/x", operation="generate", framing="sse") as stream:
            assert await anext(stream.frames()) == Frame(None, b"1")
        assert (await client.request("GET", "/whole", operation="get")).json() == {}


async def test_a_stream_read_to_its_end_returns_its_connection(serve, make_clients):
    async def handler(request):
        return web.Response(body=b"data: 1\n\n", headers=SSE)

    async with serve(handler) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        for _ in range(5):
            assert len(await read_all(client)) == 1
    assert len(server.connections) == 1


async def test_json_frames_are_bytes_ready_to_be_decoded(served):
    frames = await served([b'data: {"text": "h\xc3', b'\xa9"}\n\n'])
    assert json.loads(frames[0].data) == {"text": "hé"}


@pytest.mark.parametrize("injected", [False, True], ids=["engine", "transport"])
async def test_the_limit_of_one_attempt_holds_over_its_stream(serve, make_clients, injected):
    async def endless():
        while True:
            yield b": ping\n\n"
            await asyncio.sleep(0.01)

    async def handler(request):
        return web.Response(body=endless(), headers=SSE)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=SSE, content=endless()))
    hasty = make_clients(transport if injected else None, timeout={"attempt": 0.1})
    async with serve(handler) as server, hasty as clients:
        with pytest.raises(RequestTimeoutError) as caught:
            await read_all(clients.client(provider="p", base_url=server.base_url))
    assert caught.value.phase == "attempt"
