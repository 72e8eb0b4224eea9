"""What a script says: answers and failures, as plain data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from understudy.domain.errors import (
    ConnectionFailedError,
    LimitExceededError,
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.messages import Part, ToolCallPart
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import FinishReason, GenerationResult
from understudy.providers.generation.mock.dialects import Dialect

__all__ = ["UNSET", "Answer", "Failure", "Interrupted", "Reply", "ScriptedReply", "Unset"]


class Unset:
    """The type of ``UNSET``, for where None is a value of its own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()

_PHASES: tuple[tuple[type[ProviderError], str], ...] = (
    (ConnectionFailedError, "connect"),
    (RequestTimeoutError, "read"),
    (ResponseDecodeError, "decode"),
    (StreamInterruptedError, "stream"),
    (LimitExceededError, "body"),
)
_RETRYABLE = (RateLimitError, OverloadedError, ServerError, ConnectionFailedError, RequestTimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says. What is not given is as in the default answer, or follows from the rest.

    ``parts`` are taken as they are; otherwise the answer is ``reasoning``, then the text, then ``tool_calls``. The text
    is one of ``text``, ``json`` (any value, written as JSON; it must fit the request's schema), ``chunks`` (the text in
    the pieces in which it is streamed) and ``refusal``. ``usage`` overrides counted numbers by name. A tool call
    without an id gets one.
    """

    text: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolCallPart, ...] = ()
    json: Any = UNSET
    chunks: tuple[str, ...] | None = None
    refusal: str | None = None
    parts: tuple[Part, ...] | None = None
    finish_reason: FinishReason | None = None
    usage: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        """Whether nothing here says what the model says."""
        given = (self.text, self.reasoning, self.chunks, self.refusal, self.parts)
        return not self.tool_calls and self.json is UNSET and all(value is None for value in given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """How a call fails; what is not given is as the provider itself reports an error of this class.

    ``attempts`` and ``last`` are for MaxRetriesExceededError.
    """

    kind: type[ProviderError]
    message: str | None = None
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None
    retryable: bool | None = None
    request_id: str | None = None
    attempts: int = 4
    last: type[ProviderError] = ServerError

    def build(
        self,
        *,
        provider: str,
        operation: str,
        model: str,
        dialect: Dialect,
        request_id: str | None,
        in_stream: bool = False,
    ) -> ProviderError:
        """The error, with the data that the real provider fills in; some have no status inside a stream."""
        kind = self.kind
        status, code = dialect.status_of(kind)
        if self.status is not None or (in_stream and not dialect.stream_statuses):
            status = self.status
        answered = status is not None or in_stream
        usual = next((phase for cls, phase in _PHASES if issubclass(kind, cls)), "answer" if answered else None)
        data: dict[str, Any] = {
            "provider": provider,
            "operation": operation,
            "phase": "stream" if in_stream and usual == "answer" else usual,
            "status": status,
            "code": self.code or code,
            "request_id": self.request_id or (request_id if answered else None),
            "retryable": self._can_be_retried() if self.retryable is None else self.retryable,
            "retry_after": self.retry_after,
        }
        message = self.message or dialect.words_of(kind, model=model)
        if not issubclass(kind, MaxRetriesExceededError):
            return kind(message, **data)
        last = Failure(kind=self.last, status=self.status, code=self.code, retry_after=self.retry_after)
        last_error = last.build(
            provider=provider, operation=operation, model=model, dialect=dialect, request_id=request_id
        )
        data |= {name: getattr(last_error, name) for name in ("status", "code", "phase", "request_id")}
        error = kind(
            self.message or f"{self.attempts} attempts failed, the last with: {last_error.message}",
            attempts=self.attempts,
            last_error=last_error,
            **data,
        )
        error.__cause__ = last_error
        return error

    def _can_be_retried(self) -> bool:
        return issubclass(self.kind, _RETRYABLE) and not issubclass(self.kind, QuotaExceededError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """An answer whose stream fails after ``after_chunks`` pieces of text. A call that is not streamed just fails."""

    failure: Failure | ProviderError
    after_chunks: int
    answer: Answer = field(default_factory=Answer)


ScriptedReply: TypeAlias = str | Answer | GenerationResult | Failure | Interrupted | ProviderError
"""What a script may say to one request: a text, an answer, a whole result, or a failure."""

Reply: TypeAlias = ScriptedReply | Callable[[GenerationRequest], ScriptedReply | Awaitable[ScriptedReply]]
"""A reply, or a function (it may be asynchronous) that makes one from the request."""
