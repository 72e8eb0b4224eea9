"""The fast engine: aiohttp, without redirects, cookies, automatic headers or decompression.

Imported when the first real request is made: aiohttp costs more to import than the rest of a small program.
"""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import AsyncGenerator, AsyncIterator
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.tracing import Trace

from understudy.domain.errors import HTTPClientError, RequestTimeoutError
from understudy.providers.http.exchange import Body, Outgoing, reveal
from understudy.providers.http.failures import headers_too_large, idle_timeout
from understudy.providers.http.origin import is_loopback
from understudy.providers.http.protocol import TellingProtocol
from understudy.providers.http.tls import TlsTrust
from understudy.providers.http.translation import before_head, in_body, may_be_stale

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ConnectionKey

    from understudy.config.models.http import HttpSettings

__all__ = ["AiohttpEngine"]

# What the current task sends: the connector has no other way to say whether it had to open a connection.
_sending: ContextVar[Outgoing] = ContextVar("understudy_http_sending")

_ONE_PIECE = 512 * 1024  # bytes of a request's body that are sent at once
_STALE_WINDOW = 1.0  # seconds; a connection that fails later than this was not closed while it was idle


class _Connector(aiohttp.TCPConnector):
    """Limits the whole opening of a connection, name resolution and TLS included, and notes how far a request is."""

    def __init__(self, *, limit: int, keepalive: float) -> None:
        super().__init__(limit=limit, keepalive_timeout=keepalive, timeout_ceil_threshold=math.inf)
        self._factory = cast("partial[ResponseHandler]", partial(TellingProtocol, loop=self._loop))

    async def _wait_for_available_connection(self, key: ConnectionKey, traces: list[Trace]) -> None:
        outgoing = _sending.get()
        outgoing.stage = "queue"
        await super()._wait_for_available_connection(key, traces)
        outgoing.stage = ""

    async def _create_connection(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 # the base class's own signature
    ) -> ResponseHandler:
        outgoing = _sending.get()
        outgoing.stage = "connect"
        async with asyncio.timeout(timeout.sock_connect):
            protocol = await super()._create_connection(req, traces, timeout)
        outgoing.stage = "headers"
        return protocol


class AiohttpEngine:
    """One aiohttp session, for one event loop.

    It closes itself when that loop shuts its asynchronous generators down, as ``asyncio.run`` does; so a program that
    forgets ``aclose`` leaves no open connection behind.
    """

    def __init__(self, settings: HttpSettings, trust: TlsTrust) -> None:
        self._context = True if trust.context is None else trust.context
        self._most_stale = settings.max_connections + 1
        self._timeouts: dict[tuple[float, float], aiohttp.ClientTimeout] = {}
        self._proxies = getproxies() if settings.trust_env else {}
        self._loop = asyncio.get_running_loop()
        self._session = _session(settings)
        self._guard = _close_with_loop(self._session)
        _start(self._guard)

    async def send(self, outgoing: Outgoing) -> AiohttpExchange:
        """Send, and wait for the answer's head. A connection that was closed while idle is replaced unnoticed."""
        failure: HTTPClientError
        _sending.set(outgoing)
        left = self._most_stale
        while True:
            outgoing.stage = ""
            began = self._loop.time()
            try:
                response = await self._session.request(
                    outgoing.method,
                    outgoing.url,
                    data=_payload(outgoing.body),
                    headers=reveal(outgoing),
                    allow_redirects=False,
                    timeout=self._timeout(outgoing),
                    ssl=self._context,
                    proxy=self._proxy(outgoing.url) if self._proxies else None,
                )
            except asyncio.CancelledError as error:
                raise error.with_traceback(None)  # noqa: B904 # the same error, without frames that hold headers
            except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
                failure = before_head(error, outgoing)
                left -= 1
                if outgoing.once or not left or outgoing.stage or not may_be_stale(error):
                    break
                if self._loop.time() - began > _STALE_WINDOW:
                    break
            else:
                return _exchange(response, outgoing)
        raise failure

    async def aclose(self) -> None:
        """Close the session and its connections."""
        # Not by way of the guard: the loop may be ending it at this moment. A session may be closed twice.
        await self._session.close()

    def _timeout(self, outgoing: Outgoing) -> aiohttp.ClientTimeout:
        key = (outgoing.connect, outgoing.read)
        timeout = self._timeouts.get(key)
        if timeout is None:
            timeout = self._timeouts[key] = aiohttp.ClientTimeout(
                total=None, sock_connect=outgoing.connect, sock_read=outgoing.read, ceil_threshold=math.inf
            )
        return timeout

    def _proxy(self, url: str) -> str | None:
        parts = urlsplit(url)
        # This machine is never asked through another one: that would carry its keys over the network in clear.
        if is_loopback(parts.hostname or "") or proxy_bypass(parts.netloc):
            return None
        return self._proxies.get(parts.scheme) or self._proxies.get("all")


