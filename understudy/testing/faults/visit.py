"""One request at the fault server, and the means to answer it badly."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from understudy.testing.faults.wires import Wire

__all__ = ["Arrival", "Visit", "chunk", "head"]

Headers = Iterable[tuple[str, str]]

_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request that reached the server. ``listener`` is the address at which; header names in lower case."""

    listener: str
    method: str
    path: str
    connection: int
    headers: Mapping[str, str] = field(repr=False)


def head(status: int = 200, *, headers: Headers = ()) -> bytes:
    """An answer's head, with a request id as services have."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unassigned"
    lines = [f"HTTP/1.1 {status} {phrase}", "x-request-id: req_fault"]
    lines += [f"{name}: {value}" for name, value in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Visit:
    """A request with its connection.

    ``number`` counts the requests of one run from 1. ``keep`` is whether the connection stays open after the fault;
    answers that are complete set it. ``other`` is the base URL of another host, to which nothing should ever come.
    """

    def __init__(
        self,
        arrival: Arrival,
        body: bytes,
        *,
        wire: Wire,
        number: int,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        other: str,
    ) -> None:
        self.arrival = arrival
        self.body = body
        self.wire = wire
        self.number = number
        self.other = other
        self.keep = False
        self._reader = reader
        self._writer = writer

    @property
    def streaming(self) -> bool:
        """Whether a stream was asked for."""
        if "streamGenerateContent" in self.arrival.path:
            return True
        try:
            return bool(json.loads(self.body or b"{}").get("stream"))
        except ValueError:
            return False

    @property
    def credential(self) -> str:
        """The credential that the request carries."""
        names = ("x-api-key", "x-goog-api-key", "authorization")
        return next((self.arrival.headers[name] for name in names if name in self.arrival.headers), "")

    async def send(self, data: bytes) -> None:
        """Send bytes as they are, and wait until they have left."""
        self._writer.write(data)
        await self._writer.drain()

    async def document(self, document: Mapping[str, Any], *, status: int = 200, headers: Headers = ()) -> None:
        """A complete JSON answer."""
        await self.body_of(json.dumps(document).encode(), status=status, headers=headers)

    async def body_of(self, data: bytes, *, kind: str = _JSON, status: int = 200, headers: Headers = ()) -> None:
        """A complete answer with this body."""
        framing = [("content-type", kind), ("content-length", str(len(data))), *headers]
        await self.send(head(status, headers=framing) + data)
        self.keep = True

    async def begin(self, *, kind: str | None = None, status: int = 200, headers: Headers = ()) -> None:
        """The head of a chunked body: a stream of this wire, unless ``kind`` says otherwise."""
        framing = [("content-type", kind or self.wire.stream_type), ("transfer-encoding", "chunked"), *headers]
        await self.send(head(status, headers=framing))

    async def pieces(self, pieces: Iterable[bytes]) -> None:
        """One chunk for each."""
        for piece in pieces:
            await self.send(chunk(piece))

    async def end(self) -> None:
        """The last chunk."""
        await self.send(b"0\r\n\r\n")
        self.keep = True

    async def refuse(self, status: int, *, headers: Headers = ()) -> None:
        """An answer that says no, in this wire's words."""
        await self.document(self.wire.error(status, f"The service says {status}."), status=status, headers=headers)

    async def answer(self, text: str = "pong") -> None:
        """What a healthy service answers, whole or streamed as asked."""
        if not self.streaming:
            await self.document(self.wire.whole(text))
            return
        half = len(text) // 2
        await self.begin()
        await self.pieces([*self.wire.opening((text[:half], text[half:])), *self.wire.closing(text)])
        await self.end()

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        raw: socket.socket | None = self._writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def silence(self) -> None:
        """Say nothing more, until the client leaves or the server is closed."""
        while await self._reader.read(65_536):
            continue
