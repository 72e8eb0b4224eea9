"""Embedding vectors as services answer them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from understudy.domain.errors import InvalidRequestError
from understudy.providers.generation.wire.values import not_the_protocol

__all__ = ["check_inputs", "read_vectors"]


def check_inputs(inputs: Sequence[str], *, provider: str) -> list[str]:
    """The texts to embed. Raises InvalidRequestError where there are none, and for one string in place of several."""
    if isinstance(inputs, str):
        raise InvalidRequestError(
            "embed() takes several texts, not one string; nothing was sent.", provider=provider, operation="embed"
        )
    if not inputs:
        raise InvalidRequestError("There is no text to embed; nothing was sent.", provider=provider, operation="embed")
    return list(inputs)


def read_vectors(rows: Sequence[Any], *, expected: int, api: str) -> tuple[tuple[float, ...], ...]:
    """The vectors, in order. Raises ResponseDecodeError unless there is one for each of ``expected`` inputs."""
    if len(rows) != expected:
        raise not_the_protocol(api, f"it has {len(rows)} vectors for {expected} texts")
    for row in rows:
        if not isinstance(row, list) or not row or not all(type(number) in (int, float) for number in row):
            raise not_the_protocol(api, "a vector is not a list of numbers")
    return tuple(tuple(map(float, row)) for row in rows)
