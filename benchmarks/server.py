"""The static server: fixed bytes over HTTP/1.1 on loopback, as cheaply as asyncio can. Prints its two ports.

The first port sends a stream in as few writes as the socket takes, the second one event per write, as a model does.
It reads no more of a request than its length, its path and whether a stream is wanted.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from functools import partial

import bodies

_STREAM = (b'"stream":true', b'"stream": true')


def _head(kind: bytes, framing: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\n" + framing + b"\r\n\r\n"


class Answer:
    """One route's bytes, ready to be written."""

    def __init__(self, parts: tuple[bytes, list[bytes]], kind: bytes) -> None:
        body, events = parts
        self.whole = _head(b"application/json", b"content-length: %d" % len(body)) + body
        self.head = _head(kind, b"transfer-encoding: chunked")
        self.chunks = [b"%x\r\n%b\r\n" % (len(event), event) for event in events]
        joined = b"".join(events)
        self.stream = _head(kind, b"content-length: %d" % len(joined)) + joined


CHAT = Answer(bodies.CHAT, b"text/event-stream")
RESPONSES = Answer(bodies.RESPONSES, b"text/event-stream")
MESSAGES = Answer(bodies.MESSAGES, b"text/event-stream")
GEMINI = Answer(bodies.GEMINI, b"text/event-stream")
OLLAMA = Answer(bodies.OLLAMA, b"application/x-ndjson")
MISSING = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One connection. Requests are answered in turn; ``paced`` writes the events of a stream one by one."""

    def __init__(self, *, paced: bool) -> None:
        self._paced = paced
        self._buffer = bytearray()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._buffer[:end])
            total = end + 4 + _length(head.lower())
            if len(self._buffer) < total:
                return
            body = bytes(self._buffer[end + 4 : total])
            del self._buffer[:total]
            self._answer(head[: head.find(b"\r\n")], body)

    def _answer(self, line: bytes, body: bytes) -> None:
        answer, streamed = _route(line, body)
        if self._transport is None:
            return
        if answer is None:
            self._transport.write(MISSING)
        elif not streamed:
            self._transport.write(answer.whole)
        elif not self._paced:
            self._transport.write(answer.stream)
        else:
            self._transport.write(answer.head)
            self._next(iter(answer.chunks))

    def _next(self, chunks: Iterator[bytes]) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        chunk = next(chunks, None)
        if chunk is None:
            self._transport.write(b"0\r\n\r\n")
        else:
            self._transport.write(chunk)
            self._loop.call_soon(self._next, chunks)


def _length(head: bytes) -> int:
    start = head.find(b"content-length:")
    if start < 0:
        return 0
    end = head.find(b"\r", start)
    return int(head[start + 15 : end if end > 0 else len(head)])


def _route(line: bytes, body: bytes) -> tuple[Answer | None, bool]:
    streamed = any(word in body for word in _STREAM)
    if b"/chat/completions" in line:
        return CHAT, streamed
    if b"/responses" in line:
        return RESPONSES, streamed
    if b"/messages" in line:
        return MESSAGES, streamed
    if b":streamGenerateContent" in line or b":generateContent" in line:
        return GEMINI, b":stream" in line
    return (OLLAMA, streamed) if b"/api/chat" in line else (None, False)


async def serve() -> None:
    """Listen on two free ports, say which, and answer until the standard input is closed."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(partial(Connection, paced=paced), "127.0.0.1", 0, backlog=4096)
        for paced in (False, True)
    ]
    print(*[server.sockets[0].getsockname()[1] for server in servers], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
