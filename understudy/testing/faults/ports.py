"""The fault server's ports, each failing in its own way."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from functools import partial

__all__ = ["Ports"]

_HOST = "127.0.0.1"
_LINE = 1 << 20  # bytes that a request's head may have
_WAITING = 4  # connections that fill the backlog of a port that accepts nobody

Serve = Callable[[str, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Ports:
    """Opens ports on loopback and gives their connections to ``serve``, with the listener's name."""

    def __init__(self, serve: Serve) -> None:
        self.open: dict[str, int] = {}
        self._serve = serve
        self._servers: list[asyncio.Server] = []
        self._sockets: list[socket.socket] = []

    async def begin(self) -> None:
        """Open those that need no certificate."""
        for name in ("http", "other", "silent", "tls_cut", "tls_garbage"):
            await self.listen(name)
        self.open["refused"] = self._socket().getsockname()[1]
        self.open["full"] = self._full()

    async def listen(self, name: str, *, context: ssl.SSLContext | None = None) -> int:
        """Open one more; the port's number."""
        server = await asyncio.start_server(partial(self._serve, name), _HOST, 0, limit=_LINE, ssl=context, backlog=512)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        self.open[name] = port
        return port

    def close(self) -> None:
        """Close them all."""
        for server in self._servers:
            server.close()
        for each in self._sockets:
            each.close()

    def _socket(self) -> socket.socket:
        """A bound socket that does not listen: whoever connects is refused, and no one else gets the port."""
        bound = socket.socket()
        bound.bind((_HOST, 0))
        self._sockets.append(bound)
        return bound

    def _full(self) -> int:
        """A port that listens and whose backlog is full: connections begin and are never accepted."""
        full = self._socket()
        full.listen(0)
        for _ in range(_WAITING):
            waiting = socket.socket()
            waiting.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(full.getsockname())
            self._sockets.append(waiting)
        port: int = full.getsockname()[1]
        return port
