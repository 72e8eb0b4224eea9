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

__all__ = ["BreakerState", "CircuitBreaker", "Leave"]


class BreakerState(StrEnum):
    """``closed`` lets everything through, ``open`` nothing, ``half_open`` one probe."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Leave:
    """An attempt that a breaker let through. Its end is told by one of the methods; ``probe``: it is the only one."""

    __slots__ = ("_breaker", "probe")

    def __init__(self, breaker: CircuitBreaker, *, probe: bool) -> None:
        self._breaker = breaker
        self.probe = probe

    def succeeded(self) -> None:
        """It has reached a working service."""
        self._breaker.succeeded()

    def failed(self, error: ProviderError) -> None:
        """It has failed with ``error``; may be told after ``abandoned``, where it was cancelled for taking too long."""
        if _is_down(error):
            self._breaker.failed(self)
        else:
            self._breaker.succeeded()

    def abandoned(self) -> None:
        """It was cancelled: that says nothing about the service."""
        self._breaker.abandoned(self)


class CircuitBreaker:
    """Opens after ``failures`` attempts in a row that did not reach a working service, for ``cooldown`` seconds.

    Then one attempt is let through, and only one: if it succeeds the breaker closes, if it fails it opens anew, and if
    it is cancelled the next caller may try. What the service refuses on good grounds (4xx, 429) shows that it is up.
    ``clock`` is monotonic. Safe between threads.
    """

    __slots__ = ("_clock", "_cooldown", "_failed", "_failures", "_lock", "_opened", "_probe")

    def __init__(
        self, *, failures: int = 5, cooldown: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._cooldown = cooldown
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._opened: float | None = None
        self._probe: Leave | None = None

    @property
    def state(self) -> BreakerState:
        """The state that the next attempt would meet."""
        opened = self._opened
        if opened is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._remaining(opened) > 0 else BreakerState.HALF_OPEN

    def check(self) -> None:
        """Raise what ``admit`` would raise; let nothing through."""
        with self._lock:
            if self._opened is None:
                return
            remaining = self._remaining(self._opened)
            if remaining <= 0 and self._probe is None:
                return
        raise self._refusal(remaining)

    def admit(self) -> Leave:
        """Let an attempt through; what comes back is told how it ended.

        Raises OverloadedError, with the seconds to wait as ``retry_after``, while the breaker is open or another
        attempt is its probe.
        """
        with self._lock:
            if self._opened is None:
                return Leave(self, probe=False)
            remaining = self._remaining(self._opened)
            if remaining <= 0 and self._probe is None:
                self._probe = Leave(self, probe=True)
                return self._probe
        raise self._refusal(remaining)

    def succeeded(self) -> None:
        """The service is up."""
        if self._failed or self._opened is not None:
            with self._lock:
                self._failed = 0
                self._opened = None
                self._probe = None

    def failed(self, leave: Leave) -> None:
        """``leave``'s attempt found the service down. One from before it opened does not keep it open for longer."""
        with self._lock:
            self._failed += 1
            if leave.probe or (self._opened is None and self._failed >= self._failures):
                self._opened = self._clock()
            self._free(leave)

    def abandoned(self, leave: Leave) -> None:
        """``leave``'s attempt is over without a result; if it was the probe, another may be."""
        with self._lock:
            self._free(leave)

    def _free(self, leave: Leave) -> None:
        if self._probe is leave:
            self._probe = None

    def _refusal(self, remaining: float) -> OverloadedError:
        return OverloadedError(
            f"The last {self._failed} attempts failed, so nothing is sent for now.",
            phase="breaker",
            retryable=True,
            retry_after=max(0.0, remaining),
            hint="It is tried again by itself; see why it failed in the log, or configure generation.fallback.",
        )

    def _remaining(self, opened: float) -> float:
        return opened + self._cooldown - self._clock()


def _is_down(error: ProviderError) -> bool:
    return isinstance(error, ConnectionFailedError | RequestTimeoutError | ServerError | OverloadedError)
