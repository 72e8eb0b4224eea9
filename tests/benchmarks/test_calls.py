"""Python function calls per request and per streamed chunk: they repeat, times do not.

A limit is what was counted when it was written, and a little more. Later versions of Python inline what Python 3.11
calls, so its figures hold for them too. Who makes the hot path longer on purpose raises the limit, and says why; who
makes it shorter lowers it.
"""

import understudy
from understudy import blocking

PIECES = 500


def settings(base_url, use="real"):
    section = {"api": "chat", "base_url": base_url, "api_key": "a-key", "model": "bench-model"}
    return {"production": False, "generation": {"use": use, "default": "codex", "codex": section}}


async def fewest(count, one, *, repeat=20):
    """The least of several measurements, own calls and all: what is more was the network's timing."""
    for _ in range(5):
        await one()
    counted = []
    for _ in range(repeat):
        with count() as counter:
            await one()
        counted.append((counter.own, counter.all))
    return min(own for own, _ in counted), min(every for _, every in counted)


def show(what, own, every, limits):
    print(f"\n{what}: {own:g} own, {every:g} in all; at most {limits}")


async def test_a_request_over_the_real_engine_calls_no_more_functions_than_it_did(count, base_url):
    limits = (102, 365)
    async with understudy.open_container(settings(base_url)) as container:
        generator = container.generator()
        own, every = await fewest(count, lambda: generator.generate("Hello"))
    show("a request", own, every, limits)
    assert own <= limits[0]
    assert every <= limits[1]


async def test_a_streamed_chunk_calls_no_more_functions_than_it_did(count, base_url):
    limits = (4.5, 6.2)
    async with understudy.open_container(settings(base_url)) as container:
        generator = container.generator()

        async def one():
            events = [event async for event in generator.stream("Hello")]
            assert len(events) >= PIECES

        own, every = (calls / PIECES for calls in await fewest(count, one, repeat=5))
    show("a streamed chunk", own, every, limits)
    assert own <= limits[0]
    assert every <= limits[1]


async def test_a_call_of_a_stand_in_calls_no_more_functions_than_it_did(count, base_url):
    limits = (54, 72)
    async with understudy.open_container(settings(base_url, "mock")) as container:
        generator = container.generator()
        own, every = await fewest(count, lambda: generator.generate("Hello"))
    show("a stand-in's call", own, every, limits)
    assert own <= limits[0]
    assert every <= limits[1]


async def test_a_streamed_chunk_of_a_stand_in_calls_no_more_functions_than_it_did(count, base_url):
    limits = (7.6, 9.2)
    async with understudy.open_container(settings(base_url, "mock")) as container:
        generator = container.generator()
        pieces = 0

        async def one():
            nonlocal pieces
            pieces = len([event async for event in generator.stream("Hello " * 200)])

        own, every = (calls / pieces for calls in await fewest(count, one, repeat=5))
    show("a stand-in's chunk", own, every, limits)
    assert own <= limits[0]
    assert every <= limits[1]


def test_a_blocking_call_hands_over_in_few_calls(count, base_url):
    """Only the calling thread is counted: what the request itself takes is counted above."""
    limit = 40
    with blocking.open_container(settings(base_url)) as container:
        generator = container.generator()
        counted = []
        for _ in range(20):
            with count() as counter:
                generator.generate("Hello")
            counted.append(counter.all)
    show("a blocking call", 0, min(counted), limit)
    assert min(counted) <= limit


async def test_resolving_a_generator_runs_no_python_function(count, base_url):
    async with understudy.open_container(settings(base_url, "mock")) as container:
        container.generator()
        with count() as counter:
            container.generator()
    assert counter.own == 0


async def test_a_client_for_one_user_takes_few_calls(count, base_url):
    limit = 21
    async with understudy.open_container(settings(base_url)) as container:
        shared = container.http.clients().client(provider="bench", base_url=base_url)
        token = understudy.Secret("Bearer of-one-user")
        with count() as counter:
            shared.derive(secret_headers={"authorization": token})
    show("a client for one user", counter.own, counter.all, limit)
    assert counter.all <= limit


async def test_the_counter_counts(count):
    """Or the limits would hold whatever happened."""

    async def inner():
        return understudy.GenerationRequest.of("Hello")

    with count() as counter:
        await inner()
    assert counter.own >= 1
    assert counter.all > counter.own
