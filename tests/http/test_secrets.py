"""Secrets: no key in any text, log record or frame, whatever goes wrong; and none at any other host."""

import asyncio
import gzip
import logging
import traceback

import pytest
from aiohttp import web

from understudy.domain.errors import ProviderError
from understudy.domain.secrets import Secret

KEY = "sk-SECRET-0123456789-abcdefghij"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def every_error(error):
    """The error and everything chained to it."""
    seen = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    return seen


def leaks(error):
    """Where the key shows: texts, the traceback, and the locals of every frame that is not a test's."""
    found = []
    for each in every_error(error):
        texts = {"str": str(each), "repr": repr(each), "vars": repr(vars(each))}
        found += [name for name, text in texts.items() if KEY in text]
        for frame, _ in traceback.walk_tb(each.__traceback__):
            if "test_secrets" not in frame.f_code.co_filename:
                found += [
                    f"{frame.f_code.co_name}: {name}" for name, value in frame.f_locals.items() if KEY in repr(value)
                ]
    return found + (["traceback"] if KEY in "".join(traceback.format_exception(error)) else [])


async def _reset(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def _silence(reader, writer):
    await asyncio.sleep(30)


async def _half(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    await writer.drain()


async def _garbage(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HELLO\r\n\r\n")
    await writer.drain()


def _answer(head, body=b""):
    async def talk(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 " + head + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    return talk


async def _drop(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD + b"9\r\ndata: 1\n\n\r\n")
    await writer.drain()


FAULTS = {
    "reset": _reset,
    "silence": _silence,
    "half a body": _half,
    "garbage": _garbage,
    "drop": _drop,
    "echo in an error": _answer(b"401 No", b'{"error": {"message": "Incorrect API key: %s"}}' % KEY.encode()),
    "echo in a page": _answer(b"200 OK\r\ncontent-type: text/html", b"<html>%s</html>" % KEY.encode()),
    "echo in broken JSON": _answer(b"200 OK\r\ncontent-type: application/json", b'{"key": "%s' % KEY.encode()),
    "echo retried": _answer(b"503 Busy", b"no, %s" % KEY.encode()),
    "redirect": _answer(b"307 Go\r\nlocation: http://127.0.0.1:9/"),
    "not gzip": _answer(b"200 OK\r\ncontent-encoding: gzip", KEY.encode()),
    "bomb": _answer(b"200 OK\r\ncontent-encoding: gzip", gzip.compress(b"x" * 10_000_000)),
    "headers": _answer(b"200 OK\r\nx-echo: " + b"a" * 90_000),
}


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("fault", FAULTS)
async def test_no_key_shows_whatever_goes_wrong(serve_raw, make_clients, caplog, fault, streamed):
    caplog.set_level(logging.DEBUG)
    sections = {
        "timeout": {"read": 0.1, "total": 1},
        "retry": {"max_retries": 1},
        "limits": {"response_bytes": 1_000_000, "line_bytes": 100_000},
    }

    async def call(client):
        if not streamed:
            return (await client.request("POST", "/x", operation="generate", json={"a": 1})).json()
        async with client.stream("POST", "/x", operation="generate", framing="sse", json={"a": 1}) as stream:
            return [frame async for frame in stream.frames()]

    async with serve_raw(FAULTS[fault]) as base_url, make_clients(**sections) as clients:
        client = clients.client(
            provider="p", base_url=base_url, secret_headers={"authorization": Secret(f"Bearer {KEY}")}
        )
        (error,) = await asyncio.gather(call(client), return_exceptions=True)
    assert isinstance(error, ProviderError)
    assert leaks(error) == []
    assert (error.provider, error.operation) == ("p", "generate")
    assert error.host is not None
    assert error.host.startswith("127.0.0.1")
    assert error.phase
    assert KEY not in caplog.text
    assert KEY not in repr([vars(record) for record in caplog.records])
    assert KEY not in repr(client) + repr(vars(clients))


@pytest.mark.parametrize("target", ["refused", "cancelled"])
async def test_no_key_shows_in_the_frames_of_a_call_that_never_got_through(serve_raw, make_clients, free_port, target):
    async with serve_raw(_silence) as base_url, make_clients(retry={"max_retries": 0}) as clients:
        url = base_url if target == "cancelled" else f"http://127.0.0.1:{free_port}"
        client = clients.client(provider="p", base_url=url, secret_headers={"x-api-key": Secret(KEY)})
        task = asyncio.create_task(client.request("GET", "/x", operation="get"))
        await asyncio.sleep(0.05)
        task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(error, asyncio.CancelledError if target == "cancelled" else ProviderError)
    assert leaks(error) == []


async def test_the_key_arrives_at_its_host_and_at_no_other(serve, make_clients):
    async def elsewhere(request):
        return web.json_response({})

    async with serve(elsewhere) as other:

        async def handler(request):
            return web.Response(status=308, headers={"location": other.base_url + "/x"})

        async with serve(handler) as server, make_clients() as clients:
            secrets = {"x-goog-api-key": Secret(KEY), "authorization": Secret(f"Bearer {KEY}")}
            client = clients.client(provider="p", base_url=server.base_url, secret_headers=secrets)
            with pytest.raises(ProviderError):
                await client.request("GET", "/x", operation="get")
    assert server.requests[0].headers["x-goog-api-key"] == KEY
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert other.requests == []


async def test_what_a_mapper_quotes_of_an_answer_is_redacted_too(serve, make_clients):
    async def echo(request):
        return web.json_response({"error": f"bad key {request.headers['x-api-key']}"}, status=401)

    def mapper(answer):
        return ProviderError(f"says {answer.body}", body=str(answer.body))

    async with serve(echo) as server:
        client = make_clients().client(
            provider="p", base_url=server.base_url, secret_headers={"x-api-key": Secret(KEY)}, errors=mapper
        )
        with pytest.raises(ProviderError, match=r"says .*bad key") as caught:
            await client.request("GET", "/x", operation="get")
    assert "bad key" in caught.value.body
    assert leaks(caught.value) == []
