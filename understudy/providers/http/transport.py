"""The pools as an httpx transport, for what is built on that interface: recorders, wrappers, users' own clients."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from understudy.domain.redaction import SECRET_HEADERS
from understudy.domain.secrets import Secret
from understudy.providers.http.exchange import Exchange, Outgoing
from understudy.providers.http.policy import Policy
from understudy.providers.http.pools import Pool

__all__ = ["PooledTransport"]


class PooledTransport(httpx.AsyncBaseTransport):
    """Carries httpx requests over a pool of ours; closing it leaves the pool open.

    It raises this library's errors, not httpx's. Timeouts are the pool's, not the request's. Bodies are not
    decompressed here: whoever reads the httpx response does that.
    """

    def __init__(self, pool: Pool, policy: Policy) -> None:
        self._pool = pool
        self._policy = policy

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and wait for the answer's head."""
        body = await request.aread()
        exchange = await self._pool.engine().send(self._outgoing(request, body))
        return httpx.Response(exchange.status, headers=exchange.headers, stream=_Body(exchange))

    def _outgoing(self, request: httpx.Request, body: bytes) -> Outgoing:
        # The engine writes the framing of the body itself.
        names = [name for name in request.headers if name not in ("host", "content-length", "transfer-encoding")]
        return Outgoing(
            method=request.method,
            url=str(request.url),
            headers={name: request.headers[name] for name in names if name not in SECRET_HEADERS},
            secrets={name: Secret(request.headers[name]) for name in names if name in SECRET_HEADERS},
            body=body or None,
            connect=self._policy.connect,
            read=self._policy.read,
            header_bytes=self._policy.header_bytes,
            streaming=False,
        )


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await self._exchange.chunk():
            yield chunk

    async def aclose(self) -> None:
        await self._exchange.aclose()
