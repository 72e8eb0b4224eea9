"""Vectors for texts: the same text, the same vector; texts that share words are near to each other."""

from __future__ import annotations

import math
import re
from hashlib import blake2b

__all__ = ["unit_vector"]

_WORD = re.compile(r"\w+|[^\w\s]")
_PLACES = 8


def unit_vector(text: str, dimensions: int) -> tuple[float, ...]:
    """A vector of length 1 in so many dimensions, made of the words of ``text``."""
    values = [0.0] * dimensions
    for word in _WORD.findall(text.lower()) or [text]:
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4 * _PLACES).digest()
        for place in range(0, len(digest), 4):
            number = int.from_bytes(digest[place : place + 4], "big")
            values[(number >> 1) % dimensions] += 1.0 if number & 1 else -1.0
    length = math.hypot(*values)
    if not length:
        # Every word was taken back by another; any fixed direction will do.
        return (1.0, *values[1:])
    return tuple(value / length for value in values)
