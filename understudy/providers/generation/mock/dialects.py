"""How the providers differ in what a caller can see of an answer: words for the end, ids, statuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from understudy.domain.errors import (
    AuthenticationError,
    ContentFilteredError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
)
from understudy.domain.results import FinishReason

__all__ = ["Dialect", "dialect_of"]

_STATUSES: Mapping[type[ProviderError], tuple[int, str | None]] = MappingProxyType(
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


def _words(stop: str, length: str, tool_calls: str, content_filter: str) -> Mapping[FinishReason, str]:
    reasons = (FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS, FinishReason.CONTENT_FILTER)
    return MappingProxyType(dict(zip(reasons, (stop, length, tool_calls, content_filter), strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One provider's manner of speaking.

    ``finish`` has its own words for why it stopped; ``refusal`` is how an answer ends in which the model declined, and
    ``refusal_in`` whether its words are then the text, a field of their own, or both. ``failures`` has its status and
    code for an error where they are not the common ones; ``stream_statuses`` is whether errors inside a stream have a
    status too. An id's prefix is None where the provider gives no such id. ``call_deltas`` is whether calls are
    streamed in pieces, ``shows_reasoning`` whether reasoning is shown or only counted.
    """

    finish: Mapping[FinishReason, str] = field(
        default_factory=lambda: _words("stop", "length", "tool_calls", "content_filter")
    )
    stop_sequence: str | None = None
    refusal: FinishReason = FinishReason.STOP
    refusal_in: Literal["text", "field", "both"] = "field"
    response_id: str | None = "chatcmpl-"
    request_id: str | None = "req_"
    tool_call_id: str | None = "call_"
    call_deltas: bool = True
    shows_reasoning: bool = True
    stream_statuses: bool = False
    failures: Mapping[type[ProviderError], tuple[int, str | None]] = field(default_factory=lambda: MappingProxyType({}))
    embedding_model: str = "stand-in-embedding"
    dimensions: int = 768

    def status_of(self, kind: type[ProviderError]) -> tuple[int | None, str | None]:
        """The HTTP status and the code with which the provider reports an error of this class; None where it cannot."""
        for cls in kind.__mro__:
            found = self.failures.get(cls) or _STATUSES.get(cls)
            if found is not None:
                return found
        return None, None

    def finish_word(self, reason: FinishReason) -> str:
        """The provider's own word for ``reason``."""
        return self.finish.get(reason, reason.value)


_OPENAI_FAILURES: Mapping[type[ProviderError], tuple[int, str | None]] = MappingProxyType(
    {
        AuthenticationError: (401, "invalid_api_key"),
        NotFoundError: (404, "model_not_found"),
        ContextLengthExceededError: (400, "context_length_exceeded"),
        ContentFilteredError: (400, "content_policy_violation"),
        RateLimitError: (429, "rate_limit_exceeded"),
        QuotaExceededError: (429, "insufficient_quota"),
        ServerError: (500, "server_error"),
    }
)

_DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "claude": Dialect(
            finish=_words("end_turn", "max_tokens", "tool_use", "refusal"),
            stop_sequence="stop_sequence",
            refusal=FinishReason.CONTENT_FILTER,
            refusal_in="both",
            response_id="msg_",
            tool_call_id="toolu_",
            stream_statuses=True,
            failures={
                AuthenticationError: (401, "authentication_error"),
                PermissionDeniedError: (403, "permission_error"),
                NotFoundError: (404, "not_found_error"),
                InvalidRequestError: (400, "invalid_request_error"),
                QuotaExceededError: (402, "billing_error"),
                RateLimitError: (429, "rate_limit_error"),
                OverloadedError: (529, "overloaded_error"),
                ServerError: (500, "api_error"),
            },
        ),
        "codex": Dialect(
            response_id="resp_",
            shows_reasoning=False,
            failures=_OPENAI_FAILURES,
            finish=_words("completed", "max_output_tokens", "completed", "content_filter"),
            embedding_model="text-embedding-3-small",
            dimensions=1536,
        ),
        "codex.chat": Dialect(
            shows_reasoning=False,
            failures=_OPENAI_FAILURES,
            embedding_model="text-embedding-3-small",
            dimensions=1536,
        ),
        "gemini": Dialect(
            finish=_words("STOP", "MAX_TOKENS", "STOP", "SAFETY"),
            response_id="",
            request_id=None,
            tool_call_id=None,
            call_deltas=False,
            stream_statuses=True,
            refusal=FinishReason.CONTENT_FILTER,
            failures={
                AuthenticationError: (400, "API_KEY_INVALID"),
                PermissionDeniedError: (403, "PERMISSION_DENIED"),
                NotFoundError: (404, "NOT_FOUND"),
                InvalidRequestError: (400, "INVALID_ARGUMENT"),
                RateLimitError: (429, "RESOURCE_EXHAUSTED"),
                QuotaExceededError: (429, "RESOURCE_EXHAUSTED"),
                OverloadedError: (503, "UNAVAILABLE"),
                ServerError: (500, "INTERNAL"),
            },
            embedding_model="gemini-embedding-001",
            dimensions=3072,
        ),
        "ollama": Dialect(
            finish=_words("stop", "length", "stop", "stop"),
            response_id=None,
            request_id=None,
            tool_call_id=None,
            call_deltas=False,
            stream_statuses=True,
            refusal_in="text",
            embedding_model="embeddinggemma",
        ),
        "deepseek": Dialect(
            response_id="",
            failures={
                AuthenticationError: (401, "invalid_request_error"),
                InvalidRequestError: (400, "invalid_request_error"),
                QuotaExceededError: (402, "invalid_request_error"),
            },
        ),
    }
)


def dialect_of(provider: str, *, api: str | None = None) -> Dialect:
    """The manner of a built-in provider, of one of its APIs where it has several; the common one for any other."""
    return _DIALECTS.get(f"{provider}.{api}") or _DIALECTS.get(provider) or Dialect()
