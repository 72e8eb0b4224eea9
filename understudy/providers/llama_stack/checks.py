"""What is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from understudy.domain.errors import InvalidRequestError
from understudy.domain.llama_stack import FileFilter, Order, Purpose, StaticChunking

__all__ = [
    "check_chunking",
    "check_metadata",
    "check_number",
    "check_purpose",
    "invalid",
    "page_params",
    "segment",
    "text",
]

_PAIRS, _KEY, _VALUE = 16, 64, 512
_PURPOSES = get_args(Purpose)
_ORDERS = get_args(Order)
_FILTERS = get_args(FileFilter)


def invalid(operation: str, message: str) -> InvalidRequestError:
    """The error for arguments that were not sent."""
    return InvalidRequestError(
        f"{message} Nothing was sent.",
        provider="llama_stack",
        operation=operation,
        phase="send",
        code="INVALID_REQUEST",
        hint="",
    )


def text(operation: str, name: str, value: object) -> str:
    """``value``, where it is a text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise invalid(operation, f"{name} is required.")
    return value


def segment(operation: str, name: str, value: object) -> str:
    """An id as a part of a path. Ids have letters, digits and ``_ - . :``; no other could leave its place."""
    identifier = text(operation, name, value)
    if not identifier.isascii() or not all(sign.isalnum() or sign in "_-.:" for sign in identifier):
        raise invalid(operation, f"{name} has characters that no id has.")
    if identifier in (".", ".."):
        raise invalid(operation, f"{name} is not an id.")
    return identifier


def check_number(operation: str, name: str, value: float | None, least: float, most: float) -> None:
    """Refuse what is not a number from ``least`` to ``most``; None passes."""
    if value is None:
        return
    number: object = value  # callers without a type checker pass anything
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
        raise invalid(operation, f"{name} must be from {least:g} to {most:g}.")


def page_params(
    operation: str,
    *,
    limit: int | None,
    most: int,
    order: str | None,
    purpose: str | None = None,
    status: str | None = None,
) -> dict[str, str]:
    """A list's query, checked."""
    if limit is not None and not isinstance(limit, int):
        raise invalid(operation, "limit must be a whole number.")
    check_number(operation, "limit", limit, 1, most)
    _check_word(operation, "order", order, _ORDERS)
    _check_word(operation, "purpose", purpose, _PURPOSES)
    _check_word(operation, "filter", status, _FILTERS)
    given = {"limit": limit, "order": order, "purpose": purpose, "filter": status}
    return {name: str(value) for name, value in given.items() if value is not None}


def check_purpose(operation: str, purpose: str) -> str:
    """The purpose of an upload."""
    _check_word(operation, "purpose", purpose, _PURPOSES)
    return purpose


def check_metadata(operation: str, metadata: Mapping[str, str] | None) -> dict[str, str]:
    """A vector store's metadata, within its limits."""
    pairs: dict[Any, Any] = dict(metadata or {})
    if len(pairs) > _PAIRS:
        raise invalid(operation, f"metadata has {len(pairs)} pairs; {_PAIRS} are allowed.")
    for key, value in pairs.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise invalid(operation, "metadata must be texts.")
        if len(key) > _KEY:
            raise invalid(operation, f"metadata has a key of {len(key)} characters; {_KEY} are allowed.")
        if len(value) > _VALUE:
            raise invalid(operation, f"metadata {key!r} has {len(value)} characters; {_VALUE} are allowed.")
    return pairs


def check_chunking(operation: str, chunking: StaticChunking | None) -> dict[str, Any]:
    """How a file is cut, as the server takes it."""
    if chunking is None:
        return {"type": "auto"}
    size, overlap = chunking.max_chunk_size_tokens, chunking.chunk_overlap_tokens
    check_number(operation, "max_chunk_size_tokens", size, 100, 4096)
    check_number(operation, "chunk_overlap_tokens", overlap, 0, size // 2)
    return {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}}


def _check_word(operation: str, name: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is not None and value not in known:
        raise invalid(operation, f"{name} is {value!r}; known: {', '.join(known)}.")
