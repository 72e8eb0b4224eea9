"""Simulated time: how long a stand-in waits, and when it gives up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from understudy.config.models.mock import LatencySettings
from understudy.domain.errors import RequestTimeoutError

__all__ = ["Pace", "Sleep"]

Sleep = Callable[[float], Awaitable[object]]


class Pace:
    """Waits as the script says and adds up the time; no clock is read, so the same call takes the same time.

    ``limit`` is the call's deadline in seconds.
    """

    __slots__ = ("_latency", "_limit", "_operation", "_provider", "_sleep", "elapsed")

    def __init__(
        self, latency: LatencySettings, *, limit: float | None, sleep: Sleep, provider: str, operation: str
    ) -> None:
        self._latency = latency
        self._limit = limit
        self._sleep = sleep
        self._provider = provider
        self._operation = operation
        self.elapsed = 0.0

    @property
    def waits(self) -> bool:
        """Whether there is anything to wait for."""
        return bool(self._latency.first or self._latency.per_chunk)

    async def whole(self, chunks: int) -> None:
        """Wait for an answer of so many pieces that comes as one."""
        await self._wait(self._latency.first + self._latency.per_chunk * max(0, chunks - 1), None)

    async def first(self) -> None:
        """Wait for the first piece."""
        await self._wait(self._latency.first, None)

    async def further(self, text: str) -> None:
        """Wait for one more piece; ``text`` is what has arrived."""
        await self._wait(self._latency.per_chunk, text)

    async def _wait(self, seconds: float, text: str | None) -> None:
        if not seconds:
            return
        limit = self._limit
        if limit is not None and self.elapsed + seconds > limit:
            await self._sleep(limit - self.elapsed)
            raise RequestTimeoutError(
                "The total deadline passed before the answer's end.",
                provider=self._provider,
                operation=self._operation,
                phase="total",
                retryable=True,
                partial_text=text,
            )
        self.elapsed += seconds
        await self._sleep(seconds)
