"""Reads bodies within limits, decompressing in small steps."""

from __future__ import annotations

import zlib

from understudy.domain.errors import LimitExceededError, ResponseDecodeError, StreamInterruptedError
from understudy.providers.http.exchange import Exchange

__all__ = ["Inflater", "encoding_of", "read_body", "read_excerpt", "too_large"]

_MEMBERS = 64  # gzip bodies may be several in a row; more than a few are made to cost time
_STEP = 64 * 1024  # the most that one step decompresses to: a bomb is noticed after that much


def encoding_of(headers: dict[str, str]) -> str | None:
    """The body's compression, or None. Raises ResponseDecodeError for one that was not asked for."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip", "deflate"):
        return encoding
    raise ResponseDecodeError(
        f"The answer is compressed with {encoding[:40]!r}, which was not asked for.",
        phase="decode",
        hint="A proxy in between may have changed the answer; gzip and deflate are understood.",
    )


class Inflater:
    """Decompresses gzip and deflate bodies chunk by chunk."""

    __slots__ = ("_encoding", "_inflate", "_members", "_pending", "_started")

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: by its head, gzip or zlib
        self._started = False
        self._pending = b""
        self._members = 1

    def feed(self, chunk: bytes) -> None:
        """Add compressed bytes; ``step`` decompresses them."""
        if not self._started and chunk:
            self._started = True
            if self._encoding == "deflate" and chunk[0] & 0x0F != 8:
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)  # some servers leave the zlib head out
        self._pending += chunk

    def step(self) -> bytes:
        """At most 64 KiB more of the body; empty when more input is needed. Raises ResponseDecodeError."""
        while self._pending:
            if self._inflate.eof:
                self._next_member()
            out = self._decompress()
            self._pending = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
            if out:
                return out
        # The decompressor may hold more than the last step gave out.
        return b"" if self._inflate.eof else self._inflate.decompress(b"", _STEP)

    def _decompress(self) -> bytes:
        try:
            return self._inflate.decompress(self._pending, _STEP)
        except zlib.error as error:
            reason = str(error)
        raise ResponseDecodeError(
            f"The answer says content-encoding {self._encoding} and is not ({reason}).", phase="decode"
        )

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MEMBERS:
            raise ResponseDecodeError("The compressed answer has too many parts.", phase="decode")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def check_end(self) -> None:
        """Raises StreamInterruptedError where the compressed body is cut off."""
        if self._started and not self._inflate.eof:
            raise StreamInterruptedError("The compressed answer ends too early.", phase="body", retryable=True)


async def read_body(exchange: Exchange, limit: int) -> bytes:
    """The whole body, decompressed. Raises LimitExceededError beyond ``limit`` bytes, without reading on."""
    encoding = encoding_of(exchange.headers)
    if encoding is not None:
        return await _read_compressed(exchange, Inflater(encoding), limit)
    length = exchange.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    while chunk := await exchange.chunk():
        size += len(chunk)
        if size > limit:
            parts.clear()  # or the error's traceback would keep them
            raise too_large(limit)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def _read_compressed(exchange: Exchange, inflater: Inflater, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := await exchange.chunk():
        inflater.feed(chunk)
        while piece := inflater.step():
            size += len(piece)
            if size > limit:
                parts.clear()
                raise too_large(limit)
            parts.append(piece)
    inflater.check_end()
    return b"".join(parts)


async def read_excerpt(exchange: Exchange, limit: int) -> bytes:
    """At most ``limit`` bytes of the body, for an error's sake: what does not fit, or does not decompress, is left."""
    parts: list[bytes] = []
    size = 0
    try:
        encoding = encoding_of(exchange.headers)
        inflater = Inflater(encoding) if encoding else None
        while size < limit and (chunk := await exchange.chunk()):
            if inflater is None:
                parts.append(chunk)
                size += len(chunk)
                continue
            inflater.feed(chunk)
            while size < limit and (piece := inflater.step()):
                parts.append(piece)
                size += len(piece)
    except (ResponseDecodeError, StreamInterruptedError):
        # The status already says that the call failed; half an explanation is better than none.
        return b"".join(parts)[:limit]
    return b"".join(parts)[:limit]


def too_large(limit: int) -> LimitExceededError:
    """The error for an answer of more than ``limit`` bytes."""
    return LimitExceededError(
        f"The answer is larger than {limit} bytes.",
        phase="body",
        hint="Raise http.limits.response_bytes if an answer of this size is expected.",
    )
