"""Retries: when, how often, after how long, and at whose cost."""

import email.utils
import random

import httpx
import pytest

from understudy.domain.errors import (
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)

BASE = "https://api.example.test"
RETRIED = [408, 409, 429, 500, 502, 503, 504, 529]
NOT_RETRIED = [400, 401, 402, 403, 404, 405, 410, 413, 422, 501, 505]


class Clock:
    """Time that passes only by sleeping; ``waits`` are the sleeps."""

    def __init__(self):
        self.now = 1000.0
        self.waits = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.waits.append(seconds)
        self.now += seconds


class Service:
    """Answers with each of ``answers`` in turn, the last for ever; an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.count = 0

    def __call__(self, request):
        answer = self.answers[min(self.count, len(self.answers) - 1)]
        self.count += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


OK = httpx.Response(200, json={})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client_of(make_clients, clock):
    """A client for a service, with the clock's time; ``chance`` is what random() gives."""

    def make(service, *, chance=1.0, errors=None, total=60, **retry):
        hooks = {"sleep": clock.sleep, "clock": clock, "wall_clock": clock, "random": lambda: chance}
        retry = {"backoff_base": 1.0, **retry}
        clients = make_clients(httpx.MockTransport(service), hooks=hooks, retry=retry, timeout={"total": total})
        return clients.client(provider="p", base_url=BASE, errors=errors)

    return make


async def ask(client):
    return await client.request("POST", "/x", operation="generate", json={})


async def test_waits_double_and_the_last_error_is_chained(client_of, clock):
    service = Service(httpx.Response(503, json={"error": {"message": "busy"}}, headers={"x-request-id": "r7"}))
    with pytest.raises(MaxRetriesExceededError, match=r"4 attempts failed.*busy") as caught:
        await ask(client_of(service))
    assert clock.waits == [1.0, 2.0, 4.0]
    error = caught.value
    assert (error.attempts, error.status, error.request_id) == (4, 503, "r7")
    assert isinstance(error.last_error, OverloadedError)
    assert error.__cause__ is error.last_error
    assert (error.provider, error.operation, error.host) == ("p", "generate", "api.example.test")


@pytest.mark.parametrize("status", RETRIED)
async def test_statuses_that_may_pass_are_retried(client_of, status):
    service = Service(httpx.Response(status), OK)
    response = await ask(client_of(service))
    assert (service.count, response.attempts) == (2, 2)


@pytest.mark.parametrize("status", NOT_RETRIED)
async def test_statuses_that_stay_are_not_retried(client_of, status):
    service = Service(httpx.Response(status))
    with pytest.raises(ProviderError):
        await ask(client_of(service))
    assert service.count == 1


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.ReadError(""),
    ],
)
async def test_lost_connections_are_retried(client_of, failure):
    service = Service(failure, failure, OK)
    assert (await ask(client_of(service))).attempts == 3


async def test_without_retries_the_error_itself_is_raised(client_of):
    service = Service(httpx.Response(529))
    with pytest.raises(OverloadedError) as caught:
        await ask(client_of(service, max_retries=0))
    assert type(caught.value) is OverloadedError
    assert service.count == 1


async def test_an_answer_that_stays_no_after_a_retry_is_raised_itself(client_of):
    service = Service(httpx.Response(503), httpx.Response(404))
    with pytest.raises(ProviderError) as caught:
        await ask(client_of(service))
    assert (caught.value.status, service.count) == (404, 2)


async def test_an_error_after_all_retries_says_all_that_the_last_one_said(client_of):
    def mapper(answer):
        return OverloadedError("busy", code="too_many", hint="Wait.", retryable=True)

    service = Service(httpx.Response(503, text="later", headers={"x-request-id": "r7", "retry-after": "1"}))
    with pytest.raises(MaxRetriesExceededError) as caught:
        await ask(client_of(service, errors=mapper))
    error, last = caught.value, caught.value.last_error
    fields = ("provider", "operation", "host", "phase", "status", "code", "request_id", "retry_after", "body", "hint")
    assert [getattr(error, field) for field in fields] == [getattr(last, field) for field in fields]
    assert (error.code, error.request_id, error.retry_after, error.hint) == ("too_many", "r7", 1.0, "Wait.")
    assert error.retryable


async def test_full_jitter_takes_any_part_of_the_backoff(client_of, clock):
    with pytest.raises(MaxRetriesExceededError):
        await ask(client_of(Service(httpx.Response(503)), chance=0.25, jitter=True))
    assert clock.waits == [0.25, 0.5, 1.0]


async def test_the_backoff_has_a_longest_wait(client_of, clock):
    with pytest.raises(MaxRetriesExceededError):
        await ask(client_of(Service(httpx.Response(503)), backoff_max=1.5))
    assert clock.waits == [1.0, 1.5, 1.5]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
        ({"Retry-After": email.utils.formatdate(1009, usegmt=True)}, 9.0),
        ({"Retry-After": email.utils.formatdate(900, usegmt=True)}, 0.0),
        ({"Retry-After": "-5"}, 1.0),
        ({"Retry-After": "soon"}, 1.0),
        ({"Retry-After": "nan"}, 1.0),
        ({"Retry-After": "inf"}, 1.0),
        ({"retry-after-ms": "-1", "Retry-After": "3"}, 3.0),
    ],
)
async def test_the_servers_advice_is_followed(client_of, clock, headers, wait):
    await ask(client_of(Service(httpx.Response(429, headers=headers), OK)))
    assert clock.waits == [pytest.approx(wait)]


