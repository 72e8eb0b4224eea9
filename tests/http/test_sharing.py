"""The shared pool: cancellation, several event loops, threads, forks and users at once."""

import asyncio
import gc
import multiprocessing
import os
import random
import threading

import pytest
from aiohttp import web

from understudy.domain.secrets import Secret


async def ask(client, **options):
    return await client.request("POST", "/x", operation="generate", json={}, **options)


async def slow(request):
    await asyncio.sleep(0.005)
    return web.json_response({})


async def slow_body(request):
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(5):
        await response.write(b" ")
        await asyncio.sleep(0.001)
    await response.write(b"{}")
    return response


@pytest.mark.parametrize("seed", range(10))
async def test_random_cancellations_cost_no_connection(serve, make_clients, seed):
    """Sixty calls on four connections, cancelled at random; then twenty healthy calls at once all succeed."""
    chance = random.Random(seed)  # noqa: S311 # the same cancellations each time

    async def handler(request):
        return await (slow_body if chance.random() < 0.5 else slow)(request)

    async with serve(handler) as server, make_clients(max_connections=4) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        tasks = [asyncio.create_task(ask(client)) for _ in range(60)]
        for task in tasks:
            if chance.random() < 0.7:
                asyncio.get_running_loop().call_later(chance.random() * 0.05, task.cancel)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result).__name__ for result in results} <= {"HttpResponse", "CancelledError"}
        healthy = await asyncio.gather(*(ask(client, timeout=3) for _ in range(20)))
    assert len(healthy) == 20


@pytest.mark.parametrize("seed", range(3))
async def test_cancelled_streams_cost_no_connection(serve, make_clients, seed):
    chance = random.Random(seed)  # noqa: S311 # the same cancellations each time

    async def handler(request):
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(5):
            await response.write(b"data: 1\n\n")
            await asyncio.sleep(0.002)
        return response

    async def read(client):
        async with client.stream("POST", "/x", operation="generate", framing="sse") as stream:
            return [frame async for frame in stream.frames()]

    async with serve(handler) as server, make_clients(max_connections=3) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        tasks = [asyncio.create_task(read(client)) for _ in range(30)]
        for task in tasks:
            if chance.random() < 0.7:
                asyncio.get_running_loop().call_later(chance.random() * 0.05, task.cancel)
        await asyncio.gather(*tasks, return_exceptions=True)
        healthy = await asyncio.gather(*(read(client) for _ in range(10)))
    assert [len(frames) for frames in healthy] == [5] * 10


async def test_a_cancelled_call_is_cancelled_and_not_an_error_of_ours(serve, make_clients):
    async with serve(slow) as server, make_clients() as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        task = asyncio.create_task(ask(client))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("calls", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
async def test_users_on_a_shared_pool_do_not_meet(serve, make_clients, calls):
    """Each answer belongs to the user who asked, over interleaved calls on eight connections."""

    async def handler(request):
        return web.json_response({"user": request.headers["authorization"]})

    async with serve(handler) as server, make_clients(max_connections=8) as clients:
        client = clients.client(provider="p", base_url=server.base_url)
        users = [f"Bearer user-{number}" for number in range(50)]

        async def one(user):
            derived = client.derive(secret_headers={"authorization": Secret(user)})
            return (await ask(derived, timeout=60)).json()["user"] == user

        answers = await asyncio.gather(*(one(user) for user in users * (calls // len(users))))
    assert len(answers) == calls
    assert all(answers)


class BlockingServer:
    """A server in a thread of its own, for tests that start event loops themselves."""

    def __enter__(self):
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()))
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _main(self):
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _talk(self, reader, writer):
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2)
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}")
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()


@pytest.fixture
def blocking_server():
    with BlockingServer() as server:
        yield server


async def several(client):
    return [response.status for response in await asyncio.gather(*(ask(client) for _ in range(5)))]


def test_one_client_serves_several_event_loops_one_after_another(blocking_server, make_clients):
    client = make_clients().client(provider="p", base_url=blocking_server.base_url)
    for _ in range(4):
        assert asyncio.run(several(client)) == [200] * 5
    gc.collect()  # an unclosed session or socket would warn here, and warnings are errors


def test_one_client_serves_several_threads_at_once(blocking_server, make_clients):
    client = make_clients().client(provider="p", base_url=blocking_server.base_url)
    results = []

    def work():
        for _ in range(3):
            results.append(asyncio.run(several(client)))  # noqa: PERF401 # several threads append to it

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == [[200] * 5] * 12


def test_closing_closes_the_engines_of_other_running_loops(blocking_server, make_clients):
    clients = make_clients()
    client = clients.client(provider="p", base_url=blocking_server.base_url)
    used, done = threading.Event(), threading.Event()

    async def elsewhere():
        await ask(client)
        used.set()
        await asyncio.to_thread(done.wait, 10)

    thread = threading.Thread(target=lambda: asyncio.run(elsewhere()))
    thread.start()
    assert used.wait(10)
    asyncio.run(clients.aclose())
    done.set()
    thread.join(10)
    gc.collect()


def test_the_end_of_the_loop_and_a_close_at_the_same_time_do_not_disturb_each_other(blocking_server, make_clients):
    clients = make_clients()
    client = clients.client(provider="p", base_url=blocking_server.base_url)
    complaints = []

    async def left_open():
        # A generator that the loop ends together with the engine's own, as it does a container that nobody closed.
        try:
            yield
        finally:
            await clients.aclose()

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context["message"]))
        await ask(client)
        await anext(generator)

    generator = left_open()
    asyncio.run(main())
    assert complaints == []


def _in_child(client, connection):
    try:
        connection.send(asyncio.run(several(client)))
    finally:
        connection.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")  # the point of the test
def test_a_forked_child_opens_connections_of_its_own(blocking_server, make_clients):
    client = make_clients().client(provider="p", base_url=blocking_server.base_url)
    context = multiprocessing.get_context("fork")

    async def parent():
        first = await several(client)
        ours, theirs = context.Pipe()
        child = context.Process(target=_run_in_fresh_loop, args=(client, theirs))
        child.start()
        in_child = await asyncio.to_thread(ours.recv)
        await asyncio.to_thread(child.join, 10)
        return first, in_child, await several(client)

    assert asyncio.run(parent()) == ([200] * 5,) * 3


def _run_in_fresh_loop(client, connection):
    # The child of a running loop inherits the mark that one is running.
    asyncio.events._set_running_loop(None)
    _in_child(client, connection)
