"""What Gemini's answers say, whole or streamed: parts, finish reasons, token counts."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from understudy.domain.messages import ImagePart
from understudy.domain.results import FinishReason, Usage
from understudy.providers.generation.wire.values import as_count, as_list, as_mapping, as_optional_text, as_text

__all__ = [
    "block_reason",
    "counts_of",
    "finish_reason",
    "finish_word",
    "first_candidate",
    "parts_of",
    "read_image",
    "read_usage",
]

_FINISH: Mapping[str, FinishReason] = MappingProxyType(
    {
        "STOP": FinishReason.STOP,
        "MAX_TOKENS": FinishReason.LENGTH,
        "CONTINUATION": FinishReason.LENGTH,
        "SAFETY": FinishReason.CONTENT_FILTER,
        "RECITATION": FinishReason.CONTENT_FILTER,
        "LANGUAGE": FinishReason.CONTENT_FILTER,
        "BLOCKLIST": FinishReason.CONTENT_FILTER,
        "PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
        "SPII": FinishReason.CONTENT_FILTER,
        "IMAGE_SAFETY": FinishReason.CONTENT_FILTER,
        "IMAGE_PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
        "IMAGE_RECITATION": FinishReason.CONTENT_FILTER,
        "ESCALATION": FinishReason.CONTENT_FILTER,
        "MODEL_ARMOR": FinishReason.CONTENT_FILTER,
        "MALFORMED_FUNCTION_CALL": FinishReason.ERROR,
        "MALFORMED_RESPONSE": FinishReason.ERROR,
        "MISSING_THOUGHT_SIGNATURE": FinishReason.ERROR,
        "TOO_MANY_TOOL_CALLS": FinishReason.ERROR,
        "UNEXPECTED_TOOL_CALL": FinishReason.ERROR,
    }
)

# A gateway that asks for "enum-encoding=int" gets numbers. Only these mean the same in Google's two APIs.
_FINISH_NUMBERS: Mapping[int, str] = MappingProxyType(
    {1: "STOP", 2: "MAX_TOKENS", 3: "SAFETY", 4: "RECITATION", 5: "OTHER"}
)

_COUNTS = frozenset({"promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount"})


def first_candidate(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The candidate with index 0, which is also the one without an index; empty where there is none."""
    for candidate in as_list(body.get("candidates")):
        if isinstance(candidate, dict) and not candidate.get("index"):
            return candidate
    return as_mapping(None)


def parts_of(candidate: Mapping[str, Any]) -> Sequence[Any]:
    """The candidate's parts, as they came."""
    return as_list(as_mapping(candidate.get("content")).get("parts"))


def read_image(part: Mapping[str, Any]) -> ImagePart | None:
    """The image in a part, or None where there is none, or none that can be read."""
    inline = as_mapping(part.get("inlineData"))
    media_type = as_text(inline.get("mimeType"))
    if not media_type.startswith("image/"):
        return None
    try:
        return ImagePart(data=base64.b64decode(as_text(inline.get("data")), validate=True), media_type=media_type)
    except ValueError:  # not base64, or not even ASCII
        return None


def finish_word(candidate: Mapping[str, Any]) -> str | None:
    """The finish reason in the API's own words."""
    value = candidate.get("finishReason")
    if isinstance(value, int) and not isinstance(value, bool):
        return _FINISH_NUMBERS.get(value, str(value)) if value else None
    return as_optional_text(value)


def finish_reason(word: str | None, *, blocked: bool, has_calls: bool) -> FinishReason:
    """The reason in the vocabulary of all providers; Gemini has no word of its own for "the model wants its tools"."""
    if blocked:
        return FinishReason.CONTENT_FILTER
    reason = _FINISH.get(word or "", FinishReason.OTHER)
    return FinishReason.TOOL_CALLS if reason is FinishReason.STOP and has_calls else reason


def block_reason(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Why the prompt was refused, in the API's word and in its sentence."""
    feedback = as_mapping(body.get("promptFeedback"))
    reason = feedback.get("blockReason")
    word = str(reason) if isinstance(reason, int) and reason else as_optional_text(reason)
    return word, as_optional_text(feedback.get("blockReasonMessage"))


def counts_of(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The token counts as they came, or None where there are none: a frame may have no more than a traffic type."""
    counts = as_mapping(body.get("usageMetadata"))
    return counts if _COUNTS & counts.keys() else None


def read_usage(counts: Mapping[str, Any] | None) -> Usage | None:
    """The usage. Gemini counts thoughts, and what its own tools read, beside the rest; we count them in."""
    if counts is None:
        return None
    thoughts = as_count(counts.get("thoughtsTokenCount"))
    return Usage(
        input_tokens=as_count(counts.get("promptTokenCount")) + as_count(counts.get("toolUsePromptTokenCount")),
        output_tokens=as_count(counts.get("candidatesTokenCount")) + thoughts,
        cached_tokens=as_count(counts.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
    )
