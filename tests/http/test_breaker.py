"""The circuit breaker: nothing is sent to a service that is down, and one probe finds out when it is up."""

import asyncio

import httpx
import pytest

from understudy.domain.errors import OverloadedError, ProviderError
from understudy.providers.http import BreakerState, CircuitBreaker


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return CircuitBreaker(failures=3, cooldown=30, clock=clock)


@pytest.fixture
def client_of(make_clients, breaker):
    """A client without retries, behind the breaker."""

    def make(handler):
        clients = make_clients(httpx.MockTransport(handler), retry={"max_retries": 0})
        return clients.client(provider="p", base_url="https://api.example.test", breaker=breaker)

    return make


async def ask(client):
    return await client.request("GET", "/x", operation="get")


async def failures_of(client, count):
    return [type(error) for error in await asyncio.gather(*(ask(client) for _ in range(count)), return_exceptions=True)]


async def test_it_opens_after_failures_in_a_row_and_sends_nothing(client_of, breaker, clock):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(500)

    client = client_of(handler)
    await failures_of(client, 3)
    assert breaker.state is BreakerState.OPEN
    clock.now = 10
    with pytest.raises(OverloadedError, match="nothing is sent") as caught:
        await ask(client)
    assert len(sent) == 3
    assert (caught.value.provider, caught.value.phase, caught.value.retry_after) == ("p", "breaker", 20)


@pytest.mark.parametrize("status", [400, 401, 404, 429])
async def test_what_the_service_refuses_shows_that_it_is_up(client_of, breaker, status):
    await failures_of(client_of(lambda _: httpx.Response(status)), 10)
    assert breaker.state is BreakerState.CLOSED


async def test_lost_connections_count(client_of, breaker):
    def handler(request):
        raise httpx.ConnectError("refused")

    await failures_of(client_of(handler), 3)
    assert breaker.state is BreakerState.OPEN


async def test_half_open_lets_one_of_fifty_callers_through(client_of, breaker, clock):
    sent, go = [], asyncio.Event()

    async def handler(request):
        sent.append(request)
        if len(sent) > 3:
            await go.wait()
            return httpx.Response(200, json={})
        return httpx.Response(503)

    client = client_of(handler)
    await failures_of(client, 3)
    clock.now = 31
    assert breaker.state is BreakerState.HALF_OPEN
    calls = [asyncio.create_task(ask(client)) for _ in range(50)]
    await asyncio.sleep(0.02)
    go.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert len(sent) == 4
    assert sum(isinstance(result, OverloadedError) for result in results) == 49
    assert breaker.state is BreakerState.CLOSED
    assert (await ask(client)).status == 200


async def test_a_probe_that_fails_opens_it_anew(client_of, breaker, clock):
    client = client_of(lambda _: httpx.Response(503))
    await failures_of(client, 3)
    clock.now = 31
    await failures_of(client, 1)
    assert breaker.state is BreakerState.OPEN
    clock.now = 62
    assert breaker.state is BreakerState.HALF_OPEN


async def test_a_cancelled_probe_frees_the_place(client_of, breaker, clock):
    hang = True

    async def handler(request):
        if breaker.state is BreakerState.HALF_OPEN and hang:
            await asyncio.sleep(30)
        return httpx.Response(200 if clock.now else 503, json={})

    client = client_of(handler)
    await failures_of(client, 3)
    clock.now = 31
    probe = asyncio.create_task(ask(client))
    await asyncio.sleep(0.02)
    with pytest.raises(ProviderError):
        await ask(client)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    hang = False
    assert (await ask(client)).status == 200
    assert breaker.state is BreakerState.CLOSED


async def test_retries_stop_when_it_opens(make_clients, breaker):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(503)

    clients = make_clients(httpx.MockTransport(handler), retry={"max_retries": 10})
    client = clients.client(provider="p", base_url="https://api.example.test", breaker=breaker)
    with pytest.raises(OverloadedError, match="nothing is sent"):
        await ask(client)
    assert len(sent) == 3


async def test_a_service_that_never_answers_in_time_is_down(make_clients, breaker):
    async def handler(request):
        await asyncio.sleep(30)

    clients = make_clients(httpx.MockTransport(handler), timeout={"total": 0.01})
    client = clients.client(provider="p", base_url="https://api.example.test", breaker=breaker)
    await failures_of(client, 3)
    assert breaker.state is BreakerState.OPEN
