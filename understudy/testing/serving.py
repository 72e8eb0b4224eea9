"""An ASGI application on a loopback port, for programs that need a real one: other processes, other languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from understudy.domain.errors import UnderstudyError
from understudy.testing.asgi import App, Message

__all__ = ["serve"]

HOST = "127.0.0.1"


@asynccontextmanager
async def serve(app: App, *, port: int = 0) -> AsyncIterator[str]:
    """The application's URL, for the length of an ``async with`` block; ``port`` 0 takes any that is free.

    It listens on 127.0.0.1 only. Bytes go out when the application sends them. A client that goes away cancels the
    application; an application that ends without an answer, or in the middle of one, closes the connection. Raises
    UnderstudyError where the port is taken.
    """
    server = web.Server(_Handler(app), handler_cancellation=True, access_log=None)
    # At the end nothing is waited for: a script may hold an answer for ever.
    runner = web.ServerRunner(server, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnderstudyError(
                f"Port {port} of {HOST} cannot be listened on: {reason}.", hint="Name another one, or 0 for any."
            ) from error
        (address,) = runner.addresses
        yield f"http://{HOST}:{address[1]}"
    finally:
        await runner.cleanup()


class _Handler:
    """Passes aiohttp's requests to the application."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        exchange = _Exchange(request, await request.content.read())
        try:
            await self._app(_scope(request), exchange.receive, exchange.send)
        except UnderstudyError as error:  # a script that has run dry: who wrote it should see that
            if exchange.response is None:
                return web.Response(status=500, text=f"{type(error).__name__}: {error}")
        return exchange.end()


class _Exchange:
    """One request and its answer."""

    def __init__(self, request: web.BaseRequest, body: bytes) -> None:
        self._request = request
        self._body: bytes | None = body
        self._complete = False
        self.response: web.StreamResponse | None = None

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        # A lost connection cancels the application here, so that no message has to tell of it.
        await asyncio.get_running_loop().create_future()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self.response is not None:
            if message.get("body"):
                await self.response.write(message["body"])
            if not message.get("more_body", False):
                await self.response.write_eof()
                self._complete = True

    async def _start(self, message: Message) -> None:
        response = web.StreamResponse(status=message["status"])
        for name, value in message.get("headers", ()):
            response.headers.add(name.decode("latin-1"), value.decode("latin-1"))
        if "content-length" not in response.headers:
            response.enable_chunked_encoding()
        self.response = response
        await response.prepare(self._request)

    def end(self) -> web.StreamResponse:
        """What aiohttp is to finish. An answer that is not complete ends with the connection, whatever was sent."""
        if not self._complete and self._request.transport is not None:
            self._request.transport.close()
        return self.response or web.Response()


def _scope(request: web.BaseRequest) -> dict[str, Any]:
    raw_path, _, query = request.raw_path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(raw_path),
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": (request.remote, None),
        "server": (HOST, None),
    }
