"""An answer that is read piece by piece as it comes: a file of any size, in little memory."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType, TracebackType
from typing import Self

from understudy.domain.errors import HTTPClientError, ProviderError
from understudy.providers.http import records
from understudy.providers.http.answers import request_id_of
from understudy.providers.http.body import Inflater, encoding_of
from understudy.providers.http.call import Call
from understudy.providers.http.exchange import Exchange

__all__ = ["HttpDownload"]

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class HttpDownload:
    """A streamed body: an async context manager; ``chunks()`` gives the bytes.

    Entering sends the request and waits for the answer's head, with retries; after that nothing is retried. Leaving
    closes the connection, or returns it where the body was read to its end. The total deadline holds to the last byte;
    there is no limit to the size, because nothing of it is kept.
    """

    __slots__ = ("_call", "_exchange")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._exchange: Exchange | None = None

    @property
    def status(self) -> int:
        """The answer's status; 0 before it has arrived."""
        return 0 if self._exchange is None else self._exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers, names in lower case; empty before they have arrived."""
        return _NO_HEADERS if self._exchange is None else self._exchange.headers

    async def __aenter__(self) -> Self:
        self._exchange = await self._call.finish(_accept)
        self._exchange.expire_at(*self._call.last_moment())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._call.leave_limiter()
        if self._exchange is not None:
            await self._exchange.aclose()
            if error is None and records.logger.isEnabledFor(logging.INFO):
                records.succeeded(self._call, self.status, request_id_of(self.headers))

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, decompressed.

        Raises StreamInterruptedError where the connection is lost, RequestTimeoutError where nothing arrives for
        ``http.timeout.read`` seconds or the total deadline passes, ResponseDecodeError where it does not decompress.
        """
        exchange = self._exchange
        if exchange is None:
            raise HTTPClientError("The download is not open.", hint="Use it in `async with` and read inside.")
        failure: ProviderError
        try:
            async for piece in _pieces(exchange):
                yield piece
        except ProviderError as error:
            failure = error
        else:
            return
        await exchange.aclose()
        failure = self._call.complete(failure)
        self._call.log_failure(failure)
        # Without the frames below this one: their locals hold the answer, which may repeat the key.
        raise failure.with_traceback(None)


async def _accept(exchange: Exchange) -> Exchange:
    return exchange


async def _pieces(exchange: Exchange) -> AsyncIterator[bytes]:
    encoding = encoding_of(exchange.headers)
    inflater = None if encoding is None else Inflater(encoding)
    while chunk := await exchange.chunk():
        if inflater is None:
            yield chunk
            continue
        inflater.feed(chunk)
        while piece := inflater.step():
            yield piece
    if inflater is not None:
        inflater.check_end()
