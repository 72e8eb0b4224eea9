"""Gemini's errors, answered or sent inside a stream, as errors of the tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ServerError,
)
from understudy.providers.generation.wire.statuses import provider_error
from understudy.providers.generation.wire.values import (
    as_list,
    as_mapping,
    as_optional_text,
    as_text,
    error_words,
    not_the_protocol,
)
from understudy.providers.http.answers import ErrorAnswer

__all__ = ["answer_error", "frame_error"]

# Google's words, those of google.rpc.Code and those of an ErrorInfo's reason.
_CODES: Mapping[str, type[ProviderError]] = MappingProxyType(
    {
        "API_KEY_INVALID": AuthenticationError,
        "API_KEY_EXPIRED": AuthenticationError,
        "ACCESS_TOKEN_EXPIRED": AuthenticationError,
        "CREDENTIALS_MISSING": AuthenticationError,
        "UNAUTHENTICATED": AuthenticationError,
        "PERMISSION_DENIED": PermissionDeniedError,
        "NOT_FOUND": NotFoundError,
        "RESOURCE_EXHAUSTED": RateLimitError,
        "UNAVAILABLE": OverloadedError,
        "DEADLINE_EXCEEDED": ServerError,
        "INTERNAL": ServerError,
        "UNKNOWN": ServerError,
    }
)
_TOO_LONG = re.compile(r"token count .*exceeds|exceeds the maximum number of tokens", re.IGNORECASE)
_NO_KEY = re.compile(r"unregistered callers|API key not valid|API key expired|API key not found", re.IGNORECASE)
_NO_CREDIT = re.compile(r"billing details|credits? (?:are|is) depleted|spending cap", re.IGNORECASE)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s")


def answer_error(answer: ErrorAnswer) -> ProviderError:
    """The error that an answer with status 400 and above stands for; some come inside a list."""
    return _error(answer.body, status=answer.status, operation=answer.operation)


def frame_error(frame: Any) -> ProviderError:
    """The error for a frame, or an answer with status 200, that is an error or is not Gemini's."""
    body = _unlisted(frame)
    if not body.get("error"):
        return not_the_protocol("Gemini", "a list came in place of one answer")
    code = as_mapping(body.get("error")).get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else None
    return _error(body, status=status, operation="")


def _unlisted(body: Any) -> Mapping[str, Any]:
    if isinstance(body, list):
        return next((item for item in map(as_mapping, body) if item.get("error")), as_mapping(None))
    return as_mapping(body)


def _error(body: Any, *, status: int | None, operation: str) -> ProviderError:
    error = as_mapping(_unlisted(body).get("error"))
    message = as_optional_text(error.get("message")) or error_words(body)
    details = [as_mapping(detail) for detail in as_list(error.get("details"))]
    code = _reason(details) or as_optional_text(error.get("status"))
    retry_after = _retry_after(details)
    kind = _CODES.get(code or "")
    if _TOO_LONG.search(message):
        kind = ContextLengthExceededError
    elif _NO_KEY.search(message):
        kind = AuthenticationError
    elif status == 429 and _out_of_quota(message, details, retry_after):
        kind = QuotaExceededError
    return provider_error(
        message,
        status=status,
        code=code,
        codes={code: kind} if code and kind else None,
        operation=operation,
        retry_after=retry_after,
    )


def _reason(details: list[Mapping[str, Any]]) -> str | None:
    """The exact reason of an ErrorInfo, where it is one that we tell apart."""
    reasons = (as_text(detail.get("reason")) for detail in details)
    return next((reason for reason in reasons if reason in _CODES), None)


def _retry_after(details: list[Mapping[str, Any]]) -> float | None:
    for detail in details:
        found = _SECONDS.fullmatch(as_text(detail.get("retryDelay")))
        if found is not None:
            return float(found.group(1))
    return None


def _out_of_quota(message: str, details: list[Mapping[str, Any]], retry_after: float | None) -> bool:
    """Whether the day's quota or the account's credit is used up, rather than the minute's."""
    violations = [as_mapping(item) for detail in details for item in as_list(detail.get("violations"))]
    ids = [as_text(violation.get("quotaId")) for violation in violations]
    if any(ids):
        return any("PerDay" in quota or "PerMonth" in quota for quota in ids)
    return retry_after is None and _NO_CREDIT.search(message) is not None
