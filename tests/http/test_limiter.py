"""The limiter ahead of the pool: so many at once and per minute, users in turn, and waiting costs next to nothing."""

import asyncio
import multiprocessing
import os
import random
import selectors
import threading
import time

import httpx
import pytest

from understudy.config.models.http import HttpOverrides
from understudy.domain.errors import OverloadedError, RequestTimeoutError
from understudy.domain.secrets import Secret
from understudy.providers.http.limiter import Limiter, ProcessLimiter, Rate


class Service:
    """Answers after ``delay`` seconds, and knows who was there at once, in which order and when."""

    def __init__(self, delay=0.0, status=200):
        self.delay = delay
        self.status = status
        self.present = self.most = 0
        self.users = []
        self.times = []

    async def __call__(self, request):
        self.users.append(request.headers.get("x-user"))
        self.times.append(asyncio.get_running_loop().time())
        self.present += 1
        self.most = max(self.most, self.present)
        try:
            await asyncio.sleep(self.delay)
        finally:
            self.present -= 1
        return httpx.Response(self.status, json={})


@pytest.fixture
def limited(make_clients):
    """``limited(service, in_flight=2)``: a client of a provider with these limits."""

    def make(service, *, clock=time.monotonic, total=5, retries=0, breaker=None, **rate):
        clients = make_clients(
            httpx.MockTransport(service),
            hooks={"clock": clock},
            timeout={"total": total},
            retry={"max_retries": retries},
        )
        overrides = HttpOverrides.model_validate({"rate": rate, "breaker": breaker})
        return clients.client(provider="p", base_url="https://api.example.test", overrides=overrides)

    return make


async def ask(client, user=None, **options):
    headers = {"x-user": user} if user else None
    return await client.request("POST", "/x", operation="generate", json={}, headers=headers, user=user, **options)


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose time passes at once while nothing happens."""

    def __init__(self):
        self.now = 0.0
        super().__init__(_Skipping(self))

    def time(self):
        return self.now


class _Skipping(selectors.DefaultSelector):
    def __init__(self, loop):
        super().__init__()
        self._loop = loop

    def select(self, timeout=None):
        self._loop.now += timeout or 0.0
        return super().select(0 if timeout is not None else None)


@pytest.fixture
def skipping():
    """``skipping(main)``: runs ``main()`` where minutes pass in no time; within, ``loop.time`` is the clock."""

    def run(main):
        with asyncio.Runner(loop_factory=SkippingLoop) as runner:
            return runner.run(main())

    return run


async def test_no_more_are_in_flight_than_the_limit_lets(limited):
    service = Service(0.002)
    client = limited(service, in_flight=3)
    answers = await asyncio.gather(*(ask(client) for _ in range(30)))
    assert len(answers) == 30
    assert service.most == 3


async def test_without_a_limit_nobody_waits(limited):
    service = Service(0.01)
    client = limited(service)
    await asyncio.gather(*(ask(client) for _ in range(50)))
    assert service.most == 50


async def test_users_take_turns(limited):
    """A user with forty requests delays each of another's four by one."""
    service = Service(0.001)
    client = limited(service, in_flight=1)
    await asyncio.gather(*(ask(client, "many") for _ in range(40)), *(ask(client, "few") for _ in range(4)))
    assert service.users[:9] == ["many", *["many", "few"] * 4]


async def test_derived_identities_are_users(limited):
    """By name where they have one, else by their credentials."""
    service = Service(0.001)
    client = limited(service, in_flight=1)
    a = client.derive(headers={"x-user": "a"}, secret_headers={"authorization": Secret("Bearer a")})
    b = client.derive(headers={"x-user": "b"}, secret_headers={"authorization": Secret("Bearer b")})
    named = client.derive(headers={"x-user": "c"}, user="c")
    await asyncio.gather(*(ask(a) for _ in range(10)), ask(b), ask(named))
    assert service.users[:5] == ["a", "a", "b", "c", "a"]


async def test_a_stream_keeps_its_place_until_it_is_left(limited):
    sent = []

    def service(request):
        sent.append(request)
        return httpx.Response(200, content=b"data: 1\n\n", headers={"content-type": "text/event-stream"})

    client = limited(service, in_flight=1)
    async with client.stream("POST", "/x", operation="generate", framing="sse", json={}) as stream:
        assert [frame.data async for frame in stream.frames()] == [b"1"]
        waiting = asyncio.create_task(ask(client))
        await asyncio.sleep(0.01)
        assert len(sent) == 1
    await waiting
    assert len(sent) == 2


