"""How providers differ in what a caller can see of an answer: words for the end, ids, statuses, messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ContentFilteredError,
    ContextLengthExceededError,
    InvalidRequestError,
    LimitExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.results import FinishReason

__all__ = ["Dialect", "Failures", "Messages", "finish_words"]

Failures = Mapping[type[ProviderError], tuple[int, str | None]]
"""The HTTP status and the code with which an error of a class is reported."""

Messages = Mapping[type[ProviderError], str]
"""The words with which an error of a class is reported; ``{model}`` stands for the model."""

_STATUSES: Failures = MappingProxyType(
    {
        AuthenticationError: (401, None),
        PermissionDeniedError: (403, None),
        NotFoundError: (404, None),
        ContextLengthExceededError: (400, None),
        ContentFilteredError: (400, None),
        InvalidRequestError: (400, None),
        QuotaExceededError: (429, None),
        RateLimitError: (429, None),
        OverloadedError: (503, None),
        ServerError: (500, None),
        ResponseDecodeError: (200, None),
    }
)

_MESSAGES: Messages = MappingProxyType(
    {
        ConnectionFailedError: "No connection: the connection was refused.",
        RequestTimeoutError: "No answer in time.",
        ResponseDecodeError: "The answer is not what the protocol says.",
        StreamInterruptedError: "The stream ended without its end marker.",
        LimitExceededError: "The answer is larger than the limits allow.",
        AuthenticationError: "The key is not valid.",
        PermissionDeniedError: "The key may not use {model}.",
        NotFoundError: "The model '{model}' does not exist.",
        ContextLengthExceededError: "The input exceeds the context window of {model}.",
        ContentFilteredError: "The request was refused by the content filter.",
        InvalidRequestError: "The request is not valid.",
        QuotaExceededError: "The account has run out of credit.",
        RateLimitError: "Too many requests.",
        OverloadedError: "The service is overloaded.",
        ServerError: "The service failed.",
        ProviderError: "The call failed.",
    }
)


def finish_words(stop: str, length: str, tool_calls: str, content_filter: str) -> Mapping[FinishReason, str]:
    """A provider's words for why a model stopped."""
    reasons = (FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS, FinishReason.CONTENT_FILTER)
    return MappingProxyType(dict(zip(reasons, (stop, length, tool_calls, content_filter), strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One provider's manner of speaking.

    ``finish`` has its own words for why it stopped; ``refusal`` is how an answer ends in which the model declined, and
    ``refusal_in`` whether its words are then the text, a field of their own, or both. ``failures`` and ``messages`` say
    how it reports an error where that is not the common way; ``stream_statuses`` is whether errors inside a stream have
    a status too; ``too_long`` is its sentence about a prompt that does not fit. An id's prefix is None where the
    provider gives no such id; ``signs_reasoning`` is whether reasoning bears a signature. ``call_deltas`` is whether
    calls are streamed in pieces, ``shows_reasoning`` whether reasoning is shown or only counted,
    ``counts_reasoning`` whether its tokens are told apart.
    """

    finish: Mapping[FinishReason, str] = field(
        default_factory=lambda: finish_words("stop", "length", "tool_calls", "content_filter")
    )
    stop_sequence: str | None = None
    refusal: FinishReason = FinishReason.STOP
    refusal_in: Literal["text", "field", "both"] = "field"
    response_id: str | None = "chatcmpl-"
    request_id: str | None = "req_"
    tool_call_id: str | None = "call_"
    reasoning_id: str | None = None
    signs_reasoning: bool = False
    call_deltas: bool = True
    shows_reasoning: bool = True
    counts_reasoning: bool = True
    stream_statuses: bool = False
    failures: Failures = field(default_factory=lambda: MappingProxyType({}))
    messages: Messages = field(default_factory=lambda: MappingProxyType({}))
    too_long: str = "This model's maximum context length is {limit} tokens, and {tokens} were asked for."
    embedding_model: str = "stand-in-embedding"
    dimensions: int = 768

    def status_of(self, kind: type[ProviderError]) -> tuple[int | None, str | None]:
        """The HTTP status and the code with which the provider reports an error of this class; None where it cannot."""
        for table in (self.failures, _STATUSES):
            for cls in kind.__mro__:
                if cls in table:
                    return table[cls]
        return None, None

    def words_of(self, kind: type[ProviderError], *, model: str) -> str:
        """The provider's own words for an error of this class."""
        for cls in kind.__mro__:
            words = self.messages.get(cls) or _MESSAGES.get(cls)
            if words is not None:
                return words.format(model=model)
        return f"The call failed with {kind.__name__}."

    def finish_word(self, reason: FinishReason) -> str:
        """The provider's own word for ``reason``."""
        return self.finish.get(reason, reason.value)
