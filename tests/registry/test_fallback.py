"""The fallback: on which errors it goes on, whom it leaves alone and for how long, and what it never does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    ContentFilteredError,
    ContextLengthExceededError,
    InvalidRequestError,
    LimitExceededError,
    MaxRetriesExceededError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    ProviderNotFoundError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
    UnsupportedCapabilityError,
)
from understudy.domain.generation import TextGenerator
from understudy.domain.health import HealthStatus
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import FinishEvent, TextEvent
from understudy.providers.generation.fallback.generator import FallbackGenerator
from understudy.providers.generation.fallback.policy import FallbackPolicy
from understudy.providers.generation.health.monitor import HealthMonitor

DOWN = OverloadedError("no capacity", provider="alpha", status=529)
GOES_ON = [
    ConnectionFailedError("refused"),
    OverloadedError("busy"),
    QuotaExceededError("no credit"),
    RateLimitError("slow down"),
    RequestTimeoutError("late"),
    ResponseDecodeError("a login page"),
    ServerError("broken"),
    StreamInterruptedError("cut"),
    ProviderError("who knows", retryable=True),
    MaxRetriesExceededError("gave up", attempts=4, last_error=ServerError("broken")),
]
STAYS = [
    AuthenticationError("wrong key"),
    PermissionDeniedError("not yours"),
    NotFoundError("no such model"),
    InvalidRequestError("odd"),
    ContextLengthExceededError("too long"),
    ContentFilteredError("no"),
    LimitExceededError("too much"),
    ProviderError("who knows"),
    MaxRetriesExceededError("gave up", attempts=4, last_error=InvalidRequestError("odd")),
    ValueError("a bug"),
]


def name_of(error: Exception) -> str:
    inner = getattr(error, "last_error", None)
    return f"{type(error).__name__}-{type(inner).__name__}" if inner else type(error).__name__


class Clock:
    """Time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def alpha(fake: Any) -> Any:
    return fake(name="alpha", model="alpha-1", capabilities=Capabilities(tools=True))


@pytest.fixture
def beta(fake: Any) -> Any:
    return fake(name="beta", model="beta-1")


@pytest.fixture
def make(alpha: Any, beta: Any, clock: Clock) -> Callable[..., FallbackGenerator]:
    def make(*more: Any, **options: Any) -> FallbackGenerator:
        policy = FallbackPolicy(**{"cooldown": 30.0, **options.pop("policy", {})})
        return FallbackGenerator([alpha, beta, *more], policy=policy, clock=clock, **options)

    return make


async def answer(generator: TextGenerator, *, stream: bool = False, **options: Any) -> str:
    if stream:
        return (await generator.stream("hello", **options).result()).provider
    return (await generator.generate("hello", **options)).provider


both = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


@both
async def test_the_primary_answers_while_it_can(make: Any, beta: Any, stream: bool) -> None:
    assert await answer(make(), stream=stream) == "alpha"
    assert beta.requests == []


@both
@pytest.mark.parametrize("error", GOES_ON, ids=name_of)
async def test_what_may_be_better_elsewhere_goes_on(
    make: Any, alpha: Any, beta: Any, error: Exception, stream: bool
) -> None:
    alpha.script.append(error)

    assert await answer(make(), stream=stream) == "beta"
    assert len(alpha.requests) == len(beta.requests) == 1


@both
@pytest.mark.parametrize("error", STAYS, ids=name_of)
async def test_what_is_no_better_elsewhere_is_raised_at_once(
    make: Any, alpha: Any, beta: Any, error: Exception, stream: bool
) -> None:
    alpha.script.append(error)

    with pytest.raises(type(error)) as caught:
        await answer(make(), stream=stream)

    assert caught.value is error
    assert beta.requests == []


async def test_the_error_classes_can_be_chosen(make: Any, alpha: Any, beta: Any) -> None:
    alpha.script += [AuthenticationError("wrong key"), ServerError("broken")]
    chain = make(policy={"on": (AuthenticationError,)})

    assert await answer(chain) == "beta"
    with pytest.raises(ServerError):
        await answer(chain)


async def test_going_on_is_logged_with_who_and_why(make: Any, alpha: Any, caplog: pytest.LogCaptureFixture) -> None:
    alpha.script.append(DOWN)

    with caplog.at_level(logging.WARNING):
        await answer(make())

    (record,) = caplog.records
    assert "alpha did not answer (OverloadedError: alpha: no capacity" in record.getMessage()
    assert (record.__dict__["provider"], record.__dict__["error_type"]) == ("alpha", "OverloadedError")


