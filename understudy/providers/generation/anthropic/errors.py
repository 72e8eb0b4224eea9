"""Anthropic's errors, answered or sent inside a stream, as errors of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from understudy.providers.generation.wire.statuses import provider_error
from understudy.providers.generation.wire.values import as_mapping, as_optional_text, error_words
from understudy.providers.http.answers import ErrorAnswer

__all__ = ["answer_error", "stream_error"]

# The API's error types, and the status that each has when it is not inside a stream.
_TYPES: Mapping[str, tuple[type[ProviderError], int]] = MappingProxyType(
    {
        "invalid_request_error": (InvalidRequestError, 400),
        "authentication_error": (AuthenticationError, 401),
        "billing_error": (QuotaExceededError, 402),
        "permission_error": (PermissionDeniedError, 403),
        "not_found_error": (NotFoundError, 404),
        "conflict_error": (InvalidRequestError, 409),
        "request_too_large": (InvalidRequestError, 413),
        "rate_limit_error": (RateLimitError, 429),
        "api_error": (ServerError, 500),
        "timeout_error": (ServerError, 504),
        "overloaded_error": (OverloadedError, 529),
    }
)

# Told apart by their words only: all of them are invalid_request_error or rate_limit_error.
_WORDS: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = (
    (
        re.compile(r"prompt is too long|exceed context limit|context window|input is too long", re.IGNORECASE),
        ContextLengthExceededError,
    ),
    (
        re.compile(r"credit balance is too low|spend limit|usage limits|purchase credits", re.IGNORECASE),
        QuotaExceededError,
    ),
)


def answer_error(answer: ErrorAnswer) -> ProviderError:
    """The error that an answer with status 400 and above stands for."""
    stated = as_optional_text(as_mapping(answer.body).get("request_id"))
    request_id = answer.headers.get("request-id") or stated
    return _error(answer.body, status=answer.status, operation=answer.operation, request_id=request_id)


def stream_error(frame: Mapping[str, Any]) -> ProviderError:
    """The error that came with status 200, in a stream or instead of a message."""
    kind = as_optional_text(as_mapping(frame.get("error")).get("type")) or ""
    status = _TYPES[kind][1] if kind in _TYPES else None
    request_id = as_optional_text(frame.get("request_id"))
    return _error(frame, status=status, operation="", request_id=request_id)


def _error(body: Any, *, status: int | None, operation: str, request_id: str | None) -> ProviderError:
    error = as_mapping(as_mapping(body).get("error"))
    message = as_optional_text(error.get("message")) or error_words(body)
    code = as_optional_text(error.get("type"))
    codes = {name: kind for name, (kind, _) in _TYPES.items()}
    kind = next((kind for words, kind in _WORDS if words.search(message)), None)
    if kind is not None and code in ("invalid_request_error", "request_too_large", "rate_limit_error"):
        codes[code] = kind
    return provider_error(
        message,
        status=status,
        code=code,
        codes=codes,
        operation=operation,
        request_id=request_id,
    )
