"""Fields that OpenAI's two APIs and their followers share, read leniently: numbers, usage, content, finish reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

import msgspec

from understudy.domain.generation import ModelInfo
from understudy.domain.results import FinishReason, Usage
from understudy.providers.generation.wire.values import as_mapping

__all__ = ["as_word", "chat_usage", "content_texts", "count", "finish_reason", "model_list", "responses_usage"]

_FINISH: Mapping[str, FinishReason] = MappingProxyType(
    {
        "stop": FinishReason.STOP,
        "completed": FinishReason.STOP,
        "length": FinishReason.LENGTH,
        "model_length": FinishReason.LENGTH,
        "max_tokens": FinishReason.LENGTH,
        "max_output_tokens": FinishReason.LENGTH,
        "tool_calls": FinishReason.TOOL_CALLS,
        "function_call": FinishReason.TOOL_CALLS,
        "content_filter": FinishReason.CONTENT_FILTER,
        "error": FinishReason.ERROR,
        "failed": FinishReason.ERROR,
        "cancelled": FinishReason.ERROR,
        "insufficient_system_resource": FinishReason.ERROR,
    }
)


def finish_reason(word: str | None, *, has_calls: bool) -> FinishReason:
    """The word in our vocabulary. Services that say only "stop" when a tool is asked for are understood."""
    found = _FINISH.get(word or "", FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if has_calls and found is FinishReason.STOP else found


def as_word(value: Any) -> str | None:
    """A finish reason as it came, in text; None where there is none."""
    return value if value is None or isinstance(value, str) else str(value)


def count(value: Any) -> int:
    """A number of tokens; 0 for null and for anything that is not a number."""
    if type(value) is int:
        return value
    if value is None:
        return 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def chat_usage(fields: Any) -> Usage | None:
    """The usage of Chat Completions, with what DeepSeek and other followers call the cached tokens.

    Services that do not count reasoning into ``completion_tokens`` (xAI) are known by their own total.
    """
    if not isinstance(fields, dict) or not fields:
        return None
    details = as_mapping(fields.get("prompt_tokens_details"))
    given = count(fields.get("prompt_tokens"))
    written = count(fields.get("completion_tokens"))
    reasoning = count(as_mapping(fields.get("completion_tokens_details")).get("reasoning_tokens"))
    if reasoning and given + written + reasoning == count(fields.get("total_tokens")):
        written += reasoning
    return Usage(
        input_tokens=given,
        output_tokens=written,
        cached_tokens=count(details.get("cached_tokens")) or _first_count(fields, _CACHED),
        cache_write_tokens=count(details.get("cache_write_tokens")) or count(fields.get("cache_creation_input_tokens")),
        reasoning_tokens=reasoning or count(fields.get("reasoning_tokens")),
    )


def _first_count(fields: Mapping[str, Any], names: tuple[str, ...]) -> int:
    for name in names:
        if name in fields and (number := count(fields[name])):
            return number
    return 0


_CACHED = ("prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens", "cache_read_input_tokens")


def responses_usage(fields: Any) -> Usage | None:
    """The usage of Responses."""
    if not isinstance(fields, dict) or not fields:
        return None
    details = as_mapping(fields.get("input_tokens_details"))
    return Usage(
        input_tokens=count(fields.get("input_tokens")),
        output_tokens=count(fields.get("output_tokens")),
        cached_tokens=count(details.get("cached_tokens")),
        cache_write_tokens=count(details.get("cache_write_tokens")),
        reasoning_tokens=count(as_mapping(fields.get("output_tokens_details")).get("reasoning_tokens")),
    )


def content_texts(content: Any) -> Iterator[tuple[Literal["text", "reasoning"], str]]:
    """The texts in a message's content: a string, a list of typed parts (Mistral), or an object that is itself JSON."""
    if isinstance(content, str):
        yield "text", content
    elif isinstance(content, list):
        for part in content:
            yield from _part_texts(part)
    elif content is not None:
        yield "text", msgspec.json.encode(content).decode()


def _part_texts(part: Any) -> Iterator[tuple[Literal["text", "reasoning"], str]]:
    if isinstance(part, str):
        yield "text", part
    elif isinstance(part, Mapping):
        thinking = part.get("thinking")
        if thinking is not None:
            for _, thought in content_texts(thinking):
                yield "reasoning", thought
        text = part.get("text")
        if isinstance(text, str):
            yield "text", text


def model_list(body: Any) -> tuple[ModelInfo, ...]:
    """The models of ``GET /models``; some services send the bare list, some their limits with it."""
    entries = body["data"] if isinstance(body, Mapping) else body
    return tuple(
        ModelInfo(
            id=entry["id"],
            name=entry.get("name"),
            context_tokens=count(entry.get("context_length") or entry.get("context_window")) or None,
        )
        for entry in entries
    )
