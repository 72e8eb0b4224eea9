"""What can be compared of an answer: everything but the words that a model chooses and the numbers that it counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from understudy.domain.errors import MaxRetriesExceededError, ProviderError
from understudy.domain.generation import EmbeddingResult, ModelInfo
from understudy.domain.health import Health
from understudy.domain.messages import ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishEvent,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)

__all__ = ["Shape", "embedding_shape", "error_shape", "events_shape", "health_shape", "models_shape", "result_shape"]

Shape: TypeAlias = Mapping[str, str]
"""Facts of an answer by field, as words that can be compared and shown."""

_PARTS: Mapping[type, str] = {TextPart: "text", ReasoningPart: "reasoning", ToolCallPart: "tool_call"}
_EVENTS: Mapping[type, str] = {
    TextEvent: "text",
    ReasoningEvent: "reasoning",
    ToolCallDeltaEvent: "tool_call_delta",
    ToolCallEvent: "tool_call",
    UsageEvent: "usage",
    FinishEvent: "finish",
}
_TYPES: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
    list: "array",
    dict: "object",
}


def result_shape(result: GenerationResult, *, asked: str, optional: frozenset[str], structured: bool) -> Shape:
    """The facts of a whole answer.

    ``asked`` is the model that was asked; ``optional`` names the kinds of parts that a model may add as it likes;
    ``structured`` says that the text is to be JSON.
    """
    kinds = (_PARTS[type(part)] for part in result.parts)
    return {
        "outcome": "answer",
        "provider": result.provider,
        "model": _model(result.model, asked),
        "finish_reason": str(result.finish_reason),
        "finish_reason_raw": result.finish_reason_raw or "none",
        "parts": _sequence(kinds, optional),
        "refusal": _presence(result.refusal),
        "response_id": _presence(result.response_id),
        "request_id": _presence(result.request_id),
        **_usage_shape(result.usage),
        **_calls_shape(result.tool_calls),
        **({"json": _json_shape(result.text)} if structured else {}),
    }


def events_shape(events: Sequence[StreamEvent], *, optional: frozenset[str]) -> Shape:
    """The order of a stream's events, neighbours of one kind as one, and whether they tell what its result tells."""
    last = events[-1] if events else None
    if not isinstance(last, FinishEvent):
        return {"outcome": "no end", "events": _sequence((_EVENTS[type(event)] for event in events), optional)}
    text = "".join(event.text for event in events if isinstance(event, TextEvent))
    calls = tuple(event.call for event in events if isinstance(event, ToolCallEvent))
    told = [event.usage for event in events if isinstance(event, UsageEvent)]
    agree = {
        "text": text == last.result.text,
        "tool calls": calls == last.result.tool_calls,
        "usage": told[-1:] == ([] if last.result.usage is None else [last.result.usage]),
    }
    others = [name for name, same in agree.items() if not same]
    return {
        "events": _sequence((_EVENTS[type(event)] for event in events), optional),
        "events_and_result": "agree" if not others else f"differ in {', '.join(others)}",
    }


def error_shape(error: ProviderError) -> Shape:
    """The facts of a failure; of several attempts, those of the last."""
    last = error.last_error if isinstance(error, MaxRetriesExceededError) else error
    return {
        "outcome": "error",
        "error": type(last).__name__,
        "error.provider": last.provider,
        "error.operation": last.operation,
        "error.phase": last.phase or "none",
        "error.status": str(last.status or "none"),
        "error.code": last.code or "none",
        "error.retryable": _yes(last.retryable),
        "error.request_id": _presence(last.request_id),
    }


def models_shape(models: Sequence[ModelInfo], *, own: str) -> Shape:
    """The facts of a list of models; ``own`` is the model that the settings name."""
    ids = [model.id for model in models]
    listed = any(_model(name, own) == _AS_ASKED for name in ids)
    return {
        "outcome": "answer",
        "models": "some" if ids else "none",
        "ids": "all different" if len(set(ids)) == len(ids) and all(ids) else "some are empty or there twice",
        "own_model": "listed" if listed else "not listed",
    }


def embedding_shape(result: EmbeddingResult) -> Shape:
    """The facts of vectors."""
    return {
        "outcome": "answer",
        "provider": result.provider,
        "model": result.model,
        "vectors": str(len(result.vectors)),
        "dimensions": ", ".join(sorted({str(len(vector)) for vector in result.vectors})) or "none",
    }


def health_shape(health: Health) -> Shape:
    """The facts of a health check."""
    return {
        "outcome": "answer",
        "provider": health.provider,
        "status": str(health.status),
        "error": _presence(health.error),
    }


_AS_ASKED = "as asked"


def _model(answered: str, asked: str) -> str:
    """Services answer with the name asked for or a longer form of it: ``gpt-5-2025-08-07``, ``gemma3:latest``."""
    return _AS_ASKED if answered == asked or answered.startswith((f"{asked}-", f"{asked}:")) else answered


def _sequence(kinds: Iterable[str], optional: frozenset[str]) -> str:
    kept = [kind for kind in kinds if kind not in optional]
    return ", ".join(kind for kind, _ in groupby(kept)) or "none"


def _usage_shape(usage: Usage | None) -> dict[str, str]:
    if usage is None:
        return {"usage": "none"}
    consistent = (
        usage.cached_tokens + usage.cache_write_tokens <= usage.input_tokens
        and usage.reasoning_tokens <= usage.output_tokens
    )
    return {
        "usage": "some",
        "usage.input_tokens": _counted(usage.input_tokens),
        "usage.output_tokens": _counted(usage.output_tokens),
        "usage.consistent": _yes(consistent),
    }


def _calls_shape(calls: Sequence[ToolCallPart]) -> dict[str, str]:
    if not calls:
        return {}
    ids = [call.id for call in calls]
    return {
        "tool_calls": ", ".join(sorted({call.name for call in calls})),
        "tool_calls.ids": "all different"
        if all(ids) and len(set(ids)) == len(ids)
        else "some are empty or there twice",
        "tool_calls.arguments": "; ".join(sorted({_members(call.arguments) for call in calls})),
        "tool_calls.readable": _yes(all(call.arguments_error is None for call in calls)),
    }


def _json_shape(text: str) -> str:
    try:
        value: Any = json.loads(text)
    except ValueError:
        return "no JSON"
    return _members(value) if isinstance(value, dict) else _TYPES[type(value)]


def _members(value: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {_TYPES.get(type(value[name]), type(value[name]).__name__)}" for name in sorted(value))


def _presence(value: object) -> str:
    return "some" if value else "none"


def _counted(tokens: int) -> str:
    return "counted" if tokens > 0 else "0"


def _yes(value: bool) -> str:  # noqa: FBT001 - the fact told
    return "yes" if value else "no"
