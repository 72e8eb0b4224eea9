"""How a service ends, and what it says when it is full."""

import asyncio
import gc
import socket
import threading

import pytest
from aiohttp import web

from understudy.config.models.http import RetrySettings
from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageConnectionError
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.http_server import stop_listening

PATIENCE = 30
ONCE = RetrySettings(max_retries=0)


def wait_in(client, outcome):
    try:
        outcome.append(client.run_command(StorageCredentials(), pb.UpdateProjectCommand(project_id="wait")))
    except StorageConnectionError as error:
        outcome.append(error)


def test_what_does_not_end_in_time_is_stopped(serve, connect, driver):
    outcome = []
    with serve(drain_seconds=0.1) as server:
        running = threading.Thread(target=wait_in, args=(connect(server, retry=ONCE), outcome))
        running.start()
        assert driver.began.wait(PATIENCE)
    running.join(PATIENCE)
    assert driver.stopped.is_set()
    assert isinstance(outcome[0], StorageConnectionError)


def test_who_comes_when_the_service_is_full_is_told_so_and_may_come_again(serve, connect, driver):
    outcome = []
    with serve(workers=1, queue=0) as server:
        running = threading.Thread(target=wait_in, args=(connect(server, retry=ONCE), outcome))
        running.start()
        assert driver.began.wait(PATIENCE)
        with pytest.raises(StorageConnectionError) as caught:
            connect(server, retry=ONCE).run_command(StorageCredentials(), pb.UpdateProjectCommand())
        driver.released.set()
        running.join(PATIENCE)
    assert caught.value.code == 1001
    assert caught.value.retryable
    assert len(driver.calls) == 1


def ask_until_refused(connect):
    while True:
        connect().run_command(StorageCredentials(), pb.ListSchemasCommand())


def test_draining_lets_what_runs_end_and_takes_nothing_new(serve, connect, driver):
    outcome = []
    with serve(drain_seconds=PATIENCE) as server:
        client = connect(server, retry=ONCE)
        running = threading.Thread(target=wait_in, args=(client, outcome))
        running.start()
        assert driver.began.wait(PATIENCE)
        draining = threading.Thread(target=server.drain, args=(PATIENCE,))
        draining.start()
        with pytest.raises(StorageConnectionError) as caught:
            ask_until_refused(lambda: connect(server, retry=ONCE))
        driver.released.set()
        running.join(PATIENCE)
        draining.join(PATIENCE)
    assert caught.value.code == 1001
    assert not isinstance(outcome[0], StorageConnectionError), "the command ended as it should"
    assert not driver.stopped.is_set()


@pytest.mark.parametrize("turns", range(5))
def test_who_connects_while_the_service_stops_listening_is_answered_or_refused(turns):
    """However far the loop has come with their connections, none is left open and forgotten."""

    async def answer(_request):
        return web.Response(text="here")

    async def ask(client):
        reader, writer = await asyncio.open_connection(sock=client)
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return await asyncio.wait_for(reader.read(), PATIENCE)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def stop_while_they_come():
        serving = web.ServerRunner(web.Server(answer))
        await serving.setup()
        server = await asyncio.get_running_loop().create_server(serving.server, "127.0.0.1", 0)
        clients = [socket.create_connection(server.sockets[0].getsockname()[:2]) for _ in range(3)]
        for _ in range(turns):
            await asyncio.sleep(0)
        await stop_listening(server)
        answers = [await ask(client) for client in clients]
        await serving.cleanup()
        return answers

    gc.disable()  # it would close what was forgotten
    try:
        answers = asyncio.run(stop_while_they_come())
    finally:
        gc.enable()
    assert all(not found or found.endswith(b"here") for found in answers), answers


def test_a_command_without_a_limit_is_given_up_after_the_clients_patience(server, connect, driver):
    with pytest.raises(StorageConnectionError) as caught:
        connect(server, patience=0.2).run_command(StorageCredentials(), pb.UpdateProjectCommand(project_id="wait"))
    assert caught.value.code == 1000
    assert driver.stopped.wait(PATIENCE)
