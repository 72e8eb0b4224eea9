"""The circuit breaker: nothing is sent to a service that is down, and one probe finds out when it is up."""

import asyncio

import httpx
import pytest

from understudy.config.models.http import HttpOverrides
from understudy.domain.errors import OverloadedError, ProviderError
from understudy.providers.http.breaker import BreakerState


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client_of(make_clients, clock):
    """A client without retries, behind a breaker that opens after three failures for 30 seconds."""

    def make(handler, *, max_retries=0, **sections):
        retry = {"max_retries": max_retries}
        clients = make_clients(httpx.MockTransport(handler), retry=retry, hooks={"clock": clock}, **sections)
        overrides = HttpOverrides.model_validate({"breaker": {"failures": 3, "cooldown": 30}})
        return clients.client(provider="p", base_url="https://api.example.test", overrides=overrides)

    return make


async def ask(client):
    return await client.request("GET", "/x", operation="get")


async def failures_of(client, count):
    return [type(error) for error in await asyncio.gather(*(ask(client) for _ in range(count)), return_exceptions=True)]


async def test_it_opens_after_failures_in_a_row_and_sends_nothing(client_of, clock):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(500)

    client = client_of(handler)
    await failures_of(client, 3)
    assert client.breaker_state is BreakerState.OPEN
    clock.now = 10
    with pytest.raises(OverloadedError, match="nothing is sent") as caught:
        await ask(client)
    assert len(sent) == 3
    assert (caught.value.provider, caught.value.phase, caught.value.retry_after) == ("p", "breaker", 20)


@pytest.mark.parametrize("status", [400, 401, 404, 429])
async def test_what_the_service_refuses_shows_that_it_is_up(client_of, status):
    client = client_of(lambda _: httpx.Response(status))
    await failures_of(client, 10)
    assert client.breaker_state is BreakerState.CLOSED


async def test_lost_connections_count(client_of):
    def handler(request):
        raise httpx.ConnectError("refused")

    client = client_of(handler)
    await failures_of(client, 3)
    assert client.breaker_state is BreakerState.OPEN


async def test_half_open_lets_one_of_fifty_callers_through(client_of, clock):
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
    assert client.breaker_state is BreakerState.HALF_OPEN
    calls = [asyncio.create_task(ask(client)) for _ in range(50)]
    await asyncio.sleep(0.02)
    go.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert len(sent) == 4
    assert sum(isinstance(result, OverloadedError) for result in results) == 49
    assert client.breaker_state is BreakerState.CLOSED
    assert (await ask(client)).status == 200


async def test_a_probe_that_fails_opens_it_anew(client_of, clock):
    client = client_of(lambda _: httpx.Response(503))
    await failures_of(client, 3)
    clock.now = 31
    await failures_of(client, 1)
    assert client.breaker_state is BreakerState.OPEN
    clock.now = 62
    assert client.breaker_state is BreakerState.HALF_OPEN


async def test_a_cancelled_probe_frees_the_place(client_of, clock):
    hang = True

    async def handler(request):
        if client.breaker_state is BreakerState.HALF_OPEN and hang:
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
    assert client.breaker_state is BreakerState.CLOSED


async def test_retries_stop_when_it_opens(client_of):
    sent = []

    def handler(request):
        sent.append(request)
        return httpx.Response(503)

    client = client_of(handler, max_retries=10)
    with pytest.raises(OverloadedError, match="nothing is sent"):
        await ask(client)
    assert len(sent) == 3


async def test_a_service_that_never_answers_in_time_is_down(client_of):
    async def handler(request):
        await asyncio.sleep(30)

    client = client_of(handler, timeout={"total": 0.01})
    await failures_of(client, 3)
    assert client.breaker_state is BreakerState.OPEN


async def test_a_probe_that_runs_out_of_time_opens_it_anew(client_of, clock):
    async def handler(request):
        await asyncio.sleep(30)

    client = client_of(handler, timeout={"total": 0.01})
    await failures_of(client, 3)
    clock.now = 31
    await failures_of(client, 1)
    assert client.breaker_state is BreakerState.OPEN
    clock.now = 60
    assert client.breaker_state is BreakerState.OPEN


async def test_an_old_call_that_is_cancelled_lets_no_second_probe_through(client_of, clock):
    """The old one was sent before the breaker opened: its end says nothing of the probe."""
    sent, answered = [], asyncio.Event()

    async def handler(request):
        sent.append(request)
        if len(sent) in (1, 5):
            await answered.wait()
        return httpx.Response(503)

    client = client_of(handler)
    old = asyncio.create_task(ask(client))
    await asyncio.sleep(0.01)
    await failures_of(client, 3)
    clock.now = 31
    probe = asyncio.create_task(ask(client))
    await asyncio.sleep(0.01)
    old.cancel()
    await asyncio.gather(old, return_exceptions=True)
    assert await failures_of(client, 1) == [OverloadedError]
    assert len(sent) == 5
    answered.set()
    await asyncio.gather(probe, return_exceptions=True)


async def test_clients_of_one_provider_share_its_breaker_and_others_do_not(make_clients, clock):
    def handler(request):
        return httpx.Response(503)

    clients = make_clients(httpx.MockTransport(handler), retry={"max_retries": 0}, hooks={"clock": clock})
    overrides = HttpOverrides.model_validate({"breaker": {"failures": 3}})
    one, two, other = (
        clients.client(provider=name, base_url="https://api.example.test", overrides=overrides) for name in "ppq"
    )
    await failures_of(one, 2)
    await failures_of(two.derive(headers={"x-user": "u"}), 1)
    assert [client.breaker_state for client in (one, two, other)] == ["open", "open", "closed"]


async def test_there_is_no_breaker_by_default(make_clients):
    clients = make_clients(httpx.MockTransport(lambda _: httpx.Response(503)), retry={"max_retries": 0})
    client = clients.client(provider="p", base_url="https://api.example.test", overrides=HttpOverrides())
    assert client.breaker_state is None
    assert len(await failures_of(client, 20)) == 20
