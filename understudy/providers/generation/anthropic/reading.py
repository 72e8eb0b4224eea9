"""What Anthropic's messages say, whole or streamed: content blocks, stop reasons, token counts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.messages import Part, ReasoningPart, TextPart
from understudy.domain.results import FinishReason, GenerationResult, Usage
from understudy.providers.generation.wire.arguments import tool_call
from understudy.providers.generation.wire.values import as_count, as_mapping, as_optional_text, as_text

__all__ = ["message_result", "read_block", "read_usage"]

_FINISH: Mapping[str, FinishReason] = MappingProxyType(
    {
        "end_turn": FinishReason.STOP,
        "stop_sequence": FinishReason.STOP,
        "max_tokens": FinishReason.LENGTH,
        "model_context_window_exceeded": FinishReason.LENGTH,
        "tool_use": FinishReason.TOOL_CALLS,
        "refusal": FinishReason.CONTENT_FILTER,
    }
)


def read_block(block: Mapping[str, Any]) -> Part | None:
    """The part that a content block is; None for what Anthropic's own server-side tools leave between the others."""
    match block.get("type"):
        case "text":
            return TextPart(as_text(block.get("text")))
        case "thinking":
            return ReasoningPart(
                text=as_text(block.get("thinking")), signature=as_optional_text(block.get("signature"))
            )
        case "redacted_thinking":
            return ReasoningPart(signature=as_optional_text(block.get("data")), redacted=True)
        case "tool_use":
            return tool_call(
                call_id=as_text(block.get("id")), name=as_text(block.get("name")), arguments=block.get("input")
            )
        case _:
            return None


def message_result(message: Mapping[str, Any], parts: tuple[Part, ...]) -> GenerationResult:
    """The result of a message whose content has been read into ``parts``."""
    raw = as_optional_text(message.get("stop_reason"))
    return GenerationResult(
        parts=parts,
        finish_reason=_FINISH.get(raw or "", FinishReason.OTHER),
        finish_reason_raw=raw,
        usage=read_usage(message.get("usage")),
        model=as_text(message.get("model")),
        response_id=as_optional_text(message.get("id")),
        refusal=_refusal(message, parts) if raw == "refusal" else None,
    )


def read_usage(value: Any) -> Usage | None:
    """The token counts. Anthropic counts what a cache gave or took beside ``input_tokens``; we count it in."""
    usage = as_mapping(value)
    if not usage:
        return None
    read = as_count(usage.get("cache_read_input_tokens"))
    written = as_count(usage.get("cache_creation_input_tokens"))
    return Usage(
        input_tokens=as_count(usage.get("input_tokens")) + read + written,
        output_tokens=as_count(usage.get("output_tokens")),
        cached_tokens=read,
        cache_write_tokens=written,
        reasoning_tokens=as_count(as_mapping(usage.get("output_tokens_details")).get("thinking_tokens")),
    )


def _refusal(message: Mapping[str, Any], parts: tuple[Part, ...]) -> str | None:
    explained = as_optional_text(as_mapping(message.get("stop_details")).get("explanation"))
    said = "".join(part.text for part in parts if isinstance(part, TextPart))
    return said or explained
