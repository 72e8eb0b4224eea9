"""Ahead of every attempt of a provider that has them: its circuit breaker and its limiter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from understudy.domain.errors import OverloadedError, ProviderError
from understudy.providers.http.breaker import CircuitBreaker
from understudy.providers.http.exchange import Exchange
from understudy.providers.http.limiter import ProcessLimiter, Rate

if TYPE_CHECKING:
    from understudy.config.models.http import BreakerSettings, RateSettings
    from understudy.providers.http.call import Call

__all__ = ["Gate"]

_T = TypeVar("_T")


class Gate:
    """Lets an attempt through when the breaker allows it and the limiter has a place.

    All clients of a provider share both.
    """

    __slots__ = ("breaker", "limiter")

    def __init__(self, *, breaker: CircuitBreaker | None, limiter: ProcessLimiter | None) -> None:
        self.breaker = breaker
        self.limiter = limiter

    @classmethod
    def of(cls, rate: RateSettings, breaker: BreakerSettings | None, *, clock: Callable[[], float]) -> Gate:
        """The gate that the settings ask for. ``clock`` is monotonic."""
        return cls(
            breaker=CircuitBreaker(**breaker.model_dump(), clock=clock) if breaker is not None else None,
            limiter=ProcessLimiter(Rate(**rate.model_dump()), clock=clock) if rate.limits_anything else None,
        )

    async def attempt(self, call: Call, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        """One attempt. Its place in the limiter is kept until its answer was read: whoever reads it gives it back."""
        call.leave = None
        await self._enter(call)
        try:
            return await self._watched(call, use)
        except BaseException:
            call.leave_limiter()
            raise

    async def _enter(self, call: Call) -> None:
        """Wait for a place. Nobody waits for a service that is not asked anyway, and no probe waits."""
        failure: ProviderError
        try:
            if self.breaker is not None:
                self.breaker.check()
            if self.limiter is not None:
                call.queued = True
                call.permit = await self.limiter().acquire(call.user, call.tokens)
                call.queued = False
            if self.breaker is not None:
                call.leave = self.breaker.admit()
        except OverloadedError as error:
            failure = call.refused(error)
        else:
            return
        if call.permit is not None:
            call.permit.withdraw()
        raise failure

    async def _watched(self, call: Call, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        """One attempt whose end the breaker is told."""
        leave = call.leave
        if leave is None:
            return await call.limited(use)
        try:
            result = await call.limited(use)
        except ProviderError as error:
            leave.failed(error)
            call.leave = None
            raise
        except BaseException:
            leave.abandoned()
            raise
        leave.succeeded()
        return result