async def test_advice_is_never_undercut_by_jitter(client_of, clock):
    await ask(client_of(Service(httpx.Response(429, headers={"Retry-After": "4"}), OK), chance=0.5, jitter=True))
    assert 4.0 <= clock.waits[0] <= 4.4


async def test_advice_that_is_too_long_is_an_error_at_once_that_carries_it(client_of, clock):
    service = Service(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RateLimitError) as caught:
        await ask(client_of(service))
    assert (caught.value.retry_after, service.count, clock.waits) == (3600.0, 1, [])


async def test_the_longest_advice_that_is_followed_is_a_setting(client_of, clock):
    service = Service(httpx.Response(429, headers={"Retry-After": "5"}), OK)
    with pytest.raises(RateLimitError) as caught:
        await ask(client_of(service, retry_after_max=4.5))
    assert (caught.value.retry_after, service.count, clock.waits) == (5.0, 1, [])
    await ask(client_of(service, retry_after_max=5.5))


async def test_the_mappers_own_advice_counts(client_of, clock):
    def mapper(answer):
        return RateLimitError("slow down", retryable=True, retry_after=2.5)

    await ask(client_of(Service(httpx.Response(429), OK), errors=mapper))
    assert clock.waits == [2.5]


async def test_what_the_mapper_calls_final_is_not_retried(client_of):
    service = Service(httpx.Response(429))
    with pytest.raises(QuotaExceededError):
        await ask(client_of(service, errors=lambda _: QuotaExceededError("no credit", retryable=False)))
    assert service.count == 1


@pytest.mark.parametrize(("status", "says", "count"), [(500, "false", 1), (400, "true", 2)])
async def test_x_should_retry_outweighs_the_status(client_of, status, says, count):
    service = Service(httpx.Response(status, headers={"x-should-retry": says}), OK)
    try:
        await ask(client_of(service))
    except ServerError as error:
        assert not error.retryable  # noqa: PT017 # only one of the two cases raises
    assert service.count == count


async def test_no_wait_goes_beyond_the_deadline(client_of, clock):
    service = Service(httpx.Response(503))
    with pytest.raises(MaxRetriesExceededError, match="no time for another") as caught:
        await ask(client_of(service, total=2.5))
    assert clock.waits == [1.0]
    assert caught.value.attempts == 2


async def test_a_single_attempt_that_leaves_no_time_for_another_raises_its_own_error(client_of, clock):
    with pytest.raises(OverloadedError):
        await ask(client_of(Service(httpx.Response(503)), total=0.5))
    assert clock.waits == []


async def test_a_dead_host_gets_few_retries_however_many_calls_fail(client_of):
    service = Service(httpx.Response(503))
    client = client_of(service)
    for _ in range(300):
        with pytest.raises(ProviderError):
            await ask(client)
    assert service.count <= 300 * 1.12


async def test_clean_successes_fill_the_retry_budget_again(make_clients):
    service = Service(httpx.Response(503))

    async def no_sleep(_):
        return None

    clients = make_clients(httpx.MockTransport(service), hooks={"sleep": no_sleep})
    client = clients.client(provider="p", base_url=BASE)
    other = clients.client(provider="q", base_url="https://other.example.test")
    for _ in range(20):
        with pytest.raises(ProviderError):
            await ask(client)
    before = service.count
    with pytest.raises(OverloadedError):
        await ask(client)
    assert service.count == before + 1, "the budget is used up"
    with pytest.raises(MaxRetriesExceededError):
        await ask(other)
    service.answers = [OK]
    for _ in range(14):
        await ask(client)
    service.answers, service.count = [httpx.Response(503), OK], 0
    assert (await ask(client)).attempts == 2, "14 successes pay for one retry"


async def test_a_retry_that_succeeds_costs_nothing(client_of):
    service = Service(httpx.Response(503), OK)
    client = client_of(service)
    for _ in range(100):
        service.count = 0
        assert (await ask(client)).attempts == 2


async def test_an_attempt_over_its_own_limit_is_retried(make_clients):
    import asyncio

    calls = []

    async def handler(request):
        calls.append(request)
        if len(calls) == 1:
            await asyncio.sleep(30)
        return OK

    clients = make_clients(httpx.MockTransport(handler), timeout={"attempt": 0.05})
    response = await ask(clients.client(provider="p", base_url=BASE))
    assert response.attempts == 2


async def test_attempts_that_all_take_too_long_say_so(make_clients):
    import asyncio

    async def handler(request):
        await asyncio.sleep(30)

    clients = make_clients(httpx.MockTransport(handler), timeout={"attempt": 0.02}, retry={"max_retries": 1})
    with pytest.raises(MaxRetriesExceededError) as caught:
        await ask(clients.client(provider="p", base_url=BASE))
    assert isinstance(caught.value.last_error, RequestTimeoutError)
    assert caught.value.phase == "attempt"


def test_a_herd_is_spread_by_full_jitter():
    """Of 100 clients that failed together, at most 15 come back within the same 50 ms."""
    from understudy.config.models.http import HttpSettings
    from understudy.providers.http.policy import Policy
    from understudy.providers.http.retries import wait_before

    policy = Policy.of(HttpSettings(), None)
    chance = random.Random(7)  # noqa: S311 # the same herd each time
    starts = sorted(wait_before(policy, advice=None, attempt=1, chance=chance.random()) for _ in range(100))
    busiest = max(sum(start <= other < start + 0.05 for other in starts) for start in starts)
    assert busiest <= 15
