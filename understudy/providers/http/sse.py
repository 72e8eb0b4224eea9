"""Reads server-sent events from bytes, however they are cut into chunks."""

from __future__ import annotations

from understudy.providers.http.frames import BOM, Frame, line_too_long, make_frame

__all__ = ["SseReader"]


class SseReader:
    r"""Server-sent events: ``feed`` takes bytes as they arrive and returns the events that they complete.

    Line ends may be LF, CRLF or CR, mixed; a byte order mark, comments, ``id`` and ``retry`` are dropped; the lines of
    ``data`` are joined with LF. An event without ``data`` is none. Unlike the standard, an event that the stream's end
    cuts off before its blank line counts: services end streams that way. Works on bytes, so that a chunk may end inside
    a character; the data is decoded by whoever parses it.

    ``limit`` is the longest line, and the most data of one event, in bytes.
    """

    __slots__ = ("_data", "_event", "_limit", "_parts", "_pending", "_size", "_skip_lf", "_started")

    def __init__(self, *, limit: int = 4 * 1024 * 1024) -> None:
        self._limit = limit
        self._parts: list[bytes] = []  # the unfinished last line
        self._pending = 0  # its length
        self._event: str | None = None  # of the unfinished event
        self._data: list[bytes] = []
        self._size = 0
        self._skip_lf = False
        self._started = False

    def feed(self, chunk: bytes) -> list[Frame]:
        """The events that ``chunk`` completes. Raises LimitExceededError for a line or an event over the limit."""
        if not chunk:
            return []
        if not self._started:
            chunk = self._strip_bom(chunk)
        if self._skip_lf or b"\r" in chunk:
            chunk = self._unify_line_ends(chunk)
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            self._keep(chunk)
            return []
        if self._parts:
            self._parts.append(chunk[:cut])
            body = b"".join(self._parts)
            self._parts.clear()
            self._pending = 0
        else:
            body = chunk if cut == len(chunk) else chunk[:cut]
        frames = self._read(body)
        if cut < len(chunk):
            self._keep(chunk[cut:])
        return frames

    def close(self) -> list[Frame]:
        """The last event where its blank line, or its last line end, is missing."""
        if self._parts:
            line = b"".join(self._parts)
            self._parts.clear()
            self._take(line)
        frames: list[Frame] = []
        self._dispatch(frames)
        return frames

    def _strip_bom(self, chunk: bytes) -> bytes:
        if self._parts:
            chunk = b"".join(self._parts) + chunk
            self._parts.clear()
            self._pending = 0
        if len(chunk) < len(BOM) and BOM.startswith(chunk):
            return chunk  # has no line end, so it is kept and comes back with the next chunk
        self._started = True
        return chunk[len(BOM) :] if chunk.startswith(BOM) else chunk

    def _unify_line_ends(self, chunk: bytes) -> bytes:
        # A CR at the end counts at once, or the event would wait for the next one; an LF that follows it is its half.
        if self._skip_lf and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._skip_lf = chunk.endswith(b"\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _keep(self, rest: bytes) -> None:
        self._parts.append(rest)
        self._pending += len(rest)
        if self._pending > self._limit:
            raise line_too_long(self._limit)

    def _read(self, body: bytes) -> list[Frame]:
        """The events in ``body``, which begins at a line's start and ends with a line end."""
        frames: list[Frame] = []
        if self._data or self._event is not None:
            body = self._finish_event(body, frames)
        # `split` finds the blank lines of a whole chunk in one call; what is left after the last one is unfinished.
        blocks = body.split(b"\n\n")
        rest = blocks.pop()
        check = len(body) > self._limit
        for block in blocks:
            if check and len(block) > self._limit:
                self._take_lines(block)  # finds the line, or the event, that is too long
                self._dispatch(frames)
            elif block[:6] == b"data: " and b"\n" not in block:
                frames.append(make_frame((None, block[6:])))
            else:
                self._read_block(block, frames)
        if rest:
            self._take_lines(rest[:-1] if rest.endswith(b"\n") else rest)
        return frames

    def _read_block(self, block: bytes, frames: list[Frame]) -> None:
        if block[:7] == b"event: ":
            end = block.find(b"\n")
            if block[end + 1 : end + 7] == b"data: " and block.find(b"\n", end + 7) < 0:
                frames.append(make_frame((block[7:end].decode("utf-8", "replace"), block[end + 7 :])))
                return
        self._take_lines(block)
        self._dispatch(frames)

    def _finish_event(self, body: bytes, frames: list[Frame]) -> bytes:
        """Take the lines of the event that an earlier chunk began; return what follows its blank line."""
        if body.startswith(b"\n"):
            end = 0
        else:
            end = body.find(b"\n\n") + 1
            if not end:
                self._take_lines(body[:-1])
                return b""
            self._take_lines(body[: end - 1])
        self._dispatch(frames)
        return body[end + 1 :]

    def _take_lines(self, block: bytes) -> None:
        for line in block.split(b"\n"):
            self._take(line)

    def _take(self, line: bytes) -> None:
        if len(line) > self._limit:
            raise line_too_long(self._limit)
        name, _, value = line.partition(b":")
        if value[:1] == b" ":
            value = value[1:]
        if name == b"data":
            self._data.append(value)
            self._size += len(value) + 1
            if self._size > self._limit + 1:
                raise line_too_long(self._limit)
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")

    def _dispatch(self, frames: list[Frame]) -> None:
        if self._data:
            frames.append(Frame(self._event or None, b"\n".join(self._data)))
            self._data.clear()
            self._size = 0
        self._event = None
