"""From the API server's Status bodies to the errors of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.http.mapping import error_words

__all__ = ["coded", "status_error"]

_HINTS: Mapping[int, str] = MappingProxyType(
    {
        401: "The cluster does not know the token: expired, or another cluster's.",
        403: "Ask for a role in this namespace that allows it.",
        404: "Check the name and the namespace, and that the cluster has this resource.",
        409: "The object has changed or exists already; read it again.",
        422: "The object does not fit its schema; the message names the field.",
    }
)
_UNAVAILABLE = frozenset({408, 429, 503, 504})


def status_error(answer: ErrorAnswer) -> ProviderError:
    """The error of an answer with status 400 and above; retryable where the API server says that it may pass.

    A conflict is not retried as it is: the same object would be refused again.
    """
    status = answer.status
    message, _ = error_words(answer.body)
    error = _class(status)(
        message or f"The API server answered with status {status} and no explanation.",
        status=status,
        code=_code(status, _reason(answer.body)),
        retryable=status in _UNAVAILABLE or status in (500, 502),
    )
    if status in _HINTS:
        error.hint = _HINTS[status]
    return error


def coded(error: ProviderError) -> ProviderError:
    """``error`` with a code, where the HTTP layer raised it and nobody answered."""
    if error.code is None:
        if isinstance(error, ConnectionFailedError):
            error.code = "CONNECTION_FAILED"
        elif isinstance(error, RequestTimeoutError):
            error.code = "SERVER_UNAVAILABLE"
        else:
            error.code = "INTERNAL_ERROR"
    return error


def _class(status: int) -> type[ProviderError]:
    known: Mapping[int, type[ProviderError]] = {
        401: AuthenticationError,
        403: PermissionDeniedError,
        404: NotFoundError,
        408: RequestTimeoutError,
        429: RateLimitError,
        503: OverloadedError,
        504: OverloadedError,
    }
    return known.get(status, ServerError if status >= 500 else InvalidRequestError)


def _code(status: int, reason: str) -> str:
    if status == 409:
        return "ALREADY_EXISTS" if reason == "AlreadyExists" else "CONFLICT"
    if status in _UNAVAILABLE:
        return "SERVER_UNAVAILABLE"
    known = {401: "UNAUTHORIZED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
    return known.get(status, "INTERNAL_ERROR" if status >= 500 else "INVALID_REQUEST")


def _reason(body: Any) -> str:
    reason = body.get("reason") if isinstance(body, Mapping) else None
    return reason if isinstance(reason, str) else ""
