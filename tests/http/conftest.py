"""Servers on loopback, in the test's own event loop, and clients for them."""

import asyncio
import socket
import sys
from contextlib import asynccontextmanager, contextmanager

import pytest
from aiohttp import web

from understudy.config.models.http import HttpSettings
from understudy.providers.http import HttpClients


class Server:
    """A running aiohttp application: its base URL, and what was asked of it."""

    def __init__(self):
        self.base_url = ""
        self.requests = []
        self.connections = set()


@pytest.fixture
def serve():
    """``async with serve(handler) as server``: every request goes to ``handler(request)``."""

    @asynccontextmanager
    async def start(handler, **site_options):
        server = Server()

        async def handle(request):
            server.requests.append(request)
            server.connections.add(request.transport.get_extra_info("peername"))
            return await handler(request)

        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{tail:.*}", handle)
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0, **site_options)
            await site.start()
            scheme = "https" if "ssl_context" in site_options else "http"
            server.base_url = f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
            yield server
        finally:
            await runner.cleanup()

    return start


@pytest.fixture
def serve_raw():
    """``async with serve_raw(talk) as base_url``: every connection is given to ``talk(reader, writer)``."""

    @asynccontextmanager
    async def start(talk, **options):
        open_tasks = set()

        async def connected(reader, writer):
            open_tasks.add(asyncio.current_task())
            try:
                await talk(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # the client left; the tests look at what it saw
            finally:
                open_tasks.discard(asyncio.current_task())
                writer.close()

        server = await asyncio.start_server(connected, "127.0.0.1", 0, **options)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            for task in list(open_tasks):
                task.cancel()
            await asyncio.gather(*open_tasks, return_exceptions=True)

    return start


@pytest.fixture
def make_clients():
    """``make_clients(retry={...})``: HttpClients on the real engine, quick to retry and without jitter."""

    def make(transport=None, *, hooks=None, **sections):
        base = {"timeout": {"connect": 2, "read": 2, "total": 5}, "retry": {"backoff_base": 0.01, "jitter": False}}
        for name, values in sections.items():
            base[name] = {**base.get(name, {}), **values} if isinstance(values, dict) else values
        return HttpClients(HttpSettings.model_validate(base), transport=transport, **(hooks or {}))

    return make


@pytest.fixture
def free_port():
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Calls:
    """How many functions were called."""

    count = 0


@pytest.fixture
def calls_counted():
    """``with calls_counted() as calls``: counts Python's and C's calls; ``within`` a folder, only those made there."""

    @contextmanager
    def counted(within=""):
        calls = Calls()

        def profile(frame, event, _):
            if event in ("call", "c_call") and within in frame.f_code.co_filename:
                calls.count += 1

        sys.setprofile(profile)
        try:
            yield calls
        finally:
            sys.setprofile(None)

    return counted
