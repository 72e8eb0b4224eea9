"""The default way from an answer with status 400 and above to an error of the tree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from understudy.domain.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from understudy.providers.http.answers import ErrorAnswer

__all__ = ["RETRY_STATUSES", "ErrorMapper", "default_error", "error_words", "status_class"]

ErrorMapper: TypeAlias = Callable[[ErrorAnswer], ProviderError]
"""Makes the error of the tree from an error answer; the client fills in provider, operation, host and request id."""

RETRY_STATUSES = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may succeed."""

_CLASSES: Mapping[int, type[ProviderError]] = MappingProxyType(
    {
        401: AuthenticationError,
        402: QuotaExceededError,
        403: PermissionDeniedError,
        404: NotFoundError,
        408: RequestTimeoutError,
        429: RateLimitError,
        503: OverloadedError,
        529: OverloadedError,
    }
)


def status_class(status: int) -> type[ProviderError]:
    """The error that a status stands for where nothing more is known."""
    return _CLASSES.get(status, ServerError if status >= 500 or status < 400 else InvalidRequestError)


def error_words(body: Any) -> tuple[str | None, str | None]:
    """The message and the code in an error body, where it has the usual shapes: ``error``, ``message``, ``detail``."""
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, str):
        return body.strip() or None, None
    if not isinstance(body, Mapping):
        return None, None
    inner = body.get("error")
    if isinstance(inner, str):
        return inner, None
    source: Mapping[str, Any] = inner if isinstance(inner, Mapping) else body
    message = next((source[key] for key in ("message", "detail", "title") if isinstance(source.get(key), str)), None)
    code = next((source[key] for key in ("code", "type", "status") if isinstance(source.get(key), str)), None)
    return message, code


def default_error(answer: ErrorAnswer) -> ProviderError:
    """The error that the status stands for; ``retryable`` follows ``RETRY_STATUSES``."""
    status = answer.status
    message, code = error_words(answer.body)
    return status_class(status)(
        message or f"The service answered with status {status} and no explanation.",
        status=status,
        code=code,
        retryable=status in RETRY_STATUSES,
    )