@both
async def test_where_all_fail_the_last_error_has_the_others(make: Any, alpha: Any, beta: Any, stream: bool) -> None:
    last = RateLimitError("slow down", provider="beta")
    alpha.script.append(DOWN)
    beta.script.append(last)

    with pytest.raises(RateLimitError) as caught:
        await answer(make(), stream=stream)

    assert caught.value is last
    assert caught.value.earlier_errors == (DOWN,)
    assert caught.value.__notes__ == [f"tried before: OverloadedError: {DOWN}"]


async def test_an_error_that_ends_the_course_has_the_earlier_ones_too(make: Any, alpha: Any, beta: Any) -> None:
    alpha.script.append(DOWN)
    beta.script.append(AuthenticationError("wrong key"))

    with pytest.raises(AuthenticationError) as caught:
        await answer(make())

    assert caught.value.earlier_errors == (DOWN,)


async def test_an_error_that_is_not_of_the_tree_gets_its_notes(make: Any, alpha: Any, beta: Any) -> None:
    alpha.script.append(DOWN)
    beta.script.append(ValueError("a bug"))

    with pytest.raises(ValueError, match="a bug") as caught:
        await answer(make())

    assert "no capacity" in caught.value.__notes__[0]


@both
async def test_a_request_goes_to_the_first_that_can_serve_it(make: Any, alpha: Any, beta: Any, stream: bool) -> None:
    refusal = UnsupportedCapabilityError("vision", provider="alpha")
    alpha.script += [refusal] * 5
    chain = make(policy={"failure_threshold": 1})

    assert [await answer(chain, stream=stream) for _ in range(5)] == ["beta"] * 5
    assert await answer(chain) == "alpha"


async def test_where_nobody_can_serve_it_that_is_the_error(make: Any, alpha: Any, beta: Any) -> None:
    alpha.script.append(UnsupportedCapabilityError("vision", provider="alpha"))
    beta.script.append(UnsupportedCapabilityError("vision", provider="beta"))

    with pytest.raises(UnsupportedCapabilityError, match="beta"):
        await answer(make())


async def test_a_failure_tells_more_than_a_refusal(make: Any, alpha: Any, beta: Any) -> None:
    refusal = UnsupportedCapabilityError("vision", provider="beta")
    alpha.script.append(DOWN)
    beta.script.append(refusal)

    with pytest.raises(OverloadedError) as caught:
        await answer(make())

    assert caught.value.earlier_errors == (refusal,)


async def test_a_resting_provider_is_asked_where_no_other_can_serve_the_request(
    make: Any, alpha: Any, beta: Any
) -> None:
    chain = make(policy={"failure_threshold": 1})
    alpha.script.append(DOWN)
    await answer(chain)
    beta.script.append(UnsupportedCapabilityError("vision", provider="beta"))

    assert await answer(chain) == "alpha"


@both
async def test_the_words_for_the_primary_are_kept_from_the_others(
    make: Any, alpha: Any, beta: Any, fake: Any, stream: bool
) -> None:
    twin = fake(name="alpha", model="alpha-2")
    alpha.script.append(DOWN)
    beta.script.append(ServerError("broken"))
    options = {"top_k": 3}

    await answer(make(twin), stream=stream, model="alpha-9", options=options, seed=7, idempotency_key="i")

    first, second, third = alpha.requests[0], beta.requests[0], twin.requests[0]
    assert (first.model, first.options) == ("alpha-9", options)
    assert (second.model, second.options) == (None, {})
    assert (third.model, third.options) == ("alpha-9", options)
    assert {(each.seed, each.idempotency_key) for each in (first, second, third)} == {(7, "i")}


async def test_a_request_object_is_taken_and_its_options_changed(make: Any, alpha: Any) -> None:
    request = GenerationRequest.of("hello", seed=1)

    await make().generate(request, seed=2)

    assert alpha.requests[0].seed == 2


class TestTheTimeoutOfARequest:
    """It covers all tries together."""

    @staticmethod
    def takes(clock: Clock, seconds: float) -> Any:
        async def before() -> None:
            clock.now += seconds

        return before

    @both
    async def test_the_next_provider_has_what_is_left(
        self, make: Any, alpha: Any, beta: Any, clock: Clock, stream: bool
    ) -> None:
        alpha.before = self.takes(clock, 4)
        alpha.script.append(DOWN)

        assert await answer(make(), stream=stream, timeout=10) == "beta"

        assert (alpha.requests[0].timeout, beta.requests[0].timeout) == (10, 6)

    async def test_nobody_is_asked_after_it(self, make: Any, alpha: Any, beta: Any, clock: Clock) -> None:
        late = RequestTimeoutError("late")
        alpha.before = self.takes(clock, 10)
        alpha.script.append(late)

        with pytest.raises(RequestTimeoutError) as caught:
            await answer(make(), timeout=10)

        assert caught.value is late
        assert beta.requests == []

    async def test_without_one_each_has_its_own(self, make: Any, alpha: Any, beta: Any) -> None:
        alpha.script.append(DOWN)

        await answer(make())

        assert beta.requests[0].timeout is None


