"""The dialects of the built-in providers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from understudy.domain.errors import (
    AuthenticationError,
    ContentFilteredError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from understudy.domain.results import FinishReason
from understudy.providers.generation.mock.dialects import Dialect, Failures, Messages, finish_words

__all__ = ["dialect_of"]

_CLAUDE = Dialect(
    finish=finish_words("end_turn", "max_tokens", "tool_use", "refusal"),
    stop_sequence="stop_sequence",
    refusal=FinishReason.CONTENT_FILTER,
    refusal_in="both",
    response_id="msg_",
    tool_call_id="toolu_",
    signs_reasoning=True,
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
    messages={
        AuthenticationError: "invalid x-api-key",
        NotFoundError: "model: {model}",
        ContextLengthExceededError: "prompt is too long",
        ContentFilteredError: "Output blocked by content filtering policy",
        QuotaExceededError: "Your credit balance is too low to access the Anthropic API.",
        RateLimitError: "This request would exceed your organization's rate limit.",
        OverloadedError: "Overloaded",
        ServerError: "Internal server error",
    },
    too_long="prompt is too long: {tokens} tokens > {limit} maximum",
)

_OPENAI_FAILURES: Failures = MappingProxyType(
    {
        AuthenticationError: (401, "invalid_api_key"),
        NotFoundError: (404, "model_not_found"),
        ContextLengthExceededError: (400, "context_length_exceeded"),
        ContentFilteredError: (400, "content_policy_violation"),
        RateLimitError: (429, "rate_limit_exceeded"),
        QuotaExceededError: (429, "insufficient_quota"),
        OverloadedError: (503, "server_is_overloaded"),
        ServerError: (500, "server_error"),
    }
)
_OPENAI_MESSAGES: Messages = MappingProxyType(
    {
        AuthenticationError: "Incorrect API key provided.",
        NotFoundError: "The model `{model}` does not exist or you do not have access to it.",
        QuotaExceededError: "You exceeded your current quota, please check your plan and billing details.",
        RateLimitError: "Rate limit reached for {model}.",
        OverloadedError: "The engine is currently overloaded, please try again later",
        ServerError: "The server had an error while processing your request.",
    }
)

_DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        "claude": _CLAUDE,
        "codex": Dialect(
            finish=finish_words("completed", "max_output_tokens", "completed", "content_filter"),
            response_id="resp_",
            reasoning_id="rs_",
            shows_reasoning=False,
            failures={**_OPENAI_FAILURES, NotFoundError: (400, "model_not_found")},
            messages={**_OPENAI_MESSAGES, NotFoundError: "The requested model '{model}' does not exist."},
            too_long="Your input of {tokens} tokens exceeds the context window of this model, {limit} tokens.",
            embedding_model="text-embedding-3-small",
            dimensions=1536,
        ),
        "codex.chat": Dialect(
            shows_reasoning=False,
            failures=_OPENAI_FAILURES,
            messages=_OPENAI_MESSAGES,
            embedding_model="text-embedding-3-small",
            dimensions=1536,
        ),
        "gemini": Dialect(
            finish=finish_words("STOP", "MAX_TOKENS", "STOP", "SAFETY"),
            refusal=FinishReason.CONTENT_FILTER,
            response_id="",
            request_id=None,
            tool_call_id=None,
            call_deltas=False,
            stream_statuses=True,
            failures={
                AuthenticationError: (400, "API_KEY_INVALID"),
                PermissionDeniedError: (403, "PERMISSION_DENIED"),
                NotFoundError: (404, "NOT_FOUND"),
                InvalidRequestError: (400, "INVALID_ARGUMENT"),
                RateLimitError: (429, "RESOURCE_EXHAUSTED"),
                OverloadedError: (503, "UNAVAILABLE"),
                ServerError: (500, "INTERNAL"),
            },
            messages={
                AuthenticationError: "API key not valid. Please pass a valid API key.",
                NotFoundError: "models/{model} is not found for API version v1beta.",
                ContextLengthExceededError: "The input token count exceeds the maximum number of tokens allowed.",
                QuotaExceededError: "You exceeded your current quota, please check your plan and billing details.",
                RateLimitError: "Resource exhausted. Please try again later.",
                OverloadedError: "The model is overloaded. Please try again later.",
                ServerError: "An internal error has occurred.",
            },
            too_long="The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit}).",
            embedding_model="gemini-embedding-001",
            dimensions=3072,
        ),
        "ollama": Dialect(
            finish=finish_words("stop", "length", "stop", "stop"),
            refusal_in="text",
            counts_reasoning=False,
            response_id=None,
            request_id=None,
            call_deltas=False,
            stream_statuses=True,
            messages={
                AuthenticationError: "unauthorized",
                NotFoundError: "model '{model}' not found",
                InvalidRequestError: "'{model}' does not support this",
                ContextLengthExceededError: "the input length exceeds the context length",
                RateLimitError: "too many requests",
                OverloadedError: "server busy, please try again. maximum pending requests exceeded",
                ServerError: "model runner has unexpectedly stopped",
            },
            embedding_model="embeddinggemma",
        ),
        "deepseek": Dialect(
            response_id="",
            request_id=None,
            failures={
                AuthenticationError: (401, "authentication_error"),
                NotFoundError: (400, "invalid_request_error"),
                InvalidRequestError: (400, "invalid_request_error"),
                QuotaExceededError: (402, "insufficient_quota"),
                RateLimitError: (429, "rate_limit_error"),
                OverloadedError: (503, "overloaded_error"),
                ServerError: (500, "server_error"),
            },
            messages={
                AuthenticationError: "Authentication Fails, your api key is invalid",
                NotFoundError: "Model Not Exist",
                ContextLengthExceededError: "This model's maximum context length is exceeded.",
                QuotaExceededError: "Insufficient Balance",
                OverloadedError: "Service is too busy.",
            },
        ),
    }
)


def dialect_of(provider: str, *, api: str | None = None) -> Dialect:
    """The manner of a built-in provider, of one of its APIs where it has several; the common one for any other."""
    return _DIALECTS.get(f"{provider}.{api}") or _DIALECTS.get(provider) or Dialect()
