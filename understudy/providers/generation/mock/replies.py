"""From the settings' words to answers and failures."""

from __future__ import annotations

from typing import Any

from understudy.config.models.mock import AnswerSettings, ErrorSettings, ReplySettings, provider_errors
from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.mock.answers import UNSET, Answer, Failure, Interrupted

__all__ = ["failure_of", "reply_of"]


def reply_of(settings: ReplySettings) -> Answer | Failure | Interrupted:
    """What a rule or a step of a sequence replies."""
    answer = _answer_of(settings.answer) if settings.answer is not None else Answer()
    if settings.error is None:
        return answer
    failure = failure_of(settings.error)
    if settings.error.after_chunks is None:
        return failure
    return Interrupted(failure=failure, after_chunks=settings.error.after_chunks, answer=answer)


def failure_of(settings: ErrorSettings) -> Failure:
    """The failure that the settings describe."""
    known = provider_errors()
    return Failure(
        kind=known[settings.kind],
        message=settings.message,
        status=settings.status,
        code=settings.code,
        retry_after=settings.retry_after,
        retryable=settings.retryable,
        attempts=settings.attempts,
        last=known[settings.last],
    )


def _answer_of(settings: AnswerSettings) -> Answer:
    usage: dict[str, Any] = settings.usage.model_dump(exclude_none=True) if settings.usage else {}
    return Answer(
        text=settings.text,
        reasoning=settings.reasoning,
        tool_calls=tuple(
            ToolCallPart(id=call.id or "", name=call.name, arguments=call.arguments) for call in settings.tool_calls
        ),
        json=settings.data if "data" in settings.model_fields_set else UNSET,
        chunks=settings.chunks,
        refusal=settings.refusal,
        finish_reason=settings.finish_reason,
        usage=usage,
    )
