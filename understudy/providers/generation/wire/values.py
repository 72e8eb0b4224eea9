"""Decoded JSON read without trusting it: a missing, null or mistyped field is an empty one, never a crash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import ResponseDecodeError

__all__ = [
    "as_count",
    "as_list",
    "as_mapping",
    "as_optional_text",
    "as_text",
    "error_words",
    "listed",
    "not_the_protocol",
]

_WORDS_LENGTH = 500

_EMPTY: Mapping[str, Any] = MappingProxyType({})


def as_mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else _EMPTY


def as_list(value: Any) -> Sequence[Any]:
    """The array, or an empty one."""
    return value if isinstance(value, list) else ()


def as_text(value: Any) -> str:
    """The string, or an empty one."""
    return value if isinstance(value, str) else ""


def as_optional_text(value: Any) -> str | None:
    """The string, or None where there is none or it is empty."""
    return value if isinstance(value, str) and value else None


def as_count(value: Any) -> int:
    """The number of something: a whole number of at least 0, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def listed(body: Any, key: str, *, api: str) -> Iterator[Mapping[str, Any]]:
    """The objects in ``body[key]``. Raises ResponseDecodeError where ``body`` has no such field."""
    if key not in as_mapping(body):
        raise not_the_protocol(api, f"it has no {key!r}")
    return (entry for entry in as_list(body[key]) if isinstance(entry, dict))


def error_words(body: Any) -> str:
    """What an error's body says where it is not in the service's own form: plain text, ``{"error": "…"}`` or less."""
    for words in (body, as_mapping(body).get("error"), as_mapping(body).get("message")):
        if isinstance(words, str) and words.strip() and not words.lstrip().startswith("<"):
            return words.strip()[:_WORDS_LENGTH]
    return "The service gave no reason."


def not_the_protocol(api: str, why: str) -> ResponseDecodeError:
    """The error for an answer that came with status 200 but is not ``api``'s."""
    return ResponseDecodeError(f"The answer is not {api}'s: {why}.")
