"""The monitor: thresholds, bounded history, callbacks that cannot harm, a clean start and stop; time is simulated."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import ProviderNotFoundError
from understudy.domain.health import Health, HealthStatus
from understudy.providers.generation.health.monitor import HealthChange, HealthMonitor

HEALTHY, DEGRADED = HealthStatus.HEALTHY, HealthStatus.DEGRADED
UNHEALTHY, UNKNOWN = HealthStatus.UNHEALTHY, HealthStatus.UNKNOWN


async def statuses(monitor: HealthMonitor, checks: int) -> list[HealthStatus]:
    return [(await monitor.check("fake"))["fake"].status for _ in range(checks)]


def test_the_status_is_unknown_before_the_first_check(fake: Any) -> None:
    monitor = HealthMonitor([fake(), fake(name="other")])

    assert dict(monitor.statuses) == {"fake": UNKNOWN, "other": UNKNOWN}
    assert monitor.status("fake") is UNKNOWN
    assert monitor.latest("fake") is None
    assert monitor.history("fake") == ()


async def test_a_provider_that_is_not_watched_is_not_found(fake: Any) -> None:
    monitor = HealthMonitor([fake()])

    for ask in (monitor.status, monitor.latest, monitor.history):
        with pytest.raises(ProviderNotFoundError, match="'fake'"):
            ask("fakee")
    with pytest.raises(ProviderNotFoundError):
        await monitor.check("fakee")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([HEALTHY], [HEALTHY]),
        ([UNHEALTHY, UNHEALTHY, UNHEALTHY], [UNKNOWN, UNKNOWN, UNHEALTHY]),
        ([HEALTHY, UNHEALTHY, UNHEALTHY, HEALTHY, UNHEALTHY], [HEALTHY] * 5),
        ([HEALTHY, DEGRADED, HEALTHY], [HEALTHY, DEGRADED, HEALTHY]),
        ([UNHEALTHY] * 3 + [HEALTHY, DEGRADED], [UNKNOWN, UNKNOWN, UNHEALTHY, UNHEALTHY, DEGRADED]),
        ([UNHEALTHY] * 3 + [HEALTHY, UNHEALTHY, HEALTHY], [UNKNOWN] * 2 + [UNHEALTHY] * 4),
        ([HEALTHY, UNKNOWN], [HEALTHY, HEALTHY]),
        ([UNHEALTHY, UNHEALTHY, UNKNOWN, UNHEALTHY], [UNKNOWN, UNKNOWN, UNKNOWN, UNHEALTHY]),
    ],
)
async def test_the_status_changes_at_the_thresholds(
    fake: Any, answers: list[HealthStatus], expected: list[HealthStatus]
) -> None:
    monitor = HealthMonitor([fake(health=list(answers))], failure_threshold=3, success_threshold=2)

    assert await statuses(monitor, len(answers)) == expected


@given(
    st.lists(st.sampled_from([HEALTHY, DEGRADED, UNHEALTHY, UNKNOWN]), max_size=30),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_unhealthy_begins_and_ends_only_after_a_full_run(answers: list[HealthStatus], failures: int, good: int) -> None:
    """Whatever is answered: the last so many answers that count were all bad at its start, and all good at its end."""

    class Answering:
        name = "fake"
        left = iter(answers)

        async def health_check(self) -> Health:
            return Health(provider="fake", status=next(self.left))

    monitor = HealthMonitor([Answering()], failure_threshold=failures, success_threshold=good, history_size=50)  # type: ignore[list-item] # the monitor asks for health only
    asyncio.run(statuses(monitor, len(answers)))

    history = [record for record in monitor.history("fake") if record.health.status is not UNKNOWN]
    for index in range(len(history)):
        before = history[index - 1].status if index else UNKNOWN
        if history[index].status is UNHEALTHY and before is not UNHEALTHY:
            assert index + 1 >= failures
            assert not any(each.health.ok for each in history[index + 1 - failures : index + 1])
        if before is UNHEALTHY and history[index].status is not UNHEALTHY:
            assert all(each.health.ok for each in history[index + 1 - good : index + 1])


async def test_what_a_check_raises_counts_as_a_failure(fake: Any) -> None:
    monitor = HealthMonitor([fake(health=[OSError("no route"), RuntimeError()])], failure_threshold=1)

    record = (await monitor.check())["fake"]

    assert (record.status, record.health.error) == (UNHEALTHY, "OSError: no route")
    assert (await monitor.check())["fake"].health.error == "RuntimeError"


async def test_a_check_that_hangs_is_a_failure_after_its_time(fake: Any) -> None:
    async def hang() -> Any:
        await asyncio.Event().wait()

    monitor = HealthMonitor([fake(health=[hang])], failure_threshold=1, check_timeout=0.01)

    assert (await monitor.check())["fake"].health.error == "no answer within 0.01 s"


async def test_the_history_is_bounded_and_has_the_clocks_times(fake: Any) -> None:
    times = iter([1.0, 2.0, 3.0])
    monitor = HealthMonitor([fake()], history_size=2, clock=lambda: next(times))

    await statuses(monitor, 3)

    assert [(record.number, record.at) for record in monitor.history("fake")] == [(2, 2.0), (3, 3.0)]
    assert monitor.latest("fake") == monitor.history("fake")[-1]


@pytest.mark.parametrize("option", ["failure_threshold", "success_threshold", "history_size"])
def test_a_threshold_below_one_is_refused(fake: Any, option: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        HealthMonitor([fake()], **{option: 0})


async def test_callbacks_of_both_kinds_see_each_change_once(fake: Any) -> None:
    monitor = HealthMonitor([fake(health=[HEALTHY, HEALTHY, UNHEALTHY, HEALTHY])], failure_threshold=1)
    seen: list[tuple[str, HealthChange]] = []

    async def asynchronous(change: HealthChange) -> None:
        await asyncio.sleep(0)
        seen.append(("async", change))

    monitor.on_change(lambda change: seen.append(("sync", change)))
    monitor.on_change(asynchronous)
    await statuses(monitor, 4)

    changes = [(UNKNOWN, HEALTHY), (HEALTHY, UNHEALTHY), (UNHEALTHY, HEALTHY)]
    assert [(kind, change.old, change.new) for kind, change in seen] == [
        (kind, *change) for change in changes for kind in ("sync", "async")
    ]
    assert all(change.record in monitor.history(change.provider) for _, change in seen)


async def test_a_callback_that_fails_is_logged_and_stops_nobody(fake: Any, caplog: pytest.LogCaptureFixture) -> None:
    monitor = HealthMonitor([fake()])
    seen: list[HealthStatus] = []

    async def broken(change: HealthChange) -> None:
        raise ValueError("broken callback")

    monitor.on_change(lambda change: 1 / 0)
    monitor.on_change(broken)
    monitor.on_change(lambda change: seen.append(change.new))

    with caplog.at_level(logging.ERROR):
        await monitor.check()

    assert seen == [HEALTHY]
    assert "ZeroDivisionError" in caplog.text
    assert "broken callback" in caplog.text


async def test_a_callback_can_be_taken_back(fake: Any) -> None:
    monitor = HealthMonitor([fake()])
    seen: list[HealthChange] = []
    remove = monitor.on_change(seen.append)

    remove()
    remove()
    await monitor.check()

    assert seen == []


class Steps:
    """A sleep that lasts until the test says so."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.sleeping = asyncio.Event()
        self._wake = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.sleeping.set()
        self._wake.clear()
        await self._wake.wait()

    async def until_asleep(self) -> None:
        await asyncio.wait_for(self.sleeping.wait(), 5)

    async def next(self) -> None:
        self.sleeping.clear()
        self._wake.set()
        await self.until_asleep()


