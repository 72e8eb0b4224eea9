"""Takes credentials out of a body that came in pieces, and keeps where the pieces began and ended."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise

from understudy.providers.recording.cleaning import Cleaner
from understudy.providers.recording.exchanges import Chunk

__all__ = ["Piece", "cleaned"]

Piece = tuple[float, bytes]
"""A piece of a body and when it came, in seconds since the request."""


def cleaned(pieces: Sequence[Piece], cleaner: Cleaner) -> tuple[bytes, tuple[Chunk, ...]]:
    """The body without credentials, and its pieces.

    A credential may begin in one piece and end in another, so they are cleaned together: a stream line by line,
    anything else whole. A boundary within a line that changed moves to the line's end; of a body that changed as a
    whole, one piece is left.
    """
    body = b"".join(data for _, data in pieces)
    chunks = tuple((at, len(data)) for at, data in pieces)
    if cleaner.is_stream(body):
        blocked = cleaner.blocks(body.decode()).encode()
        old = blocked.split(b"\n")
        new = [cleaner.line(line.decode()).encode() for line in old]
        whole = b"\n".join(new)
        if blocked == body:
            return whole, chunks if whole == body else _moved(chunks, old, new)
    else:
        whole = cleaner.content(body)
        if whole == body:
            return body, chunks
    return whole, ((chunks[-1][0], len(whole)),)


def _moved(chunks: Sequence[Chunk], old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Chunk, ...]:
    """The pieces of lines of which some have changed."""
    before = [0, *accumulate(len(line) + 1 for line in old)]
    after = [0, *accumulate(len(line) + 1 for line in new)]
    ends = [0]
    for end in accumulate(size for _, size in chunks):
        at = min(bisect_right(before, end) - 1, len(old) - 1)
        within = end - before[at]
        ends.append(after[at] + (within if old[at] == new[at] or within == 0 else len(new[at])))
    sizes = [there - here for here, there in pairwise(ends)]
    return tuple((when, size) for (when, _), size in zip(chunks, sizes, strict=True))
