"""From an error of the library to what an application answers over HTTP."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    UnderstudyError,
)

__all__ = ["ErrorReply", "error_reply"]

_STATUSES: tuple[tuple[type[ProviderError], int], ...] = (
    (AuthenticationError, 401),
    (PermissionDeniedError, 403),
    (NotFoundError, 404),
    (InvalidRequestError, 400),
    (RateLimitError, 429),
    (OverloadedError, 503),
    (ConnectionFailedError, 503),
    (RequestTimeoutError, 504),
    (ProviderError, 502),
)
_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_REQUEST",
        401: "UNAUTHORIZED",
        403: "FORBIDDEN",
        404: "NOT_FOUND",
        429: "RATE_LIMITED",
        502: "BAD_GATEWAY",
        503: "SERVER_UNAVAILABLE",
        504: "TIMEOUT",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorReply:
    """An HTTP status, a JSON body ``{"error": {"code", "message"}}`` and the headers that go with them."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


def error_reply(error: UnderstudyError) -> ErrorReply:
    """What to answer where ``error`` ends a request.

    The services' own failures keep their meaning (401, 403, 404, 400 or their own 409 and 422, 429 with Retry-After,
    503, 504; else 502). What is wrong with this application itself, settings and wiring, is a 500 without details.
    """
    if isinstance(error, MaxRetriesExceededError):
        error = error.last_error
    if not isinstance(error, ProviderError):
        return _reply(500, "INTERNAL_ERROR", "The request could not be handled.", {})
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    if isinstance(error, InvalidRequestError) and error.status in (409, 422):
        status = error.status
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}
    if error.retry_after is not None and status in (429, 503):
        headers["retry-after"] = str(math.ceil(error.retry_after))
    who = " ".join(part for part in (error.provider, error.operation) if part)
    return _reply(
        status,
        error.code or _CODES.get(status, _CODES[400]),
        f"{who}: {error.message}" if who else error.message,
        headers,
    )


def _reply(status: int, code: str, message: str, headers: Mapping[str, str]) -> ErrorReply:
    body = {"error": {"code": code, "message": message}}
    return ErrorReply(status=status, body=body, headers={"cache-control": "no-store", **headers})
