"""Which error of the tree, and which code, an answer of a Llama Stack server stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from understudy.domain.errors import (
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    ProviderError,
    RequestTimeoutError,
    StreamInterruptedError,
)
from understudy.domain.redaction import Redactor
from understudy.domain.secrets import Secret
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.http.mapping import RETRY_STATUSES, error_words, status_class

__all__ = ["answer_code", "code_of", "coded", "stack_error"]

_CODES: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_REQUEST",
        401: "UNAUTHORIZED",
        404: "NOT_FOUND",
        408: "SERVER_UNAVAILABLE",
        429: "SERVER_UNAVAILABLE",
        503: "SERVER_UNAVAILABLE",
        504: "SERVER_UNAVAILABLE",
    }
)
_NETWORK = (ConnectionFailedError, StreamInterruptedError)


def stack_error(answer: ErrorAnswer) -> ProviderError:
    """The error. Its words are those of ``{"error": {"message"}}``, ``{"detail"}`` or ``{"error": {"detail"}}``."""
    status = answer.status
    kind = OverloadedError if status == 504 else status_class(status)
    message, _ = error_words(answer.body)
    return kind(
        message or f"The server answered with status {status} and no explanation.",
        status=status,
        code=answer_code(status),
        retryable=status in RETRY_STATUSES,
        hint="Check the id, or the model's name; the lists show those that exist." if kind is NotFoundError else None,
    )


def answer_code(status: int) -> str:
    """The code of an answer with this status."""
    return _CODES.get(status, "INTERNAL_ERROR")


def code_of(error: ProviderError) -> str:
    """The code of an error that is not an answer's."""
    if isinstance(error, MaxRetriesExceededError):
        return error.last_error.code or code_of(error.last_error)
    if isinstance(error, MissingIdentityError):
        return "UNAUTHORIZED"
    if isinstance(error, InvalidRequestError):
        return "INVALID_REQUEST"
    if isinstance(error, RequestTimeoutError):
        return "CONNECTION_FAILED" if error.phase == "connect" else "SERVER_UNAVAILABLE"
    return "CONNECTION_FAILED" if isinstance(error, _NETWORK) else "INTERNAL_ERROR"


@contextmanager
def coded(secrets: Iterable[Secret] = ()) -> Iterator[None]:
    """Give every error that passes one of the codes, and take ``secrets`` out of its words."""
    try:
        yield
    except ProviderError as error:
        if isinstance(error, MaxRetriesExceededError):
            error.last_error.code = error.last_error.code or code_of(error.last_error)
        error.code = error.code or code_of(error)
        _redact(error, Redactor(secrets))
        raise


def _redact(error: ProviderError, redactor: Redactor) -> None:
    if isinstance(error, MaxRetriesExceededError):
        _redact(error.last_error, redactor)
    error.message = redactor.text(error.message)
    error.args = (error.message,)
    if error.body is not None:
        error.body = redactor.text(error.body)
