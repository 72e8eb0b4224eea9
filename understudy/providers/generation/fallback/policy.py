"""When a fallback goes on to the next provider, and how long it leaves a failing one alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from understudy.domain.errors import (
    ConnectionFailedError,
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.generation import TextGenerator
from understudy.domain.health import HealthStatus
from understudy.providers.generation.health.monitor import HealthMonitor

__all__ = ["Attempt", "Candidate", "FallbackPolicy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackPolicy:
    """Which errors let the next provider have a try, and how long a failing provider is left alone.

    ``on`` are the error classes; every error that is marked retryable counts too, and MaxRetriesExceededError goes by
    its last error. What is left out by default: refusals of the request itself, which another provider would mostly
    refuse too, and AuthenticationError and PermissionDeniedError, because a wrong key does not mend itself and should
    be seen at once; name them in ``on`` to go on all the same.

    A provider rests for ``cooldown`` seconds after ``failure_threshold`` failures in a row, and at once when its quota
    is used up or when it says itself when to come back; then for as long as it says. After the rest one call tries it.
    """

    on: tuple[type[Exception], ...] = (
        ConnectionFailedError,
        OverloadedError,
        RateLimitError,
        RequestTimeoutError,
        ResponseDecodeError,
        ServerError,
        StreamInterruptedError,
    )
    failure_threshold: int = 3
    cooldown: float = 30.0

    def moves_on(self, error: BaseException) -> bool:
        """Whether the next provider is tried after this error."""
        cause = root(error)
        return isinstance(cause, self.on) or (isinstance(cause, ProviderError) and cause.retryable)


def root(error: BaseException) -> BaseException:
    """The error itself, or the last one of the attempts that it stands for."""
    return error.last_error if isinstance(error, MaxRetriesExceededError) else error


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One call's leave to try a candidate; ``probe`` is set for the one call that tries it after a rest."""

    probe: bool = False


class Candidate:
    """A provider in a fallback's line, and what the fallback remembers of it. Safe to use from several threads."""

    def __init__(
        self,
        generator: TextGenerator,
        policy: FallbackPolicy,
        monitor: HealthMonitor | None,
        clock: Callable[[], float],
    ) -> None:
        self.generator = generator
        self._policy = policy
        self._monitor = monitor
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest_until: float | None = None
        self._probe: Attempt | None = None
        self._checks_at_rest = 0

    @property
    def rest_ends(self) -> float:
        """When its rest ends, by the clock; 0 where it has none."""
        return self._rest_until or 0.0

    def enter(self) -> Attempt | None:
        """Leave to try it now; None while the monitor says unhealthy, while it rests, and while another call probes."""
        if self._monitor is not None and self._monitor.status(self.generator.name) is HealthStatus.UNHEALTHY:
            return None
        with self._lock:
            if self._rest_until is not None and self._was_seen_well():
                self._recover()
            if self._rest_until is None:
                return Attempt()
            if self._probe is not None or self._clock() < self._rest_until:
                return None
            self._probe = Attempt(probe=True)
            return self._probe

    def succeeded(self, attempt: Attempt) -> None:
        """It answered: whatever was held against it is forgotten."""
        with self._lock:
            self._leave(attempt)
            self._recover()

    def failed(self, attempt: Attempt, error: BaseException) -> None:
        """It failed in a way that makes the fallback move on; after enough of them it rests."""
        cause = root(error)
        advice = cause.retry_after if isinstance(cause, ProviderError) else None
        with self._lock:
            self._leave(attempt)
            self._failures += 1
            enough = attempt.probe or self._failures >= self._policy.failure_threshold
            if enough or advice is not None or isinstance(cause, QuotaExceededError):
                self._rest_until = self._clock() + (self._policy.cooldown if advice is None else advice)
                self._checks_at_rest = self._checks()

    def released(self, attempt: Attempt) -> None:
        """The call ended without saying anything about the provider's health: cancelled, or the request was refused."""
        with self._lock:
            self._leave(attempt)

    def _leave(self, attempt: Attempt) -> None:
        if self._probe is attempt:
            self._probe = None

    def _recover(self) -> None:
        self._failures = 0
        self._rest_until = None

    def _checks(self) -> int:
        latest = self._monitor.latest(self.generator.name) if self._monitor is not None else None
        return latest.number if latest is not None else 0

    def _was_seen_well(self) -> bool:
        """Whether the monitor's latest check, made after the rest began, was good."""
        latest = self._monitor.latest(self.generator.name) if self._monitor is not None else None
        return latest is not None and latest.number > self._checks_at_rest and latest.health.ok