class AiohttpExchange:
    """An answer that came through aiohttp."""

    __slots__ = ("_content", "_outgoing", "_response", "_timer", "_too_late", "headers", "status")

    def __init__(self, response: aiohttp.ClientResponse, headers: dict[str, str], outgoing: Outgoing) -> None:
        self.status = response.status
        self.headers = headers
        self._response = response
        self._content = response.content
        self._outgoing = outgoing
        self._too_late: RequestTimeoutError | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def chunk(self) -> bytes:
        """The next bytes of the body; empty at the end."""
        failure: HTTPClientError
        try:
            return await self._content.readany()
        except asyncio.CancelledError as error:
            self._response.close()
            raise error.with_traceback(None)  # noqa: B904 # the same error, without frames that hold headers
        except TimeoutError:
            failure = idle_timeout(self._outgoing.read, streaming=self._outgoing.streaming)
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError) as error:
            failure = self._too_late or in_body(error, streaming=self._outgoing.streaming)
        self._response.close()
        raise failure

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        """Let ``chunk`` raise ``failure`` from ``when`` on: one timer, not one per chunk."""
        self._timer = asyncio.get_running_loop().call_at(when, self._expire, failure)

    def _expire(self, failure: RequestTimeoutError) -> None:
        self._too_late = failure
        self._content.set_exception(aiohttp.ClientError("the total deadline has passed"))
        self._response.close()

    async def aclose(self) -> None:
        """Close the connection; where the body has ended, aiohttp has already returned it to the pool."""
        if self._timer is not None:
            self._timer.cancel()
        self._response.close()


def _session(settings: HttpSettings) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=_Connector(limit=settings.max_connections, keepalive=settings.keepalive),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        max_line_size=settings.limits.header_bytes,
        max_field_size=settings.limits.header_bytes,
    )


def _payload(body: bytes | Body | None) -> bytes | io.BytesIO | AsyncIterator[bytes] | None:
    if body is None or (isinstance(body, bytes) and len(body) <= _ONE_PIECE):
        return body
    # aiohttp writes bytes in one piece and warns of it when they are many; a file it writes piece by piece.
    return io.BytesIO(body) if isinstance(body, bytes) else body.chunks()


async def _close_with_loop(session: aiohttp.ClientSession) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        await session.close()


def _start(guard: AsyncGenerator[None]) -> None:
    # Its first step awaits nothing, so it can be made without a task; the loop then knows the generator and ends it.
    step = guard.__anext__()
    try:
        step.send(None)
    except StopIteration:
        return


def _exchange(response: aiohttp.ClientResponse, outgoing: Outgoing) -> AiohttpExchange:
    size = 0
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        size += len(name) + len(value)
        headers[name.lower()] = value
    if size > outgoing.header_bytes:
        response.close()
        raise headers_too_large(outgoing.header_bytes)
    return AiohttpExchange(response, headers, outgoing)
