"""Our pool under the SDK's HTTP client. Imported only with the extra: it needs httpx2, which the SDK brings."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from urllib.parse import urlsplit

import httpx2

from understudy.domain.errors import InvalidRequestError, ProviderError
from understudy.domain.secrets import Secret
from understudy.providers.http.advice import retry_after
from understudy.providers.http.body import Inflater, encoding_of, too_large
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.http.policy import Policy

__all__ = ["Observed", "PoolTransport"]

_FRAMING = ("host", "content-length", "transfer-encoding", "accept-encoding")


class Observed:
    """What the SDK does not tell: the last answer that said no, and the failure of the exchange itself.

    ``on_failure`` is called where nothing but ending the session is left to do.
    """

    def __init__(self, on_failure: Callable[[], None]) -> None:
        self.status: int | None = None
        self.retry_after: float | None = None
        self.failure: ProviderError | None = None
        self._end = on_failure

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer with status 400 and above."""
        self.status = status
        self.retry_after = retry_after(headers, now=time.time())

    def failed(self, error: ProviderError) -> None:
        """No answer, or not all of one."""
        self.failure = self.failure or error

    def end(self) -> None:
        """End the session: the SDK would wait for an answer that never comes."""
        self._end()


class PoolTransport(httpx2.AsyncBaseTransport):
    """Sends the SDK's requests over a pool of ours, to one origin only, with a token that the SDK never sees.

    ``read`` is how long an answer may be silent, in seconds. Closing it leaves the pool open.
    """

    def __init__(
        self,
        engine: Callable[[], Engine],
        policy: Policy,
        *,
        url: str,
        secrets: Mapping[str, Secret],
        read: float,
        observed: Observed,
        ends_on_refusal: bool,
    ) -> None:
        self._engine = engine
        self._policy = policy
        self._origin = _origin(url)
        self._secrets = secrets
        self._read = read
        self._observed = observed
        self._ends_on_refusal = ends_on_refusal

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send, and wait for the answer's head."""
        # A session ends by a DELETE, and a server may refuse the stream for its own requests: neither is a failure.
        counts = request.method == "POST" or (request.method == "GET" and self._ends_on_refusal)
        try:
            exchange = await self._engine().send(self._outgoing(request, await request.aread()))
        except ProviderError as error:
            if counts:
                self._observed.failed(error)
                self._observed.end()
            raise
        if exchange.status >= 400 and counts:
            self._observed.answered(exchange.status, exchange.headers)
            if self._ends_on_refusal:
                self._observed.end()
        try:
            stream = _Body(exchange, self._policy.response_bytes, self._observed if counts else None)
        except ProviderError as error:
            await exchange.aclose()
            self._observed.failed(error)
            self._observed.end()
            raise
        plain = {name: value for name, value in exchange.headers.items() if name != "content-encoding"}
        return httpx2.Response(exchange.status, headers=plain, stream=stream)

    def _outgoing(self, request: httpx2.Request, body: bytes) -> Outgoing:
        url = str(request.url)
        if _origin(url) != self._origin:
            raise InvalidRequestError(
                "The MCP server sends its client to another origin; nothing was sent there.",
                phase="send",
                code="INVALID_REQUEST",
            )
        headers = {name: request.headers[name] for name in request.headers if name not in _FRAMING}
        return Outgoing(
            method=request.method,
            url=url,
            headers={**headers, "accept-encoding": "identity"},
            secrets=self._secrets,
            body=body or None,
            connect=self._policy.connect,
            read=self._read,
            header_bytes=self._policy.header_bytes,
            streaming=True,
        )


class _Body(httpx2.AsyncByteStream):
    """An answer's body, decompressed in small steps and within the limit. Raises ResponseDecodeError at once."""

    def __init__(self, exchange: Exchange, limit: int, observed: Observed | None) -> None:
        encoding = encoding_of(exchange.headers)
        self._inflater = None if encoding is None else Inflater(encoding)
        self._exchange = exchange
        self._limit = limit
        self._observed = observed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            while chunk := await self._exchange.chunk():
                for piece in self._plain(chunk):
                    size += len(piece)
                    if size > self._limit:
                        raise too_large(self._limit)
                    yield piece
        except ProviderError as error:
            if self._observed is not None:
                self._observed.failed(error)
                self._observed.end()
            raise

    def _plain(self, chunk: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            yield chunk
            return
        self._inflater.feed(chunk)
        while piece := self._inflater.step():
            yield piece

    async def aclose(self) -> None:
        await self._exchange.aclose()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
