"""The log records of the HTTP layer: one per call and one per retry, on the logger ``understudy.http``, level INFO.

Each has the fields ``provider``, ``operation``, ``method``, ``host``, ``path``, ``attempt``, ``elapsed`` (seconds),
``status``, ``request_id``, ``retry_after``, ``wait`` and ``error`` in its ``extra``; None where there is no such thing.
No handler is installed, no body, header, query or credential is logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from understudy.domain.errors import ProviderError

if TYPE_CHECKING:
    from understudy.providers.http.call import Call

__all__ = ["failed", "logger", "retrying", "succeeded"]

logger = logging.getLogger("understudy.http")


def succeeded(call: Call, status: int, request_id: str | None) -> None:
    """A call has its answer."""
    _emit("%(method)s %(host)s%(path)s %(status)s in %(elapsed).3f s", call, status=status, request_id=request_id)


def failed(call: Call, error: ProviderError) -> None:
    """A call has failed for good."""
    _emit("%(method)s %(host)s%(path)s failed: %(error)s", call, error=error)


def retrying(call: Call, error: ProviderError, wait: float) -> None:
    """An attempt has failed and another follows after ``wait`` seconds."""
    _emit(
        "%(method)s %(host)s%(path)s attempt %(attempt)d failed: %(error)s; again in %(wait).2f s",
        call,
        error=error,
        wait=wait,
    )


def _emit(
    message: str,
    call: Call,
    *,
    status: int | None = None,
    request_id: str | None = None,
    error: ProviderError | None = None,
    wait: float | None = None,
) -> None:
    fields: dict[str, object] = {
        "provider": call.core.provider,
        "operation": call.operation,
        "method": call.outgoing.method,
        "host": call.core.origin.netloc,
        "path": call.path.partition("?")[0],
        "attempt": call.attempts,
        "elapsed": call.elapsed(),
        "status": status if error is None else error.status,
        "request_id": request_id if error is None else error.request_id,
        "retry_after": None if error is None else error.retry_after,
        "wait": wait,
        "error": None if error is None else type(error).__name__,
    }
    logger.info(message, fields, extra=fields)
