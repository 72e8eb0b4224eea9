"""An engine on any httpx transport: for tests, emulators, recorders and users' own transports."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator

import httpx

from understudy.domain.errors import (
    ConnectionFailedError,
    HTTPClientError,
    RequestTimeoutError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.providers.http.exchange import Outgoing, reveal
from understudy.providers.http.failures import headers_too_large, idle_timeout

__all__ = ["TransportEngine"]


class TransportEngine:
    """Sends over ``transport``, called directly: no httpx client, no cookies, no redirects."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def send(self, outgoing: Outgoing) -> TransportExchange:
        """Send, and wait for the answer's head."""
        failure: HTTPClientError
        timeout = asyncio.timeout(outgoing.connect + outgoing.read)
        try:
            async with timeout:
                response = await self._transport.handle_async_request(_request(outgoing))
        except asyncio.CancelledError as error:
            raise error.with_traceback(None)  # noqa: B904 # the same error, without frames that hold headers
        except httpx.TransportError as error:
            failure = _before_head(error)
        except OSError as error:
            if timeout.expired():
                failure = RequestTimeoutError(f"No answer within {outgoing.read:g} s.", phase="read", retryable=True)
            else:
                failure = ConnectionFailedError(f"The transport failed: {error}.", phase="connect", retryable=True)
        else:
            return _exchange(response, outgoing)
        raise failure

    async def aclose(self) -> None:
        """Nothing to do: the transport serves all event loops, and whoever was given it closes it."""


class TransportExchange:
    """An answer that came through an httpx transport."""

    __slots__ = ("_chunks", "_deadline", "_idle", "_response", "_streaming", "_too_late", "headers", "status")

    def __init__(self, response: httpx.Response, outgoing: Outgoing) -> None:
        self.status = response.status_code
        self.headers = {name.lower(): value for name, value in response.headers.items()}
        self._response = response
        self._idle = outgoing.read
        self._streaming = outgoing.streaming
        self._deadline = math.inf
        self._too_late: RequestTimeoutError | None = None
        stream = response.stream
        self._chunks: AsyncIterator[bytes] | None = None
        if isinstance(stream, httpx.AsyncByteStream):
            self._chunks = stream.__aiter__()

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        """Let ``chunk`` raise ``failure`` from ``when`` on, in the event loop's time."""
        self._deadline = when
        self._too_late = failure

    async def chunk(self) -> bytes:
        """The next bytes of the body; empty at the end."""
        chunks = self._chunks
        if chunks is None:
            raise ResponseDecodeError("The transport's answer cannot be read asynchronously.", phase="body")
        failure: HTTPClientError
        now = asyncio.get_running_loop().time()
        idle = now + self._idle
        timeout = asyncio.timeout_at(min(self._deadline, idle))
        try:
            async with timeout:
                while (data := await anext(chunks, None)) is not None:
                    if data:
                        return data
                return b""
        except asyncio.CancelledError as error:
            raise error.with_traceback(None)  # noqa: B904 # the same error, without frames that hold headers
        except httpx.TimeoutException:
            failure = idle_timeout(self._idle, streaming=self._streaming)
        except httpx.TransportError as error:
            failure = StreamInterruptedError(f"The connection was lost: {error}.", phase="body", retryable=True)
        except OSError as error:
            if timeout.expired():
                silent = idle_timeout(self._idle, streaming=self._streaming)
                failure = self._too_late if self._too_late is not None and self._deadline < idle else silent
            else:
                failure = StreamInterruptedError(f"The connection was lost: {error}.", phase="body", retryable=True)
        raise failure

    async def aclose(self) -> None:
        """Close the answer."""
        if self._chunks is not None:
            await self._response.stream.aclose()  # type: ignore[union-attr] # __init__ has seen that it is asynchronous


def _request(outgoing: Outgoing) -> httpx.Request:
    limits = {"connect": outgoing.connect, "read": outgoing.read, "write": outgoing.read, "pool": None}
    body = outgoing.body
    return httpx.Request(
        outgoing.method,
        outgoing.url,
        headers=reveal(outgoing),
        content=body if body is None or isinstance(body, bytes) else body.chunks(),
        extensions={"timeout": limits},
    )


def _exchange(response: httpx.Response, outgoing: Outgoing) -> TransportExchange:
    if sum(len(name) + len(value) for name, value in response.headers.raw) > outgoing.header_bytes:
        raise headers_too_large(outgoing.header_bytes)
    return TransportExchange(response, outgoing)


def _before_head(error: httpx.TransportError) -> HTTPClientError:
    words = str(error) or type(error).__name__
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return RequestTimeoutError(f"No connection in time: {words}.", phase="connect", retryable=True)
    if isinstance(error, httpx.TimeoutException):
        return RequestTimeoutError(f"No answer in time: {words}.", phase="read", retryable=True)
    if isinstance(error, httpx.ConnectError):
        tls = "certificate" in words.lower() or "ssl" in words.lower()
        return ConnectionFailedError(f"No connection: {words}.", phase="connect", retryable=not tls)
    if isinstance(error, httpx.RemoteProtocolError | httpx.NetworkError):
        return ConnectionFailedError(f"The connection was lost: {words}.", phase="headers", retryable=True)
    return ConnectionFailedError(f"The transport failed: {words}.", phase="connect")
