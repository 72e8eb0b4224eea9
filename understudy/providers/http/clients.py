"""Makes thin clients on shared pools."""

from __future__ import annotations

import asyncio
import copy
import random as chance
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from understudy._version import __version__
from understudy.domain.secrets import Secret
from understudy.providers.http.budget import RetryBudget
from understudy.providers.http.core import Core, Hooks
from understudy.providers.http.pools import Pools

if TYPE_CHECKING:
    import httpx

    from understudy.config.models.http import BreakerSettings, HttpOverrides, HttpSettings, RateSettings, TlsSettings
    from understudy.providers.http.client import HttpClient
    from understudy.providers.http.exchange import Engine
    from understudy.providers.http.gate import Gate
    from understudy.providers.http.mapping import ErrorMapper
    from understudy.providers.http.policy import Policy

__all__ = ["HttpClients"]

Through: TypeAlias = "Callable[[Callable[[], Engine]], Callable[[], Engine]]"
"""Puts something between what asks for an engine and the pool that has it."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class HttpClients:
    """The shared HTTP layer: one pool per TLS configuration, and in each one engine per process and event loop.

    ``transport`` takes the place of the pools for everything: a test's, an emulator's, a recorder's. ``sleep``,
    ``clock`` (monotonic), ``wall_clock`` (since the epoch) and ``random`` are for tests. Safe to use from several event
    loops and threads and after a fork. An async context manager; leaving it closes the pools.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        random: Callable[[], float] = chance.random,
    ) -> None:
        self._settings = settings
        self._hooks = Hooks(sleep=sleep, clock=clock, wall=wall_clock, random=random)
        self._pools = Pools(settings, transport=transport)
        self._through: Through | None = None
        self._budgets: dict[str, RetryBudget] = {}
        self._gates: dict[tuple[str, str, RateSettings, BreakerSettings | None], Gate] = {}
        self._lock = threading.Lock()

    def client(
        self,
        *,
        provider: str,
        base_url: str,
        headers: Mapping[str, str] = _NOTHING,
        secret_headers: Mapping[str, Secret] = _NOTHING,
        overrides: HttpOverrides | None = None,
        errors: ErrorMapper | None = None,
        allow_plain_http: bool = False,
    ) -> HttpClient:
        """A client bound to ``base_url``.

        ``secret_headers`` are revealed only on sending; over plain http only to loopback hosts, unless
        ``allow_plain_http`` waives that. ``overrides`` are laid over the shared settings, ``errors`` maps answers with
        status 400 and above, by status alone if absent. Clients of one provider and host share limiter and breaker.

        Raises ConfigurationError for a base URL that is not usable, a credential that would travel in clear, and a CA
        bundle that cannot be read; InvalidRequestError for a header that cannot be sent.
        """
        # Not before it is needed: programs that play on stand-ins hold this object and never come here.
        from understudy.providers.http.client import HttpClient
        from understudy.providers.http.headers import checked, checked_secrets
        from understudy.providers.http.mapping import default_error
        from understudy.providers.http.origin import Origin
        from understudy.providers.http.policy import Policy

        origin = Origin.of(base_url, provider=provider)
        tls = self._settings.tls if overrides is None or overrides.tls is None else overrides.tls
        core = Core(
            provider=provider,
            origin=origin,
            policy=Policy.of(self._settings, overrides),
            errors=errors or default_error,
            hooks=self._hooks,
            budget=self._budget(origin.netloc),
            engine=self._engine(tls),
            plain_http_secrets=allow_plain_http,
            gate=None if overrides is None else self._gate(provider, origin.netloc, overrides),
        )
        own = {"user-agent": f"understudy/{__version__}"}
        return HttpClient(core, headers=own | checked(headers), secrets=checked_secrets(secret_headers))

    def transport(self) -> httpx.AsyncBaseTransport:
        """The shared pool as an httpx transport: a recorder wraps it and is given to other HttpClients."""
        from understudy.providers.http.policy import Policy
        from understudy.providers.http.transport import PooledTransport

        return PooledTransport(self._pools.pool(self._settings.tls), Policy.of(self._settings, None))

    def lines(self, overrides: HttpOverrides | None = None) -> tuple[Callable[[], Engine], Policy]:
        """The pool below the clients, and its limits: for a protocol whose own library writes the requests.

        What goes that way has no retries, no error mapping and no total deadline but the library's own.
        """
        from understudy.providers.http.policy import Policy

        tls = self._settings.tls if overrides is None or overrides.tls is None else overrides.tls
        return self._engine(tls), Policy.of(self._settings, overrides)

    def through(self, wrap: Through, *, sleep: Callable[[float], Awaitable[object]] | None = None) -> HttpClients:
        """The same layer with something between the clients and the pools: what records, and what answers instead.

        ``wrap`` is called with what makes an engine of the pool, for each client, and returns what is used instead.
        The pool is opened only where ``wrap`` or what it returns asks for it. ``sleep`` is how retries wait. Pools,
        budgets and limits are shared; closing either closes both.
        """
        other = copy.copy(self)
        other._through = wrap  # noqa: SLF001 # it is one of this class
        if sleep is not None:
            other._hooks = replace(self._hooks, sleep=sleep)  # noqa: SLF001 # the same
        return other

    async def aclose(self) -> None:
        """Close all connections of all event loops that still run. May be called twice."""
        await self._pools.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def _engine(self, tls: TlsSettings) -> Callable[[], Engine]:
        if self._through is None:
            return self._pools.pool(tls).engine
        return self._through(lambda: self._pools.pool(tls).engine())

    def _gate(self, provider: str, host: str, overrides: HttpOverrides) -> Gate | None:
        if overrides.breaker is None and not overrides.rate.limits_anything:
            return None
        # Few providers have one: the others do not pay for loading it.
        from understudy.providers.http.gate import Gate

        key = (provider, host, overrides.rate, overrides.breaker)
        with self._lock:
            if key not in self._gates:
                self._gates[key] = Gate.of(overrides.rate, overrides.breaker, clock=self._hooks.clock)
            return self._gates[key]

    def _budget(self, host: str) -> RetryBudget:
        with self._lock:
            return self._budgets.setdefault(host, RetryBudget())
