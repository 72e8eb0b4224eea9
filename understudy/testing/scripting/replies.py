"""From how a call ended to a reply in the script's words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from understudy.domain.errors import MaxRetriesExceededError, ProviderError
from understudy.domain.messages import ToolCallPart
from understudy.domain.results import GenerationResult
from understudy.providers.generation.mock.events import pieces
from understudy.testing.scripting.outcomes import Outcome

__all__ = ["reply_data"]


def reply_data(outcome: Outcome) -> dict[str, Any]:
    """``answer``, ``error`` or both, as a rule of the settings has them."""
    if outcome.error is None:
        assert outcome.result is not None  # noqa: S101 - an outcome is one or the other
        return {"answer": _answer(outcome.result, outcome.chunks)}
    error = _error(outcome.error)
    if outcome.chunks is None or not (outcome.chunks or outcome.reasoning or outcome.error.phase in ("stream", "body")):
        return {"error": error}
    # The stand-in counts every piece, and cuts reasoning into words.
    error["after_chunks"] = len(pieces(outcome.reasoning)) + len(outcome.chunks)
    if not (outcome.chunks or outcome.reasoning):
        return {"error": error}
    reasoning = {"reasoning": outcome.reasoning} if outcome.reasoning else {}
    return {"answer": {**reasoning, "chunks": list(outcome.chunks)}, "error": error}


def _answer(result: GenerationResult, chunks: tuple[str, ...] | None) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    if result.reasoning:
        answer["reasoning"] = result.reasoning
    if result.refusal is not None:
        answer["refusal"] = result.refusal
    elif chunks is not None and len(chunks) > 1:
        answer["chunks"] = list(chunks)
    elif result.text or not (result.tool_calls or result.reasoning):
        answer["text"] = result.text
    if result.tool_calls:
        answer["tool_calls"] = [_call(call) for call in result.tool_calls]
    answer["finish_reason"] = str(result.finish_reason)
    if result.usage is not None:
        answer["usage"] = asdict(result.usage)
    return answer


def _call(call: ToolCallPart) -> dict[str, Any]:
    return {"name": call.name, "arguments": dict(call.arguments), "id": call.id}


def _error(error: ProviderError) -> dict[str, Any]:
    data: dict[str, Any] = {
        "class": type(error).__name__,
        "message": error.message,
        "status": error.status,
        "code": error.code,
        "retry_after": error.retry_after,
        "retryable": error.retryable,
    }
    if isinstance(error, MaxRetriesExceededError):
        data |= {"attempts": error.attempts, "last": type(error.last_error).__name__}
    return {name: value for name, value in data.items() if value is not None}
