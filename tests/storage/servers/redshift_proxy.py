"""A proxy that redshift_connector takes for Redshift, in front of PostgreSQL.

It leaves out the start-up options that PostgreSQL does not know, reports Redshift's version, and translates statements.
Message formats: chapter "Frontend/Backend Protocol" of PostgreSQL's documentation.
"""

import asyncio
import struct
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path

from redshift_sql import RedshiftSql

_KNOWN = frozenset({b"user", b"database", b"application_name", b"client_encoding", b"DateStyle", b"TimeZone"})
_SSL_REQUEST = 80877103
_CANCEL_REQUEST = 80877102
_VERSION = b"server_version\x008.0.2\x00"


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next message: its type and its body."""
    kind = await reader.readexactly(1)
    (size,) = struct.unpack("!i", await reader.readexactly(4))
    return kind, await reader.readexactly(size - 4)


def _framed(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _known_options(body: bytes) -> bytes:
    """A start-up message with the options that PostgreSQL knows."""
    words = body[4:].rstrip(b"\0").split(b"\0")
    pairs = zip(words[::2], words[1::2], strict=True)
    return body[:4] + b"".join(name + b"\0" + value + b"\0" for name, value in pairs if name in _KNOWN) + b"\0"


class Session:
    """One client's connection."""

    def __init__(self, sql: RedshiftSql) -> None:
        self._sql = sql
        self._after: deque[Callable[[], None]] = deque()
        self._unloaded = b"0"

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the client's messages, with its statements translated."""
        while True:
            kind, body = await _message(reader)
            if kind == b"Q":
                body = await self._translated(body.removesuffix(b"\0")) + b"\0"
            elif kind == b"P":
                name, query, types = body.split(b"\0", 2)
                body = b"\0".join((name, await self._translated(query), types))
            writer.write(_framed(kind, body))
            await writer.drain()

    async def _translated(self, query: bytes) -> bytes:
        query = query.replace(b"pg_last_unload_count()", self._unloaded)
        statement = await asyncio.to_thread(self._sql.translate, query.decode())
        if statement.then:
            self._after.append(statement.then)
        return statement.sql.encode()

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry the server's messages, and do what is to be done before a statement counts as complete."""
        while True:
            kind, body = await _message(reader)
            if kind == b"S" and body.startswith(b"server_version\0"):
                body = _VERSION
            elif kind == b"C" and body.startswith(b"COPY ") and self._after:
                self._unloaded = body.removesuffix(b"\0").split()[-1]
                kind, body = await self._finished(body)
            elif kind == b"E":
                self._after.clear()
            writer.write(_framed(kind, body))
            await writer.drain()

    async def _finished(self, body: bytes) -> tuple[bytes, bytes]:
        """What the client is told once all is done: that the statement is complete, or why it is not."""
        try:
            await asyncio.to_thread(self._after.popleft())
        except FileNotFoundError as error:
            words = f"SERROR\0VERROR\0CXX000\0MS3ServiceException: {error}\0\0"
            return b"E", words.encode()
        return b"C", body


class RedshiftProxy:
    """Takes connections and leads each to PostgreSQL's socket."""

    def __init__(self, socket: Path, sql: RedshiftSql) -> None:
        self._socket = socket
        self._sql = sql

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until either side closes."""
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket)
        session = Session(self._sql)
        try:
            server_writer.write(_framed(b"", await _start_up(reader, writer)))
            ways = [session.forward(reader, server_writer), session.back(server_reader, writer)]
            tasks = [asyncio.create_task(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            for end in await asyncio.gather(*tasks, return_exceptions=True):
                if not isinstance(end, asyncio.IncompleteReadError | ConnectionError | asyncio.CancelledError):
                    traceback.print_exception(end)
        except asyncio.IncompleteReadError:
            pass  # it left before it said who it is: both sides are closed below
        finally:
            writer.close()
            server_writer.close()


async def _start_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The client's start-up message; its wish for TLS is declined."""
    while True:
        (size,) = struct.unpack("!i", await reader.readexactly(4))
        body = await reader.readexactly(size - 4)
        (code,) = struct.unpack("!i", body[:4])
        if code == _CANCEL_REQUEST:
            return body
        if code != _SSL_REQUEST:
            return _known_options(body)
        writer.write(b"N")