class TestStreams:
    async def test_after_the_first_event_nothing_is_tried_again(self, make: Any, alpha: Any, beta: Any) -> None:
        alpha.script.append(["Hel", DOWN])
        heard: list[str] = []

        with pytest.raises(OverloadedError) as caught:
            heard += [piece async for piece in make().generate_stream("hello")]

        assert caught.value is DOWN
        assert beta.requests == []

    async def test_events_are_passed_on_as_they_are(self, make: Any, alpha: Any) -> None:
        alpha.script.append(["Hel", "lo"])

        events = [event async for event in make().stream("hello")]

        assert events[:2] == [TextEvent("Hel"), TextEvent("lo")]
        assert isinstance(events[2], FinishEvent)

    async def test_the_text_alone_comes_from_who_answers(self, make: Any, alpha: Any, beta: Any) -> None:
        alpha.script.append(DOWN)

        assert [piece async for piece in make().generate_stream("hello")] == ["beta"]

    async def test_streams_that_failed_or_were_left_are_closed(self, make: Any, alpha: Any, beta: Any) -> None:
        alpha.script.append(DOWN)

        async with make().stream("hello") as events:
            await anext(events)

        assert (alpha.streams_closed, beta.streams_closed) == (1, 1)

    async def test_dying_in_mid_stream_again_and_again_makes_a_provider_rest(self, make: Any, alpha: Any) -> None:
        alpha.script += [["Hel", StreamInterruptedError("cut")] for _ in range(3)]
        chain = make(policy={"failure_threshold": 3})
        for _ in range(3):
            with pytest.raises(StreamInterruptedError):
                await answer(chain, stream=True)

        assert await answer(chain, stream=True) == "beta"

    async def test_a_reader_who_has_enough_is_no_failure(self, make: Any, alpha: Any) -> None:
        chain = make(policy={"failure_threshold": 1})

        async with chain.stream("hello") as events:
            await anext(events)

        assert await answer(chain) == "alpha"


