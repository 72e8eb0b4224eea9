"""From an HTTP status and a provider's own code to the error of the tree: what is alike for all providers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from understudy.providers.http.mapping import RETRY_STATUSES, status_class

__all__ = ["provider_error"]

# Services that have no code for these say them only in words; each phrase is from a recorded answer.
_PHRASES: tuple[tuple[re.Pattern[str], type[ProviderError]], ...] = (
    (
        re.compile(
            r"prompt(?: is)? too long|maximum context length|context (?:length|window|size)\b.*\bexceed"
            r"|exceeds?\b.*\b(?:context (?:length|window|size)|maximum number of tokens)",
            re.IGNORECASE,
        ),
        ContextLengthExceededError,
    ),
    (re.compile(r"\b(?:incorrect|invalid) api[ _-]key", re.IGNORECASE), AuthenticationError),
    (re.compile(r"^model not exist\b", re.IGNORECASE), NotFoundError),  # DeepSeek's answer to a name that it has not
)


def provider_error(
    message: str,
    *,
    status: int | None,
    code: str | None = None,
    codes: Mapping[str, type[ProviderError]] | None = None,
    operation: str = "generate",
    request_id: str | None = None,
    retry_after: float | None = None,
    hint: str | None = None,
) -> ProviderError:
    """The error for a service's own words.

    ``codes`` is the provider's table; its word is the most exact and comes first, unless it blames the service and the
    status does not, as where a gateway answers in the provider's place. Then come the phrases that services
    use where they have no code, for statuses that say no more than "bad request"; then the status. Without a status (an
    error inside a stream) an unknown code is a ServerError. ``retry_after`` is advice from the body, in seconds; that
    of the headers is read by the HTTP client.
    """
    kind = codes.get(code) if codes and code else None
    if kind is not None and _says_less(kind, status):
        kind = None
    if kind is None and status in (400, 413, 422, None):
        kind = next((kind for pattern, kind in _PHRASES if pattern.search(message)), None)
    if kind is None:
        kind = ServerError if status is None else status_class(status)
    return kind(
        message,
        operation=operation,
        status=status,
        code=code,
        request_id=request_id,
        retryable=_retryable(kind, status),
        retry_after=retry_after,
        hint=hint,
    )


def _says_less(kind: type[ProviderError], status: int | None) -> bool:
    """Whether a word for "the service failed" stands beside a status that says it better."""
    if status is None or not issubclass(kind, ServerError | OverloadedError):
        return False
    return 400 <= status < 500 or (kind is ServerError and status_class(status) is OverloadedError)


def _retryable(kind: type[ProviderError], status: int | None) -> bool:
    """A class that names a lasting fault outweighs a status that invites retries, as 429 does for an empty account."""
    if issubclass(kind, QuotaExceededError | AuthenticationError | PermissionDeniedError | NotFoundError):
        return False
    if issubclass(kind, RateLimitError | OverloadedError | RequestTimeoutError | ServerError):
        return status is None or status < 400 or status in RETRY_STATUSES
    return status == 409
