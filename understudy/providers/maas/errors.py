"""Which error of the tree, and which code, an answer of models as a service stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from understudy.domain.errors import (
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    ProviderError,
    RequestTimeoutError,
)
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.http.mapping import RETRY_STATUSES, error_words, status_class

__all__ = ["coded", "maas_error"]

_NETWORK = (ConnectionFailedError, RequestTimeoutError)


def maas_error(answer: ErrorAnswer) -> ProviderError:
    """The error; its words are those of ``{"error": …}``."""
    status = answer.status
    kind = OverloadedError if status == 504 else status_class(status)
    message, _ = error_words(answer.body)
    return kind(
        message or f"The service answered with status {status} and no explanation.",
        status=status,
        retryable=status in RETRY_STATUSES,
    )


@contextmanager
def coded() -> Iterator[None]:
    """Give every error that passes the port's code."""
    try:
        yield
    except ProviderError as error:
        if isinstance(error, MaxRetriesExceededError):
            error.last_error.code = _code_of(error.last_error)
        error.code = _code_of(error)
        raise


def _code_of(error: ProviderError) -> str:
    if isinstance(error, MaxRetriesExceededError):
        return _code_of(error.last_error)
    if isinstance(error, _NETWORK) or (error.status is not None and error.status >= 500):
        return "SERVER_UNAVAILABLE"
    if error.status is None and isinstance(error, NotFoundError):
        return "NOT_FOUND"  # there is no address to ask
    if error.status == 401 or isinstance(error, MissingIdentityError):
        return "UNAUTHORIZED"
    if error.status == 400 or (error.status is None and isinstance(error, InvalidRequestError)):
        return "INVALID_REQUEST"
    return "INVALID_RESPONSE"
