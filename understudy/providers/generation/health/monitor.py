"""Watches the health of providers: asks them again and again, and says when the answer has changed for good."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType, TracebackType
from typing import Self, TypeAlias

from understudy.domain.errors import ProviderNotFoundError
from understudy.domain.generation import TextGenerator
from understudy.domain.health import Health, HealthStatus

__all__ = ["HealthCallback", "HealthChange", "HealthMonitor", "HealthRecord"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthRecord:
    """One check: the provider's own answer, the status that the monitor then gave it, and when, by the monitor's clock.

    ``number`` counts the provider's checks from 1.
    """

    number: int
    at: float
    health: Health
    status: HealthStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChange:
    """A provider's status changed; ``record`` is the check that did it."""

    provider: str
    old: HealthStatus
    new: HealthStatus
    record: HealthRecord


HealthCallback: TypeAlias = Callable[[HealthChange], Awaitable[object] | object]
"""Called with each change; what it returns is awaited where it can be."""


@dataclass(slots=True, eq=False)
class _Watched:
    provider: TextGenerator
    records: deque[HealthRecord]
    status: HealthStatus = HealthStatus.UNKNOWN
    failures: int = 0
    successes: int = 0
    checks: int = 0


class HealthMonitor:
    """Checks providers every ``interval`` seconds, each for at most ``check_timeout`` seconds.

    A provider's status is unknown before its first check. It becomes unhealthy after ``failure_threshold`` failed
    checks in a row, and is well again after ``success_threshold`` good ones in a row; out of unknown, one good check is
    enough. While it is well, the latest check says whether healthy or degraded. A check that answers "unknown" counts
    for nothing. The last ``history_size`` checks of each provider are kept.

    Use it as an asynchronous context manager, or ``start`` and ``stop`` it; ``check`` also works without. ``clock`` and
    ``sleep`` stand in for time itself in tests.
    """

    def __init__(
        self,
        providers: Iterable[TextGenerator],
        *,
        interval: float = 30.0,
        check_timeout: float = 10.0,
        failure_threshold: int = 3,
        success_threshold: int = 1,
        history_size: int = 100,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        if failure_threshold < 1 or success_threshold < 1 or history_size < 1:
            raise ValueError("The thresholds and history_size of a HealthMonitor are at least 1.")
        self._watched = {each.name: _Watched(each, deque(maxlen=history_size)) for each in providers}
        self._interval = interval
        self._check_timeout = check_timeout
        self._failure_threshold = failure_threshold
        self._success_threshold = success_threshold
        self._clock = clock
        self._sleep = sleep
        self._callbacks: list[HealthCallback] = []
        self._task: asyncio.Task[None] | None = None

    def on_change(self, callback: HealthCallback) -> Callable[[], None]:
        """Call ``callback``, a function or a coroutine function, with each change; returns what takes it back.

        Callbacks run one after the other, and the check waits for them. One that fails is logged and stops no other.
        """
        self._callbacks.append(callback)

        def remove() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return remove

    def status(self, name: str) -> HealthStatus:
        """A provider's status. Raises ProviderNotFoundError for one that is not watched."""
        return self._find(name).status

    @property
    def statuses(self) -> Mapping[str, HealthStatus]:
        """The status of every provider that is watched, by name."""
        return MappingProxyType({name: watched.status for name, watched in self._watched.items()})

    def latest(self, name: str) -> HealthRecord | None:
        """A provider's latest check; None before the first. Raises ProviderNotFoundError."""
        records = self._find(name).records
        return records[-1] if records else None

    def history(self, name: str) -> tuple[HealthRecord, ...]:
        """A provider's checks, the oldest first, as many as are kept. Raises ProviderNotFoundError."""
        return tuple(self._find(name).records)

    async def check(self, *names: str) -> Mapping[str, HealthRecord]:
        """Check these providers now, without names all of them, at the same time. Raises ProviderNotFoundError."""
        watched = [self._find(name) for name in names] if names else list(self._watched.values())
        records = await asyncio.gather(*(self._check(each) for each in watched))
        return MappingProxyType({each.provider.name: record for each, record in zip(watched, records, strict=True)})

    @property
    def running(self) -> bool:
        """Whether the periodic checks go on."""
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin to check on the running event loop, the first time at once; nothing where it has begun already."""
        if not self.running:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="understudy health monitor")

    async def stop(self) -> None:
        """End the periodic checks and wait until they have ended. Statuses and history stay. May be called twice.

        Raises what had ended them before, if anything had.
        """
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()  # raises what ended it before

    async def __aenter__(self) -> Self:
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run(self) -> None:
        while True:
            await self.check()
            await self._sleep(self._interval)

    def _find(self, name: str) -> _Watched:
        watched = self._watched.get(name)
        if watched is None:
            raise ProviderNotFoundError(name, family="monitored", registered=self._watched)
        return watched

    async def _check(self, watched: _Watched) -> HealthRecord:
        health = await self._ask(watched.provider)
        old = watched.status
        watched.status = self._judge(watched, health)
        watched.checks += 1
        record = HealthRecord(number=watched.checks, at=self._clock(), health=health, status=watched.status)
        watched.records.append(record)
        if record.status is not old:
            await self._tell(HealthChange(provider=watched.provider.name, old=old, new=record.status, record=record))
        return record

    async def _ask(self, provider: TextGenerator) -> Health:
        timer = asyncio.timeout(self._check_timeout)
        try:
            async with timer:
                return await provider.health_check()
        except Exception as failure:  # noqa: BLE001 - a plugin's health check may raise anything: it is not healthy
            late = f"no answer within {self._check_timeout:g} s"
            error = late if timer.expired() else f"{type(failure).__name__}: {failure}".rstrip(": ")
        return Health(provider=provider.name, status=HealthStatus.UNHEALTHY, error=error)

    def _judge(self, watched: _Watched, health: Health) -> HealthStatus:
        """The provider's status after this answer; counts it."""
        if health.ok:
            watched.failures = 0
            watched.successes += 1
            well = watched.status is not HealthStatus.UNHEALTHY or watched.successes >= self._success_threshold
            return health.status if well else watched.status
        if health.status is HealthStatus.UNHEALTHY:
            watched.successes = 0
            watched.failures += 1
            if watched.failures >= self._failure_threshold:
                return HealthStatus.UNHEALTHY
        return watched.status

    async def _tell(self, change: HealthChange) -> None:
        _logger.info("The provider %s was %s and is %s", change.provider, change.old, change.new)
        for callback in tuple(self._callbacks):
            try:
                answer = callback(change)
                if inspect.isawaitable(answer):
                    await answer
            except Exception:
                _logger.exception("A health callback failed for the provider %s", change.provider)
