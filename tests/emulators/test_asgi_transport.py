"""An application behind the transport behaves as a server on a socket would, only without one."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from understudy.testing.asgi import AsgiTransport

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def client(app, **options):
    return httpx.AsyncClient(transport=AsgiTransport(app), base_url="http://service", **options)


async def test_request_and_answer_arrive_as_they_were_sent():
    seen = {}

    async def app(scope, receive, send):
        seen.update(scope, body=(await receive())["body"])
        await send({**START, "status": 201})
        await send({"type": "http.response.body", "body": b"made"})

    async with client(app) as http:
        answer = await http.post("/a%20b?x=1", content=b"hello", headers={"X-Own": "1"})
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (201, "made", "text/plain")
    assert (seen["method"], seen["path"], seen["raw_path"], seen["query_string"]) == ("POST", "/a b", b"/a%20b", b"x=1")
    assert (b"x-own", b"1") in seen["headers"]
    assert seen["body"] == b"hello"
    assert seen["server"] == ("service", None)


async def test_bytes_arrive_when_they_are_sent_and_not_at_the_end():
    more = asyncio.Event()

    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await more.wait()
        await send({"type": "http.response.body", "body": b"second"})

    async with client(app) as http, http.stream("GET", "/") as answer:
        chunks = answer.aiter_raw()
        assert await anext(chunks) == b"first"
        more.set()
        assert await anext(chunks) == b"second"


async def test_an_application_is_not_far_ahead_of_its_reader():
    sent = 0

    async def app(scope, receive, send):
        nonlocal sent
        await send(START)
        for _ in range(1000):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            sent += 1
        await send({"type": "http.response.body", "body": b""})

    async with client(app) as http, http.stream("GET", "/") as answer:
        await anext(answer.aiter_raw())
        await asyncio.sleep(0)
        assert sent < 5


async def test_closing_early_cancels_the_application():
    ended = asyncio.Event()

    async def app(scope, receive, send):
        try:
            await send(START)
            while True:
                await send({"type": "http.response.body", "body": b"x", "more_body": True})
        finally:
            ended.set()

    async with client(app) as http, http.stream("GET", "/") as answer:
        await anext(answer.aiter_raw())
    assert ended.is_set()


async def test_closing_early_tells_an_application_that_listens():
    told = asyncio.Event()

    async def app(scope, receive, send):
        await receive()
        await send(START)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        told.set()

    async with client(app) as http, http.stream("GET", "/") as answer:
        await anext(answer.aiter_raw())
    assert told.is_set()


async def test_a_cancelled_caller_cancels_the_application():
    begun, ended = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with client(app) as http:
        call = asyncio.create_task(http.get("/"))
        await begun.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert ended.is_set()


async def test_what_the_application_raises_is_raised_to_the_caller():
    async def before(scope, receive, send):
        raise ZeroDivisionError("before")

    async def inside(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        raise ZeroDivisionError("inside")

    for app in (before, inside):
        async with client(app) as http:
            with pytest.raises(ZeroDivisionError, match=app.__name__):
                await http.get("/")


async def test_an_application_that_gives_up_is_a_lost_connection():
    async def silent(scope, receive, send):
        return

    async def half(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})

    for app, words in ((silent, "without sending an answer"), (half, "middle of its answer")):
        async with client(app) as http:
            with pytest.raises(httpx.RemoteProtocolError, match=words):
                await http.get("/")


async def test_a_read_timeout_is_kept():
    async def app(scope, receive, send):
        await asyncio.Event().wait()

    async with client(app, timeout=httpx.Timeout(5, read=0.01)) as http:
        with pytest.raises(httpx.ReadTimeout, match=r"0.01 s"):
            await http.get("/")


async def test_an_error_after_the_reader_has_left_is_not_lost():
    async def app(scope, receive, send):
        await send(START)
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        try:
            await asyncio.Event().wait()
        finally:
            raise ZeroDivisionError

    async with client(app) as http:
        with pytest.raises(ZeroDivisionError):
            async with http.stream("GET", "/") as answer:
                await anext(answer.aiter_raw())
