"""Reads lines of JSON from bytes, however they are cut into chunks."""

from __future__ import annotations

from understudy.providers.http.frames import BOM, Frame, line_too_long, make_frame

__all__ = ["NdjsonReader"]


class NdjsonReader:
    """Newline-delimited JSON: ``feed`` takes bytes as they arrive and returns the lines that they complete.

    Line ends may be LF, CRLF or CR; JSON has none of them inside a value. Blank lines and a byte order mark are
    dropped; a last line without its line end counts. ``limit`` is the longest line in bytes.
    """

    __slots__ = ("_limit", "_parts", "_pending", "_started")

    def __init__(self, *, limit: int = 4 * 1024 * 1024) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._pending = 0
        self._started = False

    def feed(self, chunk: bytes) -> list[Frame]:
        """The lines that ``chunk`` completes. Raises LimitExceededError for a line over the limit."""
        if not chunk:
            return []
        if not self._started:
            chunk = self._strip_bom(chunk)
        cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not cut:
            self._keep(chunk)
            return []
        if self._parts:
            self._parts.append(chunk[:cut])
            body = b"".join(self._parts)
            self._parts.clear()
            self._pending = 0
        else:
            body = chunk[:cut]
        lines = body.splitlines()
        if len(body) > self._limit and any(len(line) > self._limit for line in lines):
            raise line_too_long(self._limit)
        if cut < len(chunk):
            self._keep(chunk[cut:])
        return [make_frame((None, line)) for line in lines if line and not line.isspace()]

    def close(self) -> list[Frame]:
        """The last line where its line end is missing."""
        line = b"".join(self._parts)
        self._parts.clear()
        self._pending = 0
        return [Frame(None, line)] if line.strip() else []

    def _strip_bom(self, chunk: bytes) -> bytes:
        if self._parts:
            chunk = b"".join(self._parts) + chunk
            self._parts.clear()
            self._pending = 0
        if len(chunk) < len(BOM) and BOM.startswith(chunk):
            return chunk  # has no line end, so it is kept and comes back with the next chunk
        self._started = True
        return chunk[len(BOM) :] if chunk.startswith(BOM) else chunk

    def _keep(self, rest: bytes) -> None:
        self._parts.append(rest)
        self._pending += len(rest)
        if self._pending > self._limit:
            raise line_too_long(self._limit)
