"""A circuit breaker: stop asking a service that is down, and find out with single requests when it is up again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from understudy.domain.errors import (
    ConnectionFailedError,
    OverloadedError,
    ProviderError,
    RequestTimeoutError,
    ServerError,
)

__all__ = ["BreakerState", "CircuitBreaker"]


class BreakerState(StrEnum):
    """``closed`` lets everything through, ``open`` nothing, ``half_open`` one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after ``failures`` attempts in a row that did not reach a working service, for ``cooldown`` seconds.

    Then one attempt is let through, and only one: if it succeeds the breaker closes, if it fails it opens anew, and if
    it is cancelled the next caller may try. What the service refuses on good grounds (4xx, 429) shows that it is up.
    ``clock`` is monotonic. Safe between threads.
    """

    __slots__ = ("_clock", "_cooldown", "_failed", "_failures", "_lock", "_opened", "_probing")

    def __init__(
        self, *, failures: int = 5, cooldown: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._cooldown = cooldown
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def state(self) -> BreakerState:
        """The state that the next attempt would meet."""
        if self._opened is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._remaining(self._opened) > 0 else BreakerState.HALF_OPEN

    def admit(self) -> None:
        """Let an attempt through; its end must be told by ``succeeded``, ``failed`` or ``abandoned``.

        Raises OverloadedError, with the seconds to wait as ``retry_after``, while the breaker is open or another
        attempt is its probe.
        """
        with self._lock:
            if self._opened is None:
                return
            remaining = self._remaining(self._opened)
            if remaining <= 0 and not self._probing:
                self._probing = True
                return
        raise OverloadedError(
            f"The last {self._failed} attempts failed, so nothing is sent for now.",
            phase="breaker",
            retryable=True,
            retry_after=max(0.0, remaining),
            hint="It is tried again by itself; see why it failed in the log, or configure generation.fallback.",
        )

    def succeeded(self) -> None:
        """An attempt that was let through has reached a working service."""
        if self._failed or self._opened is not None:
            with self._lock:
                self._failed = 0
                self._opened = None
                self._probing = False

    def failed(self, error: ProviderError) -> None:
        """An attempt that was let through has failed."""
        if not _is_down(error):
            self.succeeded()
            return
        with self._lock:
            self._failed += 1
            if self._probing or self._failed >= self._failures:
                self._opened = self._clock()
            self._probing = False

    def abandoned(self) -> None:
        """An attempt that was let through was cancelled: it says nothing about the service."""
        with self._lock:
            self._probing = False

    def _remaining(self, opened: float) -> float:
        return opened + self._cooldown - self._clock()


def _is_down(error: ProviderError) -> bool:
    return isinstance(error, ConnectionFailedError | RequestTimeoutError | ServerError | OverloadedError)
