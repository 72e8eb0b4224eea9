"""An ASGI application in place of the network: bytes arrive when the application sends them, not when it is done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

import httpx

__all__ = ["App", "AsgiTransport", "Message", "Receive", "Send"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI 3 application."""


class AsgiTransport(httpx.AsyncBaseTransport):
    """Sends requests to ``app`` in this process and streams its answers.

    What the application raises is raised to the caller. An application that ends without an answer, or in the middle of
    one, is a lost connection (httpx.RemoteProtocolError). Closing an answer early, and a caller that is cancelled,
    cancel the application; its ``receive`` tells it of the disconnection first.
    """

    def __init__(self, app: App, *, client: tuple[str, int] = ("127.0.0.1", 123)) -> None:
        self._app = app
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer's head; its body is read as it comes."""
        exchange = _Exchange(await request.aread(), read_timeout=_read_timeout(request))
        exchange.start(self._app, self._scope(request))
        try:
            status, headers = await exchange.head()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(status, headers=headers, stream=exchange, request=request)

    def _scope(self, request: httpx.Request) -> Message:
        url = request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": self._client,
            "server": (url.host, url.port),
        }


def _read_timeout(request: httpx.Request) -> float | None:
    limits: dict[str, float | None] = request.extensions.get("timeout", {})
    return limits.get("read")


class _Exchange(httpx.AsyncByteStream):
    """One request and its answer. The application may be one message ahead of the reader."""

    def __init__(self, body: bytes, *, read_timeout: float | None) -> None:
        self._body: bytes | None = body
        self._read_timeout = read_timeout
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue(maxsize=1)
        self._closed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self, app: App, scope: Message) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(app, scope))

    async def _run(self, app: App, scope: Message) -> None:
        try:
            await app(scope, self._receive, self._send)
        finally:
            # The end of the messages; the reader then looks at how the application ended.
            if not self._closed.is_set():
                await self._messages.put(None)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        await self._messages.put(message)

    async def head(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        message = await self._next("without sending an answer")
        return message["status"], list(message.get("headers", ()))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._next("in the middle of its answer")
            more = message.get("more_body", False)
            if message.get("body"):
                yield message["body"]

    async def _next(self, when: str) -> Message:
        try:
            async with asyncio.timeout(self._read_timeout):
                message = await self._messages.get()
        except TimeoutError:
            raise httpx.ReadTimeout(f"The application sent nothing for {self._read_timeout:g} s.") from None
        if message is None:
            await self._ended()
            raise httpx.RemoteProtocolError(f"The application ended {when}.")
        return message

    async def _ended(self) -> None:
        """Raises what the application ended with, once."""
        task, self._task = self._task, None
        if task is not None:
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def aclose(self) -> None:
        self._closed.set()
        if self._task is not None:
            # One turn for an application that waits to be told of the disconnection.
            await asyncio.sleep(0)
            self._task.cancel()
            await self._ended()
