"""Who keeps the connections: one pool per TLS configuration, one engine in it per process and event loop."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

from understudy.domain.errors import HTTPClientError
from understudy.providers.http.exchange import Engine
from understudy.providers.http.tls import TlsTrust

if TYPE_CHECKING:
    import httpx

    from understudy.config.models.http import HttpSettings, TlsSettings

__all__ = ["Pool", "Pools"]

_ELSEWHERE = 2.0  # seconds that another thread's event loop is given to close its connections


class Pools:
    """The pools of one container, by TLS configuration; or, instead of them all, one transport that it was given."""

    def __init__(self, settings: HttpSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._transport = transport
        self._pools: dict[TlsSettings | None, Pool] = {}
        self._lock = threading.Lock()
        self._closed = False

    def pool(self, tls: TlsSettings) -> Pool:
        """The pool for this TLS configuration. Raises ConfigurationError for a CA bundle that cannot be read."""
        key = tls if self._transport is None else None
        with self._lock:
            pool = self._pools.get(key)
            if pool is None:
                trust = None if key is None else TlsTrust.of(key)
                pool = self._pools[key] = Pool(self._settings, trust, self._transport)
                if self._closed:
                    pool.refuse()
            return pool

    async def aclose(self) -> None:
        """Close every pool and the transport, and refuse what comes later."""
        with self._lock:
            again, self._closed = self._closed, True
            pools = list(self._pools.values())
        for pool in pools:
            await pool.aclose()
        if self._transport is not None and not again:
            await self._transport.aclose()


class Pool:
    """The engines of one TLS configuration.

    An engine belongs to one event loop of one process: a connection that is used from another loop hangs or fails, and
    one that is used from a forked child garbles its parent's. A child leaves its parent's engines alone: closing them
    would reach into the parent's connections.
    """

    __slots__ = ("_closed", "_engines", "_lock", "_settings", "_transport", "_trust")

    def __init__(
        self, settings: HttpSettings, trust: TlsTrust | None, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._settings = settings
        self._trust = trust
        self._transport = transport
        self._engines: dict[tuple[int, asyncio.AbstractEventLoop], Engine] = {}
        self._lock = threading.Lock()
        self._closed = False

    def engine(self) -> Engine:
        """The running loop's engine. Raises HTTPClientError after ``aclose``."""
        key = (os.getpid(), asyncio.get_running_loop())
        engine = self._engines.get(key)
        return self._make(key) if engine is None else engine

    @property
    def left_open(self) -> bool:
        """Whether it has made connections that ``aclose`` has not closed; a transport's are its owner's business."""
        return self._transport is None and bool(self._engines)

    def refuse(self) -> None:
        """Make no more engines."""
        self._closed = True

    async def aclose(self) -> None:
        """Close the engines of this process whose loops are not closed, each in its own loop."""
        with self._lock:
            self._closed = True
            engines, self._engines = self._engines, {}
        here = asyncio.get_running_loop()
        for (pid, loop), engine in engines.items():
            if pid != os.getpid() or loop.is_closed():
                continue
            if loop is here:
                await engine.aclose()
            elif loop.is_running():
                await _close_in(loop, engine)

    def _make(self, key: tuple[int, asyncio.AbstractEventLoop]) -> Engine:
        with self._lock:
            if self._closed:
                raise HTTPClientError(
                    "The HTTP layer is closed; nothing was sent.", hint="Open the container again, or close it later."
                )
            for old in [old for old in self._engines if old[1].is_closed()]:
                del self._engines[old]
            engine = self._engines[key] = self._engine()
            return engine

    def _engine(self) -> Engine:
        # Loaded when first needed: aiohttp costs more than all the rest of a process, httpx nearly as much.
        if self._transport is not None or self._trust is None:
            from understudy.providers.http.adapter import TransportEngine

            if self._transport is None:
                raise HTTPClientError("The pool has neither a transport nor a TLS configuration.")
            return TransportEngine(self._transport)
        from understudy.providers.http.engine import AiohttpEngine

        return AiohttpEngine(self._settings, self._trust)


async def _close_in(loop: asyncio.AbstractEventLoop, engine: Engine) -> None:
    closing = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(engine.aclose(), loop))
    # A loop that ends meanwhile never runs this, and closes its engine itself.
    await asyncio.wait([closing], timeout=_ELSEWHERE)