async def test_checks_begin_at_once_and_repeat_at_the_interval(fake: Any) -> None:
    steps = Steps()
    monitor = HealthMonitor([fake(), fake(name="other")], interval=7.5, sleep=steps.sleep)
    assert not monitor.running

    async with monitor:
        await steps.until_asleep()
        assert monitor.running
        assert len(monitor.history("fake")) == len(monitor.history("other")) == 1
        await steps.next()
        assert len(monitor.history("fake")) == 2
        assert steps.asked == [7.5, 7.5]

    assert not monitor.running
    assert monitor.status("fake") is HEALTHY


async def test_starting_twice_starts_once_and_stopping_twice_is_harmless(fake: Any) -> None:
    steps = Steps()
    monitor = HealthMonitor([fake()], sleep=steps.sleep)

    monitor.start()
    monitor.start()
    await steps.until_asleep()
    assert len(steps.asked) == 1
    await monitor.stop()
    await monitor.stop()

    monitor.start()
    steps.sleeping.clear()
    await steps.until_asleep()
    await monitor.stop()
    assert len(monitor.history("fake")) == 2


async def test_stopping_interrupts_a_check_under_way(fake: Any) -> None:
    entered = asyncio.Event()

    async def hang() -> Any:
        entered.set()
        await asyncio.Event().wait()

    monitor = HealthMonitor([fake(health=[hang])])
    monitor.start()
    await entered.wait()

    await monitor.stop()

    assert not monitor.running
    assert monitor.history("fake") == ()


async def test_what_ended_the_checks_is_raised_when_they_are_stopped(fake: Any) -> None:
    reached = asyncio.Event()

    async def broken(seconds: float) -> None:
        reached.set()
        raise RuntimeError("no sleep")

    monitor = HealthMonitor([fake()], sleep=broken)
    monitor.start()
    await reached.wait()
    assert not monitor.running

    with pytest.raises(RuntimeError, match="no sleep"):
        await monitor.stop()
    await monitor.stop()
