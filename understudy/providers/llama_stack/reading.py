"""Reads what a Llama Stack server answers; unknown fields stay in ``raw``, missing ones have defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec

from understudy.domain.errors import ProviderError, ResponseDecodeError, StreamInterruptedError
from understudy.domain.llama_stack import FileCounts, StackFile, StackModel, VectorStore, VectorStoreFile
from understudy.domain.llama_stack_events import (
    ContentPartEvent,
    OutputItemEvent,
    ResponseStateEvent,
    StackEvent,
    StackResponse,
    TextDeltaEvent,
)
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.http.frames import Frame
from understudy.providers.llama_stack.errors import stack_error

__all__ = ["events_of", "file_of", "items_of", "model_of", "response_of", "store_file_of", "store_of"]

_FINAL = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")


def items_of(operation: str, page: Any) -> tuple[Mapping[str, Any], ...]:
    """A list's entries."""
    data = page.get("data") if isinstance(page, Mapping) else None
    if not isinstance(data, list) or not all(isinstance(each, Mapping) for each in data):
        raise _unexpected(operation, "has no list `data`")
    return tuple(data)


def model_of(operation: str, data: Mapping[str, Any]) -> StackModel:
    """A model; llama-stack up to 0.3 says ``identifier`` and ``metadata``."""
    metadata = _mapping(data.get("custom_metadata") or data.get("metadata"))
    return StackModel(
        id=_id(operation, data, "id", "identifier"),
        kind=_word(metadata.get("model_type") or data.get("model_type")),
        owned_by=_word(data.get("owned_by")),
        created_at=_number(data.get("created")),
        metadata=metadata,
        raw=data,
    )


def store_of(operation: str, data: Any) -> VectorStore:
    """A vector store."""
    data = _object(operation, data)
    counts = _mapping(data.get("file_counts"))
    return VectorStore(
        id=_id(operation, data, "id"),
        name=_word(data.get("name")),
        status=_word(data.get("status")),
        created_at=_number(data.get("created_at")),
        usage_bytes=_number(data.get("usage_bytes")) or 0,
        file_counts=FileCounts(
            **{
                name: _number(counts.get(name)) or 0
                for name in ("total", "completed", "in_progress", "failed", "cancelled")
            }
        ),
        metadata=_mapping(data.get("metadata")),
        raw=data,
    )


def file_of(operation: str, data: Any) -> StackFile:
    """An uploaded file."""
    data = _object(operation, data)
    return StackFile(
        id=_id(operation, data, "id"),
        filename=_word(data.get("filename")),
        size=_number(data.get("bytes")) or 0,
        purpose=_word(data.get("purpose")),
        created_at=_number(data.get("created_at")),
        expires_at=_number(data.get("expires_at")),
        raw=data,
    )


def store_file_of(operation: str, data: Any) -> VectorStoreFile:
    """A vector store's file."""
    data = _object(operation, data)
    error = data.get("last_error")
    return VectorStoreFile(
        id=_id(operation, data, "id"),
        vector_store_id=_word(data.get("vector_store_id")),
        status=_word(data.get("status")),
        created_at=_number(data.get("created_at")),
        usage_bytes=_number(data.get("usage_bytes")) or 0,
        error=_word(_mapping(error).get("message")) or None,
        attributes=_mapping(data.get("attributes")),
        raw=data,
    )


def response_of(operation: str, data: Any) -> StackResponse:
    """A response."""
    data = _object(operation, data)
    usage = _mapping(data.get("usage"))
    output = data.get("output") or ()
    return StackResponse(
        id=_id(operation, data, "id"),
        model=_word(data.get("model")),
        status=_word(data.get("status")),
        output=tuple(item for item in output if isinstance(item, Mapping)),
        created_at=_number(data.get("created_at")),
        previous_response_id=data.get("previous_response_id"),
        input_tokens=_number(usage.get("input_tokens")),
        output_tokens=_number(usage.get("output_tokens")),
        error=_word(_mapping(data.get("error")).get("message")) or None,
        raw=data,
    )


async def events_of(operation: str, frames: AsyncIterator[Frame]) -> AsyncIterator[StackEvent]:
    """The typed events; they end with the response's final state.

    Raises the error that an ``error`` event stands for, and StreamInterruptedError where the final state is missing.
    """
    said: list[str] = []
    async for frame in frames:
        if frame.data == b"[DONE]":
            continue
        event = _event(operation, frame)
        if isinstance(event, TextDeltaEvent):
            said.append(event.delta)
        if event.type == "error":
            raise _error_of(operation, event.raw, "".join(said))
        yield event
        if event.type in _FINAL:
            return
    raise StreamInterruptedError(
        "The stream ended before the response's final state.",
        provider="llama_stack",
        operation=operation,
        phase="stream",
        code="CONNECTION_FAILED",
        partial_text="".join(said) or None,
    )


def _event(operation: str, frame: Frame) -> StackEvent:
    try:
        data = msgspec.json.decode(frame.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = None
    if not isinstance(data, Mapping):
        raise _unexpected(operation, "has an event that is not a JSON object", phase="stream")
    kind = _word(data.get("type")) or frame.event or ("error" if "error" in data else "")
    common: dict[str, Any] = {"type": kind, "sequence_number": _number(data.get("sequence_number")), "raw": data}
    if isinstance(data.get("response"), Mapping):
        return ResponseStateEvent(response=response_of(operation, data["response"]), **common)
    index = _number(data.get("output_index")) or 0
    if isinstance(data.get("item"), Mapping):
        return OutputItemEvent(output_index=index, item=data["item"], **common)
    place: dict[str, Any] = {
        "item_id": _word(data.get("item_id")),
        "content_index": _number(data.get("content_index")) or 0,
    }
    if isinstance(data.get("part"), Mapping):
        return ContentPartEvent(output_index=index, part=data["part"], **place, **common)
    if kind == "response.output_text.delta":
        return TextDeltaEvent(output_index=index, delta=_word(data.get("delta")), **place, **common)
    return StackEvent(**common)


def _error_of(operation: str, data: Mapping[str, Any], said: str) -> ProviderError:
    code = str(data.get("code") or _mapping(data.get("error")).get("code") or "")
    status = int(code) if code.isdecimal() and len(code) == 3 else 500
    error = stack_error(ErrorAnswer(status=status, headers={}, body=data, operation=operation))
    error.provider, error.operation, error.phase = "llama_stack", operation, "stream"
    error.partial_text = said or None
    return error


def _unexpected(operation: str, what: str, *, phase: str = "decode") -> ResponseDecodeError:
    return ResponseDecodeError(
        f"The answer {what}.", provider="llama_stack", operation=operation, phase=phase, code="INTERNAL_ERROR"
    )


def _object(operation: str, data: Any) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise _unexpected(operation, "is not a JSON object")
    return data


def _id(operation: str, data: Mapping[str, Any], *names: str) -> str:
    found = next((word for name in names if (word := _word(data.get(name)))), None)
    if found is None:
        raise _unexpected(operation, "has an entry without an id")
    return found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
