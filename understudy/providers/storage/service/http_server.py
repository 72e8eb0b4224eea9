"""The driver over HTTP: ``POST /v1/execute`` with a DriverRequest in protobuf or JSON, and ``GET /health``.

The server is aiohttp's, which is installed anyway; commands block and run on threads of their own.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from aiohttp import web

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError, UnderstudyError
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.portal import Portal
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.dispatch import StorageService
from understudy.providers.storage.service.envelope import parse_request, refused
from understudy.providers.storage.service.json_bodies import error_json, message_json, request_of_json
from understudy.providers.storage.service.options import Address, ServiceOptions
from understudy.providers.storage.service.sending import answer_bytes, too_large_answer
from understudy.providers.storage.service.statuses import statuses_of
from understudy.providers.storage.service.tokens import unauthenticated

__all__ = ["EXECUTE", "HEALTH", "JSON", "PROTOBUF", "HttpServer", "stop_listening"]

EXECUTE = "/v1/execute"
HEALTH = "/health"
JSON = "application/json"
PROTOBUF = "application/x-protobuf"
_BACKLOG = 128  # connections that the system keeps until they are accepted
_WRITING = 1.0  # seconds for the last answers to be sent
_PROTOBUFS = frozenset({PROTOBUF, "application/protobuf", "application/vnd.google.protobuf"})


class HttpServer:
    """Serves ``service`` at ``address``. Start it once; drain it, and it is closed.

    Raises ConfigurationError as ServiceOptions says, and for certificates that cannot be used.
    """

    def __init__(self, service: StorageService, address: Address, options: ServiceOptions) -> None:
        options.check(address)
        self.address = address
        self._service = service
        self._options = options
        self._tls = None if options.tls is None else options.tls.context()
        self._portal = Portal("understudy-storage-http")
        self._pool = ThreadPoolExecutor(options.workers, thread_name_prefix="understudy-storage-http")
        self._runner: web.AppRunner | None = None
        self._listening: asyncio.Server | None = None
        self._running = 0
        self._draining = False
        self._over: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http{'s' if self._tls else ''}://{self.address}"

    def start(self) -> None:
        """Begin to answer. Raises UnderstudyError where the port is taken."""
        self._portal.run(self._start())

    def drain(self, seconds: float) -> None:
        """Take no more calls, give those that run ``seconds`` to end, and stop the rest. Returns when all are over."""
        self._portal.run(self._drain(seconds))
        self._portal.close()
        self._pool.shutdown(wait=True)

    async def _start(self) -> None:
        app = web.Application(client_max_size=self._options.max_message)
        app.router.add_post(EXECUTE, self._execute)
        app.router.add_get(HEALTH, self._health)
        runner = web.AppRunner(app, handle_signals=False, handler_cancellation=True, access_log=None)
        await runner.setup()
        if runner.server is None:
            raise AssertionError("a runner that is set up has a server")
        try:
            self._listening = await asyncio.get_running_loop().create_server(
                runner.server, self.address.host, self.address.port, ssl=self._tls, backlog=_BACKLOG
            )
        except OSError as error:
            await runner.cleanup()
            reason = error.strerror or str(error)
            raise UnderstudyError(
                f"{self.address} cannot be listened on for HTTP: {reason}.", hint="Name another port, or 0 for any."
            ) from error
        self._runner = runner
        self.address = Address(self.address.host, self._listening.sockets[0].getsockname()[1])

    async def _drain(self, seconds: float) -> None:
        self._draining = True
        if self._runner is None or self._listening is None:
            return
        await stop_listening(self._listening)
        if self._running:
            self._over = asyncio.Event()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), seconds)
        if self._runner.server is not None:
            await self._runner.server.shutdown(_WRITING)  # what still runs after that is cancelled
        await self._runner.cleanup()

    async def _health(self, _request: web.Request) -> web.Response:
        status, word = (503, b"draining") if self._draining else (200, b"serving")
        return web.Response(status=status, body=b'{"status":"%s"}' % word, content_type=JSON)

    async def _execute(self, request: web.Request) -> web.Response:
        try:
            return await self._answer(request)
        except StorageError as error:
            failure = error
        status = statuses_of(failure.code).http
        return web.Response(status=status, body=error_json(failure), content_type=JSON)

    async def _answer(self, request: web.Request) -> web.Response:
        tokens = self._options.tokens
        if tokens is not None and not tokens.accepts(request.headers.get("Authorization")):
            raise unauthenticated()
        if self._draining or self._running >= self._options.workers + self._options.queue:
            raise _busy(draining=self._draining)
        self._running += 1
        try:
            return await self._run(request)
        finally:
            self._running -= 1
            if self._over is not None and not self._running:
                self._over.set()

    async def _run(self, request: web.Request) -> web.Response:
        kind = request.content_type
        if kind != JSON and kind not in _PROTOBUFS:
            raise refused(
                f"the body's content type is {kind!r}; nothing was touched", hint=f"It takes {PROTOBUF} and {JSON}."
            )
        body = await self._body(request)
        cancellation = Cancellation()
        work = partial(self._work, body, cancellation, as_json=kind == JSON)
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except asyncio.CancelledError:  # the client has gone, or the service is being stopped
            cancellation.cancel()
            raise
        return web.Response(body=answer, content_type=JSON if kind == JSON else PROTOBUF)

    async def _body(self, request: web.Request) -> bytes:
        try:
            return await request.read()
        except web.HTTPRequestEntityTooLarge:
            pass
        raise refused(
            f"the request is larger than the {self._options.max_message} bytes that the service takes",
            code=StorageCode.MESSAGE_TOO_LARGE,
            hint="Put less into one command, or raise --max-message of the service.",
        )

    def _work(self, body: bytes, cancellation: Cancellation, *, as_json: bool) -> bytes:
        """From bytes to bytes, on a thread: reading and writing large messages must not hold the others up."""
        message: pb.DriverRequest = request_of_json(body) if as_json else parse_request(body)
        response = self._service.execute(message, cancellation=cancellation)
        limit = self._options.max_message
        if not as_json:
            return answer_bytes(response, message, limit)
        answer = message_json(response)
        if len(answer) > limit:
            raise too_large_answer(len(answer), message, limit)
        return answer


async def stop_listening(server: asyncio.Server) -> None:
    """Take no more connections, and lose none: whoever has come is served, whoever has not is refused.

    A server of asyncio that is closed between a connection's arrival and the task that takes it forgets it, open: its
    client would wait for an answer for ever. So the arrivals end first.
    """
    loop = asyncio.get_running_loop()
    for listening in server.sockets:
        with suppress(NotImplementedError):  # the loop of Windows accepts and takes in one step
            loop.remove_reader(listening)
    await asyncio.sleep(0)  # the tasks of those that have arrived are before this one
    server.close()


def _busy(*, draining: bool) -> StorageError:
    why = "is being stopped" if draining else "has as many commands as it takes"
    return storage_error(
        StorageCode.CONNECTION,
        f"the service {why}; nothing was touched",
        backend="service",
        command="Execute",
        hint="Ask again a little later, or another instance.",
        retryable=True,
    )