@pytest.mark.parametrize("status", [400, 503])
async def test_a_failure_gives_its_place_back(limited, status):
    client = limited(Service(status=status), in_flight=1)
    results = await asyncio.gather(*(ask(client) for _ in range(5)), return_exceptions=True)
    assert {result.status for result in results} == {status}


async def test_a_call_that_waits_for_its_retry_is_not_in_flight(limited):
    """Another may go meanwhile; the retry waits for its turn again."""
    statuses = iter([503, 200, 200])
    sent = []

    def service(request):
        sent.append(request.headers["x-user"])
        return httpx.Response(next(statuses), json={}, headers={"retry-after-ms": "20"})

    client = limited(service, in_flight=1, retries=1)
    await asyncio.gather(ask(client, "first"), ask(client, "second"))
    assert sent == ["first", "second", "first"]


async def test_waiting_counts_against_the_deadline(limited):
    client = limited(Service(30), in_flight=1)
    holder = asyncio.create_task(ask(client))
    await asyncio.sleep(0)
    with pytest.raises(RequestTimeoutError, match=r"http\.rate") as caught:
        await ask(client, timeout=0.02)
    assert (caught.value.phase, caught.value.provider, caught.value.retryable) == ("queue", "p", True)
    assert caught.value.host == "api.example.test"
    holder.cancel()
    await asyncio.gather(holder, return_exceptions=True)


@pytest.mark.parametrize("seed", range(10))
async def test_cancelling_at_random_costs_no_place(limited, seed):
    chance = random.Random(seed)  # noqa: S311 # the same cancellations each time
    client = limited(Service(0.002), in_flight=4)
    tasks = [asyncio.create_task(ask(client, chance.choice("abc"))) for _ in range(60)]
    for task in tasks:
        if chance.random() < 0.7:
            asyncio.get_running_loop().call_later(chance.random() * 0.03, task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)
    healthy = await asyncio.gather(*(ask(client, timeout=3) for _ in range(20)))
    assert len(healthy) == 20


async def test_one_that_is_cancelled_when_its_turn_has_come_passes_it_on():
    limiter = Limiter(Rate(in_flight=1))
    first = await limiter.acquire("a", 0)
    second = asyncio.create_task(limiter.acquire("a", 0))
    third = asyncio.create_task(limiter.acquire("a", 0))
    await asyncio.sleep(0)
    first.release()  # the second has its place, but has not run
    second.cancel()
    permit = await third
    assert second.cancelled()
    assert limiter.in_flight == 1
    permit.release()
    permit.release()
    assert limiter.in_flight == 0


async def test_waiting_is_cheap(calls_counted):
    """A thousand tasks on a hundred places: a few calls each, however many wait. Seconds are shown, not judged."""
    limiter = Limiter(Rate(in_flight=100))

    async def one():
        permit = await limiter.acquire("a", 0)
        await asyncio.sleep(0)
        permit.release()

    async def calls(tasks):
        with calls_counted() as counted:
            await asyncio.gather(*(one() for _ in range(tasks)))
        return counted.count / tasks

    few, many = await calls(200), await calls(2000)
    began = time.process_time()
    await asyncio.gather(*(one() for _ in range(1000)))
    print(f"\n1000 tasks on 100 places: {(time.process_time() - began) * 1000:.0f} ms of CPU; {many:.0f} calls each")
    assert many <= few * 1.25
    assert many <= 120


def test_no_minute_has_more_requests_than_the_limit(limited, skipping):
    async def main():
        service = Service()
        client = limited(service, clock=asyncio.get_running_loop().time, total=10_000, requests_per_minute=10)
        await asyncio.gather(*(ask(client) for _ in range(45)))
        return service.times

    times = skipping(main)
    assert all(later - earlier >= 60 for earlier, later in zip(times, times[10:], strict=False))
    assert times[-1] == pytest.approx(240, abs=1)


def test_tokens_are_settled_by_what_the_answer_took(limited, skipping):
    """Estimated at 400 of 1000, they took 100: ten fit into the first minute, not two."""

    async def main():
        service = Service()
        client = limited(service, clock=asyncio.get_running_loop().time, total=10_000, tokens_per_minute=1000)
        assert client.counts_tokens
        for _ in range(20):
            response = await ask(client, tokens=400)
            response.permit.settle(100)
        return service.times

    times = skipping(main)
    assert [sum(low <= when < low + 60 for when in times) for low in (0, 60)] == [7, 7]


