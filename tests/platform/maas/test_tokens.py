"""Kept tokens: for how long, how many, and who waits for whom."""

from __future__ import annotations

import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import ServerError
from understudy.domain.maas import MaasToken
from understudy.domain.secrets import Secret
from understudy.providers.maas.durations import go_duration, seconds_of
from understudy.providers.maas.tokens import TokenCache


class Issuer:
    """Issues numbered tokens, when it is let; ``now`` is the time on both clocks."""

    def __init__(self, *, ttl=1800.0, most=100, **said):
        self.now = 1000.0
        self.count = 0
        self.said = said
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure = None
        self.cache = TokenCache(ttl=ttl, most=most, clock=lambda: self.now, wall=lambda: self.now)

    async def fetch(self):
        self.count += 1
        number = self.count
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return MaasToken(token=Secret(f"token-{number}"), **self.said)

    async def get(self, model="m", *, user="u", namespace="n"):
        return (await self.cache.get(namespace, user, model, self.fetch)).reveal()


@pytest.mark.parametrize(
    ("said", "life"),
    [
        ({}, 1800),
        ({"expires_at": 1000 + 1800}, 1770),
        ({"expires_at": 1000 + 14400}, 1800),
        ({"expiration": "20m0s"}, 1170),
        ({"expiration": "4h0m0s"}, 1800),
        ({"expiration": "soon"}, 1800),
    ],
)
async def test_a_token_is_kept_for_half_an_hour_or_its_own_life(said, life):
    """Not to its last second: it has to last for a call."""
    issuer = Issuer(**said)
    assert await issuer.get() == "token-1"
    issuer.now += life - 1
    assert await issuer.get() == "token-1"
    issuer.now += 1
    assert await issuer.get() == "token-2"


async def test_namespace_user_and_model_each_tell_tokens_apart():
    """All three."""
    issuer = Issuer()
    tokens = {
        await issuer.get(model, user=user, namespace=namespace) for model in "mn" for user in "uv" for namespace in "ab"
    }
    assert len(tokens) == len(issuer.cache) == 8


async def test_only_so_many_are_kept():
    """Those used longest ago make way."""
    issuer = Issuer(most=2)
    await issuer.get("a")
    await issuer.get("b")
    await issuer.get("a")
    await issuer.get("c")
    assert len(issuer.cache) == 2
    assert await issuer.get("a") == "token-1"
    assert await issuer.get("b") == "token-4"


async def test_those_that_wait_share_one_request_and_its_failure():
    """A failure is not kept."""
    issuer = Issuer()
    issuer.gate.clear()
    waiting = [asyncio.create_task(issuer.get()) for _ in range(10)]
    await asyncio.sleep(0)
    issuer.failure = ServerError("no")
    issuer.gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(each) for each in results} == {ServerError}
    assert issuer.count == 1
    issuer.failure = None
    assert await issuer.get() == "token-2"


async def test_a_caller_that_is_cancelled_takes_nothing_from_the_others():
    """Not even the first, who began the request."""
    issuer = Issuer()
    issuer.gate.clear()
    first, second = (asyncio.create_task(issuer.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    issuer.gate.set()
    assert await second == "token-1"
    assert first.cancelled()
    assert issuer.count == 1


async def test_a_failure_that_nobody_waits_for_is_silent():
    """No complaint of the event loop."""
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    issuer = Issuer()
    issuer.gate.clear()
    only = asyncio.create_task(issuer.get())
    await asyncio.sleep(0)
    only.cancel()
    issuer.failure = ServerError("no")
    issuer.gate.set()
    await asyncio.sleep(0.01)
    gc.collect()
    assert complaints == []


async def test_a_token_that_is_on_its_way_while_tokens_are_revoked_is_not_kept():
    """It may be revoked already; other users' are."""
    issuer = Issuer()
    issuer.gate.clear()
    mine = asyncio.create_task(issuer.get(user="u"))
    theirs = asyncio.create_task(issuer.get(user="v"))
    await asyncio.sleep(0)
    issuer.cache.forget("u")
    issuer.gate.set()
    assert [await mine, await theirs] == ["token-1", "token-2"]
    assert await issuer.get(user="v") == "token-2"
    assert await issuer.get(user="u") == "token-3"


def test_a_loop_that_died_leaves_nothing_behind():
    """The next one fetches its own."""
    issuer = Issuer()

    async def interrupted():
        issuer.gate = asyncio.Event()
        task = asyncio.create_task(issuer.get())
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(interrupted())

    async def further():
        issuer.gate = asyncio.Event()
        issuer.gate.set()
        return await issuer.get()

    assert asyncio.run(further()) == "token-2"
    assert asyncio.run(further()) == "token-2"


@given(st.integers(min_value=0, max_value=10**7))
def test_durations_are_read_as_they_are_written(seconds):
    """Go's form there and back."""
    assert seconds_of(go_duration(seconds)) == seconds
    assert seconds_of(str(seconds)) == seconds_of(seconds) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1.5h", 5400), ("1h30m", 5400), ("90m", 5400), (".5h", 1800), ("600000ms", 600), ("1d", None), ("h", None)],
)
def test_durations_that_people_write(text, seconds):
    """Fractions and sums; Go knows no days."""
    assert seconds_of(text) == seconds


def test_a_fraction_of_a_second_is_written_too():
    """As Go does."""
    assert go_duration(90.5) == "1m30.5s"
    assert go_duration(5) == "5s"
