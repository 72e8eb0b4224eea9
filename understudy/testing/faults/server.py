"""The fault server: real sockets on loopback, in a thread of its own."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from types import MappingProxyType, TracebackType
from typing import Self

from understudy.domain.errors import UnderstudyError
from understudy.testing.faults.certificates import Certificates
from understudy.testing.faults.fault import Fault, Listener
from understudy.testing.faults.ports import Ports
from understudy.testing.faults.requests import read_request
from understudy.testing.faults.table import FAULTS
from understudy.testing.faults.visit import Arrival, Visit, head
from understudy.testing.faults.wires import wire_of

__all__ = ["FaultServer"]

_READY = 10.0  # seconds that the thread is given to open its ports
_NO_SOCKET = (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError)


class FaultServer:
    """Shows every fault of the table to real clients: ``with FaultServer() as server``.

    ``server.url(fault, "run")`` is a base URL at which that fault happens to whatever is asked for, in the wire format
    that the request's path belongs to; ``server.arrivals("run")`` is what has arrived there. It listens on loopback
    only, runs in a thread of its own, and so serves synchronous and asynchronous tests alike.

    The addresses with TLS need trustme: ``url`` raises MissingDependencyError without it.
    """

    def __init__(self) -> None:
        self._arrivals: dict[str, list[Arrival]] = {}
        self._connections = itertools.count(1)
        self._certificates: Certificates | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._ports = Ports(self._serve)
        self._thread = threading.Thread(target=self._run, name="understudy-faults", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(_READY):
            raise UnderstudyError("The fault server did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def authority(self) -> str:
        """The certificate, as PEM, of the authority that clients are to trust."""
        with self._lock:
            if self._certificates is None:
                self._certificates = Certificates()
            return self._certificates.authority

    def url(self, fault: Fault | str, run: str) -> str:
        """The base URL of a fault. ``run`` is any word that keeps this test's requests apart from others'."""
        found = FAULTS[fault] if isinstance(fault, str) else fault
        return f"{self._root(found.listener)}/{found.name}/{run}"

    def arrivals(self, run: str) -> tuple[Arrival, ...]:
        """The requests of one run, in order; those at the other host, where none should be, among them."""
        return tuple(self._arrivals.get(run, ()))

    def _root(self, listener: Listener) -> str:
        scheme, served = _SCHEMES.get(listener, ("https" if listener.startswith("tls") else "http", listener))
        if served == "unresolvable":
            return f"{scheme}://fault.invalid"
        return f"{scheme}://127.0.0.1:{self._port(served)}"

    def _port(self, served: str) -> int:
        port = self._ports.open.get(served)
        if port is not None:
            return port
        if self._loop is None:
            raise UnderstudyError("The fault server does not run.", hint="Use it in `with`.")
        _ = self.authority
        context = None if self._certificates is None else self._certificates.context(served)
        opening = asyncio.run_coroutine_threadsafe(self._ports.listen(served, context=context), self._loop)
        return opening.result(_READY)

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        try:
            await self._ports.begin()
            self._ready.set()
            await self._stop.wait()
        finally:
            self._ports.close()

    async def _serve(self, listener: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as many requests as it is kept for."""
        connection = next(self._connections)
        talk = _TALKS.get(listener, partial(self._talk, listener, connection))
        try:
            await talk(reader, writer)
        except _NO_SOCKET:
            writer.transport.abort()  # the client has left, which is what most of the faults make it do
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        else:
            writer.close()

    async def _talk(
        self, listener: str, connection: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        keep = True
        while keep:
            request = await read_request(reader)
            if request is None:
                writer.write(head(400) + b"This port speaks plain HTTP.\n")
                return
            method, path, headers, body = request
            _, name, run, *_ = [*path.split("/", 3), "", ""]
            arrival = Arrival(listener=listener, method=method, path=path, connection=connection, headers=headers)
            arrivals = self._arrivals.setdefault(run, [])
            arrivals.append(arrival)
            visit = Visit(
                arrival,
                body,
                wire=wire_of(path),
                number=sum(each.listener == listener for each in arrivals),
                reader=reader,
                writer=writer,
                other=self._root("other"),
            )
            fault = FAULTS.get(name)
            if fault is None:
                await visit.document({"error": {"message": f"There is no fault called {name!r}."}}, status=404)
            elif listener == "other":
                await visit.answer()
            else:
                await fault.act(visit)
            keep = visit.keep


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65_536):
        continue


async def _cut(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(bytes(range(256)))
    await writer.drain()


# Scheme and port of the addresses that are not simply their own.
_SCHEMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unresolvable": ("https", "unresolvable"),
        "tls_silent": ("https", "silent"),
        "tls_on_plain": ("https", "http"),
        "plain_on_tls": ("http", "tls"),
    }
)
_TALKS: Mapping[str, Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]] = (
    MappingProxyType({"silent": _silent, "tls_cut": _cut, "tls_garbage": _garbage})
)
