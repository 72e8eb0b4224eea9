"""One container, the real engine, and whatever programs do with it: several event loops, threads, forks."""

import asyncio
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from understudy import blocking, open_container
from understudy.containers.opening import build_container
from understudy.providers.portal import Portal

ANSWER = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-x",
        "content": [{"type": "text", "text": "hello"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
).encode()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request on the connection, until the client closes it."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
            await reader.readexactly(int(length.partition(b":")[2]))
            lines = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)
            writer.write(lines + ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client is done
    finally:
        writer.close()


@pytest.fixture
def settings() -> Iterator[dict[str, Any]]:
    """Settings of which claude is real and speaks to a server of this test."""
    portal = Portal("test-server")
    server = portal.run(asyncio.start_server(serve, "127.0.0.1", 0))
    host, port = server.sockets[0].getsockname()[:2]
    claude = {"api_key": "sk-1", "base_url": f"http://{host}:{port}"}
    yield {"generation": {"default": "claude", "claude": claude}, "http": {"retry": {"max_retries": 0}}}
    portal.run(stop(server))
    portal.close()


async def stop(server: asyncio.Server) -> None:
    server.close()


def test_one_container_serves_one_event_loop_after_the_other(settings: dict[str, Any]) -> None:
    container, _ = build_container(settings)

    async def use() -> list[str]:
        results = await asyncio.gather(*(container.generator().generate("hi") for _ in range(3)))
        return [result.text for result in results]

    assert [asyncio.run(use()) for _ in range(4)] == [["hello"] * 3] * 4
    asyncio.run(container.lifetime().aclose())


def test_one_container_serves_the_event_loops_of_several_threads(settings: dict[str, Any]) -> None:
    container, _ = build_container(settings)

    async def use() -> str:
        text = (await container.generator().generate("hi")).text
        return text + (await container.generator().generate("hi")).text

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: asyncio.run(use()), range(8)))
    assert answers == ["hellohello"] * 8
    asyncio.run(container.lifetime().aclose())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)  # forking with threads is what is tested
def test_parent_and_child_go_on_after_a_fork(settings: dict[str, Any]) -> None:
    with blocking.open_container(settings) as app:
        assert app.generator().generate("hi").text == "hello"
        child = os.fork()
        if child == 0:
            good = [app.generator().generate("hi").text for _ in range(3)] == ["hello"] * 3
            app.close()
            os._exit(0 if good else 1)
        assert [app.generator().generate("hi").text for _ in range(3)] == ["hello"] * 3
        _, status = os.waitpid(child, 0)
    assert status == 0


async def test_everything_is_closed_at_the_end_of_the_block(settings: dict[str, Any]) -> None:
    """Warnings are errors here: a connection left open would be one."""
    async with open_container(settings) as container:
        assert (await container.generator().generate("hi")).text == "hello"
    assert container.lifetime().built == ()
