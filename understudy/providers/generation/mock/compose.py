"""From what a script says to the result that a provider would give: limits, stop sequences, ids and usage applied."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from understudy.domain.messages import ImagePart, Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import FinishReason, GenerationResult, Usage
from understudy.providers.generation.mock.answers import UNSET, Answer
from understudy.providers.generation.mock.defaults import checked_json
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.tokens import Measure, count, cut
from understudy.providers.generation.wire.call_ids import generated_id

__all__ = ["compose"]


@dataclass(slots=True)
class _Limited:
    parts: tuple[Part, ...]
    tokens: int = 0
    reasoning_tokens: int = 0
    cut_at_limit: bool = False
    stopped_by: str | None = None


def compose(
    answer: Answer,
    request: GenerationRequest,
    *,
    provider: str,
    model: str,
    measure: Measure,
    dialect: Dialect,
    most: int | None,
) -> tuple[GenerationResult, str | None]:
    """The whole result, and the stop sequence that ended it; ``most`` is the limit of output tokens.

    Raises ScriptError for json that does not fit the request's schema.
    """
    limited = _limited(_parts(answer, request, measure, dialect), request.stop, most)
    reason, raw = _finish(answer, limited, dialect)
    thought = limited.reasoning_tokens if dialect.counts_reasoning else 0
    usage = Usage(input_tokens=measure.tokens, output_tokens=limited.tokens, reasoning_tokens=thought)
    result = GenerationResult(
        parts=limited.parts,
        finish_reason=reason,
        finish_reason_raw=raw,
        usage=replace(usage, **answer.usage) if answer.usage else usage,
        provider=provider,
        model=model,
        response_id=None if dialect.response_id is None else f"{dialect.response_id}standin{measure.mark}",
        request_id=None if dialect.request_id is None else f"{dialect.request_id}standin{measure.mark}",
        refusal=None if dialect.refusal_in == "text" else answer.refusal,
    )
    return result, limited.stopped_by


def _parts(answer: Answer, request: GenerationRequest, measure: Measure, dialect: Dialect) -> tuple[Part, ...]:
    if answer.parts is not None:
        return answer.parts
    text = answer.text
    if answer.json is not UNSET:
        text = checked_json(answer.json, request.response_schema)
    elif answer.chunks is not None:
        text = "".join(answer.chunks)
    elif answer.refusal is not None and dialect.refusal_in != "field":
        text = answer.refusal
    if text and answer.reasoning is None and not answer.tool_calls:
        return (TextPart(text),)
    parts: list[Part] = []
    if answer.reasoning:
        signature = f"standin{measure.mark}" if dialect.signs_reasoning else None
        item = None if dialect.reasoning_id is None else f"{dialect.reasoning_id}standin{measure.mark}"
        parts.append(ReasoningPart(text=answer.reasoning, signature=signature, id=item))
    if text:
        parts.append(TextPart(text))
    for number, call in enumerate(answer.tool_calls):
        parts.append(call if call.id else replace(call, id=_call_id(dialect, measure.mark, number)))
    return tuple(parts)


def _call_id(dialect: Dialect, mark: str, number: int) -> str:
    if dialect.tool_call_id is None:
        return generated_id(f"standin{mark}", number)
    return f"{dialect.tool_call_id}standin{mark}{number}"


def _limited(parts: tuple[Part, ...], stop: Sequence[str], most: int | None) -> _Limited:
    """``parts`` up to the first stop sequence or the token limit, whichever comes first."""
    found = _Limited(parts)
    kept: list[Part] = []
    for part in parts:
        shortened, found.stopped_by = _before_stop(part, stop) if stop else (part, None)
        size = count(_said(shortened))
        if most is not None and found.tokens + size > most:
            shortened = _cut(shortened, most - found.tokens)
            size = most - found.tokens
            found.cut_at_limit, found.stopped_by = True, None
        found.tokens += size
        if isinstance(shortened, ReasoningPart):
            found.reasoning_tokens += size
        if _said(shortened) or isinstance(shortened, ImagePart):
            kept.append(shortened)
        if found.stopped_by is not None or found.cut_at_limit:
            break
    found.parts = tuple(kept)
    return found


def _said(part: Part) -> str:
    if isinstance(part, TextPart | ReasoningPart):
        return part.text or (getattr(part, "signature", None) or "")
    if isinstance(part, ToolCallPart):
        return f"{part.name} {part.arguments_text or json.dumps(part.arguments, default=str)}"
    return ""


def _before_stop(part: Part, stop: Sequence[str]) -> tuple[Part, str | None]:
    """The part as far as the first stop sequence in it, and that one."""
    if not isinstance(part, TextPart):
        return part, None
    places = [(place, word) for word in stop if word and (place := part.text.find(word)) >= 0]
    if not places:
        return part, None
    place, word = min(places)
    return TextPart(part.text[:place]), word


def _cut(part: Part, tokens: int) -> Part:
    if isinstance(part, TextPart):
        return TextPart(cut(part.text, tokens))
    if isinstance(part, ReasoningPart):
        return replace(part, text=cut(part.text, tokens))
    if isinstance(part, ToolCallPart):
        # The model was stopped while it wrote the arguments, so what there is of them is not JSON.
        text = cut(part.arguments_text or json.dumps(part.arguments, default=str), max(0, tokens - count(part.name)))
        problem = "The arguments are not JSON: the answer reached its token limit."
        return replace(part, arguments={}, arguments_text=text, arguments_error=problem)
    return part


def _finish(answer: Answer, limited: _Limited, dialect: Dialect) -> tuple[FinishReason, str]:
    if limited.cut_at_limit:
        return FinishReason.LENGTH, dialect.finish_word(FinishReason.LENGTH)
    reason = answer.finish_reason
    if reason is None:
        if answer.refusal is not None:
            reason = dialect.refusal
        elif any(isinstance(part, ToolCallPart) for part in limited.parts):
            reason = FinishReason.TOOL_CALLS
        else:
            reason = FinishReason.STOP
    if limited.stopped_by is not None and dialect.stop_sequence is not None:
        return FinishReason.STOP, dialect.stop_sequence
    return reason, dialect.finish_word(reason)