class TestRests:
    async def fail(self, chain: Any, alpha: Any, *errors: Exception) -> None:
        for error in errors:
            alpha.script.append(error)
            await answer(chain)

    async def test_a_provider_rests_after_failures_in_a_row_and_is_tried_after_the_cooldown(
        self, make: Any, alpha: Any, clock: Clock
    ) -> None:
        chain = make(policy={"failure_threshold": 2, "cooldown": 30})
        await self.fail(chain, alpha, DOWN, DOWN)
        asked = len(alpha.requests)

        assert await answer(chain) == "beta"
        clock.now += 29.9
        assert await answer(chain) == "beta"
        assert len(alpha.requests) == asked
        clock.now += 0.2
        assert await answer(chain) == "alpha"

    async def test_a_success_between_them_starts_the_count_again(self, make: Any, alpha: Any) -> None:
        chain = make(policy={"failure_threshold": 2})
        await self.fail(chain, alpha, DOWN)
        assert await answer(chain) == "alpha"
        await self.fail(chain, alpha, DOWN)

        assert await answer(chain) == "alpha"

    async def test_a_failed_try_after_the_rest_begins_another_rest(self, make: Any, alpha: Any, clock: Clock) -> None:
        chain = make(policy={"failure_threshold": 3})
        await self.fail(chain, alpha, DOWN, DOWN, DOWN)
        clock.now += 31
        await self.fail(chain, alpha, DOWN)
        clock.now += 29

        assert await answer(chain) == "beta"
        clock.now += 2
        assert await answer(chain) == "alpha"
        await self.fail(chain, alpha, DOWN)
        assert await answer(chain) == "alpha"

    @pytest.mark.parametrize(
        ("error", "seconds"),
        [
            (RateLimitError("slow down", retry_after=7), 7),
            (
                MaxRetriesExceededError(
                    "gave up", attempts=1, last_error=OverloadedError("busy", retry_after=90, retryable=True)
                ),
                90,
            ),
            (QuotaExceededError("no credit"), 30),
        ],
        ids=name_of,
    )
    async def test_advice_and_a_used_up_quota_make_it_rest_at_once(
        self, make: Any, alpha: Any, clock: Clock, error: Exception, seconds: float
    ) -> None:
        chain = make()
        await self.fail(chain, alpha, error)
        clock.now += seconds - 0.1

        assert await answer(chain) == "beta"
        clock.now += 0.2
        assert await answer(chain) == "alpha"

    async def test_after_the_rest_one_call_tries_and_the_others_do_not_wait(
        self, make: Any, alpha: Any, clock: Clock
    ) -> None:
        chain = make(policy={"failure_threshold": 1})
        await self.fail(chain, alpha, DOWN)
        clock.now += 31
        gate = asyncio.Event()
        alpha.before = gate.wait
        asked = len(alpha.requests)
        probe = asyncio.create_task(answer(chain))
        await asyncio.sleep(0)

        assert await asyncio.gather(*(answer(chain) for _ in range(10))) == ["beta"] * 10
        assert len(alpha.requests) == asked + 1
        gate.set()
        assert await probe == "alpha"
        assert await answer(chain) == "alpha"

    @both
    async def test_a_cancelled_try_frees_the_way_for_the_next(
        self, make: Any, alpha: Any, clock: Clock, stream: bool
    ) -> None:
        chain = make(policy={"failure_threshold": 1})
        await self.fail(chain, alpha, DOWN)
        clock.now += 31
        alpha.before = asyncio.Event().wait
        probe = asyncio.create_task(answer(chain, stream=stream))
        await asyncio.sleep(0)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        alpha.before = None

        assert await answer(chain) == "alpha"

    async def test_a_call_that_began_before_the_rest_does_not_free_the_try_of_another(
        self, make: Any, alpha: Any, clock: Clock
    ) -> None:
        chain = make(policy={"failure_threshold": 1})
        gate = asyncio.Event()
        alpha.before = gate.wait
        early = asyncio.create_task(answer(chain))
        await asyncio.sleep(0)
        alpha.before = None
        await self.fail(chain, alpha, DOWN)
        clock.now += 31
        alpha.before = gate.wait
        probe = asyncio.create_task(answer(chain))
        await asyncio.sleep(0)
        early.cancel()
        await asyncio.gather(early, return_exceptions=True)

        assert await answer(chain) == "beta"
        gate.set()
        assert await probe == "alpha"

    async def test_a_refused_request_says_nothing_about_health(self, make: Any, alpha: Any) -> None:
        chain = make(policy={"failure_threshold": 1})
        alpha.script.append(InvalidRequestError("odd"))
        with pytest.raises(InvalidRequestError):
            await answer(chain)

        assert await answer(chain) == "alpha"

    async def test_where_all_rest_the_one_that_is_back_first_is_asked(self, make: Any, alpha: Any, beta: Any) -> None:
        chain = make()
        alpha.script.append(RateLimitError("slow down", retry_after=60))
        beta.script.append(RateLimitError("slow down", retry_after=20))
        with pytest.raises(RateLimitError):
            await answer(chain)

        assert await answer(chain) == "beta"
        assert len(alpha.requests) == 1

    async def test_where_all_rest_only_one_is_asked(self, make: Any, alpha: Any, beta: Any) -> None:
        chain = make(policy={"failure_threshold": 1})
        alpha.script.append(DOWN)
        beta.script += [DOWN]
        with pytest.raises(OverloadedError):
            await answer(chain)
        alpha.script.append(DOWN)

        with pytest.raises(OverloadedError):
            await answer(chain)
        assert (len(alpha.requests), len(beta.requests)) == (2, 1)


class TestTheMonitor:
    @pytest.fixture
    def monitor(self, alpha: Any, beta: Any, clock: Clock) -> HealthMonitor:
        return HealthMonitor([alpha, beta], failure_threshold=1, clock=clock)

    async def test_who_is_unhealthy_is_passed_over_until_a_good_check(
        self, make: Any, monitor: HealthMonitor, alpha: Any
    ) -> None:
        chain = make(monitor=monitor)
        alpha.health += [HealthStatus.UNHEALTHY, HealthStatus.DEGRADED]

        assert await answer(chain) == "alpha"
        await monitor.check()
        assert await answer(chain) == "beta"
        await monitor.check()
        assert await answer(chain) == "alpha"

    async def test_a_good_check_after_the_failure_ends_the_rest(
        self, make: Any, monitor: HealthMonitor, alpha: Any
    ) -> None:
        chain = make(monitor=monitor, policy={"failure_threshold": 1})
        await monitor.check()
        alpha.script.append(DOWN)
        await answer(chain)

        assert await answer(chain) == "beta"
        await monitor.check()
        assert await answer(chain) == "alpha"

    async def test_a_monitor_without_a_check_ends_no_rest(self, make: Any, monitor: HealthMonitor, alpha: Any) -> None:
        chain = make(monitor=monitor, policy={"failure_threshold": 1})
        alpha.script.append(DOWN)
        await answer(chain)

        assert await answer(chain) == "beta"

    async def test_where_all_are_unhealthy_one_is_asked_all_the_same(
        self, make: Any, monitor: HealthMonitor, alpha: Any, beta: Any
    ) -> None:
        alpha.health.append(HealthStatus.UNHEALTHY)
        beta.health.append(HealthStatus.UNHEALTHY)
        await monitor.check()

        assert await answer(make(monitor=monitor)) == "alpha"

    def test_it_must_watch_every_provider(self, monitor: HealthMonitor, make: Any, fake: Any) -> None:
        with pytest.raises(ProviderNotFoundError):
            make(fake(name="gamma"), monitor=monitor)


