"""The errors that every engine words alike."""

from __future__ import annotations

from understudy.domain.errors import LimitExceededError, RequestTimeoutError

__all__ = ["headers_too_large", "idle_timeout"]


def headers_too_large(limit: int) -> LimitExceededError:
    """The error for an answer's head of more than ``limit`` bytes."""
    return LimitExceededError(
        f"The answer's headers are larger than {limit} bytes.",
        phase="headers",
        hint="Raise http.limits.header_bytes if headers of this size are expected.",
    )


def idle_timeout(seconds: float, *, streaming: bool) -> RequestTimeoutError:
    """The error for a body that stopped arriving."""
    what = "stream" if streaming else "answer"
    return RequestTimeoutError(
        f"The {what} stopped: nothing came for {seconds:g} s.", phase="idle" if streaming else "read", retryable=True
    )
