"""A streamed answer, frame by frame."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import msgspec

from understudy.domain.errors import HTTPClientError, ProviderError, RequestTimeoutError, ResponseDecodeError
from understudy.providers.http import records
from understudy.providers.http.answers import request_id_of
from understudy.providers.http.body import Inflater, encoding_of, read_body, too_large
from understudy.providers.http.call import Call
from understudy.providers.http.exchange import Exchange
from understudy.providers.http.frames import Frame, FrameReader
from understudy.providers.http.ndjson import NdjsonReader
from understudy.providers.http.sse import SseReader

if TYPE_CHECKING:
    from understudy.providers.http.limiter import Permit

__all__ = ["Framing", "HttpStream"]

Framing: TypeAlias = Literal["sse", "ndjson"]
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_ENVELOPE = 256  # bytes of an event that are not its text
_LEADING = 4096  # bytes of white space after which no event stream is expected any more
# No JSON document begins like this: an event stream that the server labels as JSON, as some gateways do.
_SSE_FIELDS = (b"data:", b"event:", b"id:", b"retry:", b":")


class HttpStream:
    """A streamed answer: an async context manager; ``frames()`` gives what arrives.

    Entering sends the request and waits for the answer's head, with retries; after that nothing is retried. Leaving
    closes the connection, or returns it where the stream was read to its end. The total deadline holds to the last
    frame.
    """

    __slots__ = ("_call", "_exchange", "_framing")

    def __init__(self, call: Call, framing: Framing) -> None:
        self._call = call
        self._framing = framing
        self._exchange: Exchange | None = None

    @property
    def status(self) -> int:
        """The answer's status; 0 before it has arrived."""
        return 0 if self._exchange is None else self._exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, names in lower case; empty before they have arrived."""
        return _NO_HEADERS if self._exchange is None else self._exchange.headers

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self._call.elapsed()

    @property
    def attempts(self) -> int:
        """Requests sent."""
        return self._call.attempts

    @property
    def request_id(self) -> str | None:
        """The service's own name for the exchange, or None."""
        return request_id_of(self.headers)

    @property
    def permit(self) -> Permit | None:
        """The limiter's, where there is one: ``permit.settle(tokens)`` tells it what the answer really took."""
        return self._call.permit

    async def __aenter__(self) -> Self:
        self._exchange = await self._call.finish(self._accept)
        self._exchange.expire_at(*self._call.last_moment())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._call.leave_limiter()
        if self._exchange is not None:
            await self._exchange.aclose()
            if error is None and records.logger.isEnabledFor(logging.INFO):
                records.succeeded(self._call, self.status, self.request_id)

    async def frames(self) -> AsyncIterator[Frame]:
        """The frames, as they arrive; raises what ``batches`` raises."""
        async for batch in self.batches():
            for frame in batch:
                yield frame

    async def batches(self) -> AsyncIterator[Sequence[Frame]]:
        """The frames, as many together as have arrived: for readers who take tens of thousands in a second.

        Raises StreamInterruptedError where the connection is lost, RequestTimeoutError where nothing arrives for
        ``http.timeout.read`` seconds or the total deadline passes, LimitExceededError for a line over
        ``http.limits.line_bytes`` and more text than ``http.limits.response_bytes`` allows, ResponseDecodeError for an
        empty body.
        """
        exchange = self._exchange
        if exchange is None:
            raise HTTPClientError("The stream is not open.", hint="Use it in `async with` and read inside.")
        policy = self._call.core.policy
        limit = policy.line_bytes
        reader: FrameReader = SseReader(limit=limit) if self._framing == "sse" else NdjsonReader(limit=limit)
        failure: ProviderError
        batch: Sequence[Frame] = ()
        try:
            async for batch in _batches(exchange, reader, policy.response_bytes):
                yield batch
        except ProviderError as error:
            failure = error
        else:
            return
        batch = ()  # this frame's own locals are shown too
        await exchange.aclose()
        failure = self._call.complete(failure)
        self._call.log_failure(failure)
        # Without the frames below this one: their locals hold the answer, which may repeat the key.
        raise failure.with_traceback(None)

    async def _accept(self, exchange: Exchange) -> Exchange:
        """Let a stream through; turn anything else that came with status 2xx into the error that it is."""
        kind = exchange.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml", "text/xml", "application/xml"):
            content = await read_body(exchange, self._call.core.policy.response_bytes)
            raise self._call.unexpected(exchange, content, f"is {kind} where a stream was expected")
        if not kind.endswith("json") or kind.endswith("ndjson"):
            return exchange
        return await self._accept_json(exchange)

    async def _accept_json(self, exchange: Exchange) -> Exchange:
        first = await exchange.chunk()
        # The first bytes may come one by one; as many as the longest field's name has tell a stream from a document.
        while _undecided(first) and (more := await exchange.chunk()):
            first += more
        resumed = _Resumed(exchange, first)
        if self._framing == "sse" and first.lstrip().startswith(_SSE_FIELDS):
            return resumed  # a stream that is only labelled wrongly
        content = await read_body(resumed, self._call.core.policy.response_bytes)
        if not content:
            raise self._call.unexpected(exchange, content, "is empty where a stream was expected")
        if _is_error(content):
            raise self._call.mapped(exchange, content)
        if self._framing == "ndjson":
            plain = {name: value for name, value in exchange.headers.items() if name != "content-encoding"}
            return _Resumed(exchange, content, plain)
        raise self._call.unexpected(exchange, content, "is one whole JSON document where a stream was expected")


def _undecided(first: bytes) -> bool:
    return len(first) < _LEADING and len(first.lstrip()) < len(b"event:")


class _Resumed:
    """An exchange some of whose body was read already: that comes first."""

    __slots__ = ("_exchange", "_first", "headers", "status")

    def __init__(self, exchange: Exchange, first: bytes, headers: dict[str, str] | None = None) -> None:
        self.status = exchange.status
        self.headers = exchange.headers if headers is None else headers
        self._exchange = exchange
        self._first = first

    async def chunk(self) -> bytes:
        first, self._first = self._first, b""
        return first or await self._exchange.chunk()

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        self._exchange.expire_at(when, failure)

    async def aclose(self) -> None:
        await self._exchange.aclose()


def _is_error(content: bytes) -> bool:
    try:
        body: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    if isinstance(body, list) and body:
        body = body[0]
    return isinstance(body, dict) and bool(body.get("error"))


async def _batches(exchange: Exchange, reader: FrameReader, limit: int) -> AsyncIterator[list[Frame]]:
    encoding = encoding_of(exchange.headers)
    inflater = None if encoding is None else Inflater(encoding)
    empty = True
    kept = 0
    while chunk := await exchange.chunk():
        empty = False
        for piece in (chunk,) if inflater is None else _inflated(inflater, chunk):
            frames = reader.feed(piece)
            # Good events without end fill the memory like any endless body: whoever reads them keeps their text, and
            # joins it at the end. A token's event is mostly envelope, which nobody keeps.
            kept += len(piece) - _ENVELOPE * len(frames)
            if kept < 0:
                kept = 0
            elif kept > limit // 2:
                raise too_large(limit // 2)
            yield frames
    if inflater is not None:
        inflater.check_end()
    if empty:
        raise ResponseDecodeError(
            "The stream is empty.", phase="stream", status=exchange.status, request_id=request_id_of(exchange.headers)
        )
    yield reader.close()


def _inflated(inflater: Inflater, chunk: bytes) -> Iterator[bytes]:
    inflater.feed(chunk)
    while piece := inflater.step():
        yield piece