class TestAsOneGenerator:
    def test_it_is_a_text_generator_that_stands_for_its_primary(self, make: Any, alpha: Any, beta: Any) -> None:
        chain = make()

        assert isinstance(chain, TextGenerator)
        assert (chain.name, chain.model, chain.capabilities) == ("fallback", "alpha-1", alpha.capabilities)
        assert make(name="mine").name == "mine"
        assert chain.generators == (alpha, beta)

    def test_it_needs_a_generator(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            FallbackGenerator([])

    async def test_one_generator_is_enough(self, alpha: Any) -> None:
        assert await answer(FallbackGenerator([alpha])) == "alpha"

    async def test_models_are_those_of_the_primary(self, make: Any) -> None:
        assert [model.id for model in await make().list_models()] == ["alpha-1"]

    @pytest.mark.parametrize(
        ("first", "second", "expected"),
        [
            (HealthStatus.HEALTHY, HealthStatus.UNHEALTHY, HealthStatus.HEALTHY),
            (HealthStatus.DEGRADED, HealthStatus.HEALTHY, HealthStatus.DEGRADED),
            (HealthStatus.UNHEALTHY, HealthStatus.HEALTHY, HealthStatus.DEGRADED),
            (HealthStatus.UNHEALTHY, HealthStatus.UNHEALTHY, HealthStatus.UNHEALTHY),
        ],
    )
    async def test_its_health_is_that_of_who_would_answer(
        self, make: Any, alpha: Any, beta: Any, first: HealthStatus, second: HealthStatus, expected: HealthStatus
    ) -> None:
        alpha.health.append(first)
        beta.health.append(second)

        health = await make().health_check()

        assert (health.provider, health.status) == ("fallback", expected)
        assert health.details == {"alpha (alpha-1)": str(first), "beta (beta-1)": str(second)}

    async def test_closing_closes_all_whatever_one_does(self, make: Any, alpha: Any, beta: Any) -> None:
        alpha.close_error = OSError("stuck")

        with pytest.raises(OSError, match="stuck"):
            await make().aclose()

        assert (alpha.closed, beta.closed) == (1, 1)


outcomes = st.lists(st.sampled_from(["ok", "down", "odd"]), min_size=3, max_size=3)


@given(st.lists(outcomes, min_size=1, max_size=8))
def test_whatever_happens_each_provider_is_asked_at_most_once_per_call(rounds: list[list[str]]) -> None:
    """And the answer is the first good one, as long as nothing rests."""
    errors: dict[str, type[ProviderError]] = {"down": ServerError, "odd": InvalidRequestError}

    class Scripted:
        model = "m"

        def __init__(self, index: int) -> None:
            self.name = str(index)
            self.script = [each[index] for each in rounds]
            self.asked = 0

        async def generate(self, request: GenerationRequest) -> str:
            self.asked += 1
            outcome = current[int(self.name)]
            if outcome != "ok":
                raise errors[outcome]("failed")
            return self.name

    scripted = [Scripted(index) for index in range(3)]
    chain = FallbackGenerator(scripted, policy=FallbackPolicy(failure_threshold=1000))  # type: ignore[arg-type] # only generate is called
    for current in rounds:
        for each in scripted:
            each.asked = 0
        stop = next((index for index, outcome in enumerate(current) if outcome != "down"), 2)
        try:
            assert asyncio.run(chain.generate("hello")) == str(stop)
            assert current[stop] == "ok"
        except (ServerError, InvalidRequestError) as error:
            wanted = ServerError if current[stop] == "down" else InvalidRequestError
            assert type(error) is wanted  # noqa: PT017 - either outcome is checked
        assert [each.asked for each in scripted] == [1 if index <= stop else 0 for index in range(3)]
