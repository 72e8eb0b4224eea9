"""What the stream readers have in common: the frame, and the check of a line's length."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, Protocol

from understudy.domain.errors import LimitExceededError

__all__ = ["Frame", "FrameReader", "line_too_long", "make_frame"]

BOM = b"\xef\xbb\xbf"


class Frame(NamedTuple):
    """One SSE event's data, its lines joined, or one NDJSON line. ``event`` is the SSE event's name, if it has one."""

    event: str | None
    data: bytes


make_frame: Callable[[tuple[str | None, bytes]], Frame] = partial(tuple.__new__, Frame)
"""``Frame(*pair)`` at half the price: there is one per token of an answer."""


class FrameReader(Protocol):
    """Bytes in, frames out; one reader serves one stream."""

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that ``chunk`` completes. Raises LimitExceededError for a line over the limit."""
        ...

    def close(self) -> list[Frame]:
        """What the stream's end completes: a last frame without its final line end."""
        ...


def line_too_long(limit: int) -> LimitExceededError:
    """The error for a line that is longer than ``limit`` bytes."""
    return LimitExceededError(
        f"The stream has a line of more than {limit} bytes.",
        phase="stream",
        hint="Raise http.limits.line_bytes if lines of this size are expected.",
    )