def test_settling_lets_the_next_through_at_once(limited, skipping):
    async def main():
        clock = asyncio.get_running_loop().time
        client = limited(Service(), clock=clock, total=10_000, tokens_per_minute=1000)
        first = await ask(client, tokens=5000)
        waiting = asyncio.create_task(ask(client, tokens=5000))
        await asyncio.sleep(5)
        assert not waiting.done()
        first.permit.settle(0)
        await waiting
        return clock()

    assert skipping(main) == pytest.approx(5)


def test_an_answer_that_took_more_than_estimated_delays_the_next(limited, skipping):
    async def main():
        service = Service()
        client = limited(service, clock=asyncio.get_running_loop().time, total=10_000, tokens_per_minute=1000)
        (await ask(client, tokens=10)).permit.settle(3000)
        await ask(client, tokens=10)
        return service.times

    assert skipping(main) == [0, pytest.approx(60, abs=0.1)]


def test_a_request_that_waits_for_the_next_minute_gives_up_at_its_deadline(limited, skipping):
    async def main():
        clock = asyncio.get_running_loop().time
        client = limited(Service(), clock=clock, total=2, requests_per_minute=1)
        await ask(client)
        with pytest.raises(RequestTimeoutError) as caught:
            await ask(client)
        return caught.value.phase, clock()

    assert skipping(main) == ("queue", 2.0)


async def test_without_an_estimate_the_body_counts(limited):
    client = limited(Service(), tokens_per_minute=100)
    body = {"text": "x" * 4000}
    await client.request("POST", "/x", operation="generate", json=body)
    with pytest.raises(RequestTimeoutError, match=r"http\.rate"):
        await client.request("POST", "/x", operation="generate", json=body, timeout=0.01)


async def test_nobody_waits_for_a_service_that_is_not_asked(limited):
    """The breaker speaks first, and its refusals cost nothing of the minute."""
    client = limited(Service(status=503), requests_per_minute=3, breaker={"failures": 2})
    results = await asyncio.gather(*(ask(client) for _ in range(2)), return_exceptions=True)
    assert [error.status for error in results] == [503, 503]
    for _ in range(10):
        with pytest.raises(OverloadedError) as caught:
            await ask(client)
        assert caught.value.phase == "breaker"


async def test_those_who_wait_when_the_breaker_opens_are_told(limited):
    client = limited(Service(0.005, status=503), in_flight=2, breaker={"failures": 2})
    results = await asyncio.gather(*(ask(client) for _ in range(12)), return_exceptions=True)
    assert [error.phase for error in results].count("breaker") >= 9


async def test_clients_of_one_provider_share_its_limits(make_clients):
    service = Service(0.002)
    clients = make_clients(httpx.MockTransport(service))
    overrides = HttpOverrides.model_validate({"rate": {"in_flight": 2}})
    made = [clients.client(provider="p", base_url="https://api.example.test", overrides=overrides) for _ in range(3)]
    await asyncio.gather(*(ask(client) for client in made * 5))
    assert service.most == 2


def test_event_loops_in_several_threads_share_one_limit(limited):
    """And whoever waits in one loop is woken by what ends in another."""
    present, most, lock = 0, 0, threading.Lock()

    async def service(request):
        nonlocal present, most
        with lock:
            present += 1
            most = max(most, present)
        await asyncio.sleep(0.001)
        with lock:
            present -= 1
        return httpx.Response(200, json={})

    client = limited(service, in_flight=2)
    done = []

    async def several():
        done.extend(await asyncio.gather(*(ask(client) for _ in range(20))))

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 80
    assert most <= 2


def test_a_loop_that_is_closed_with_one_waiting_holds_nobody_up():
    limiter = Limiter(Rate(in_flight=1))

    async def hold():
        return await limiter.acquire("a", 0)

    permit = asyncio.run(hold())
    loop = asyncio.new_event_loop()
    abandoned = limiter.acquire("a", 0)
    loop.run_until_complete(asyncio.wait_for(_start(abandoned), 1))
    loop.close()
    permit.release()

    async def last():
        return await asyncio.wait_for(limiter.acquire("b", 0), 1)

    assert asyncio.run(last()).held
    abandoned.close()


async def _start(coroutine):
    # One step by hand: a task would warn of being destroyed, and warnings are errors.
    assert coroutine.send(None) is not None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # the point of the test
def test_a_forked_child_does_not_wait_for_what_its_parent_has_in_flight():
    limiter = ProcessLimiter(Rate(in_flight=1))

    async def take():
        return await asyncio.wait_for(limiter().acquire("a", 0), 5)

    def child(connection):
        connection.send(asyncio.run(take()).held)
        connection.close()

    held = asyncio.run(take())
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(theirs,))
    process.start()
    assert ours.recv()
    process.join(10)
    assert held.held
    assert limiter().in_flight == 1
