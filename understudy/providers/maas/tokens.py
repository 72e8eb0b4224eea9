"""Tokens that are kept: one for each namespace, user and model."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from understudy.domain.maas import MaasToken
from understudy.domain.secrets import Secret
from understudy.providers.maas.durations import seconds_of

__all__ = ["TokenCache"]

_MARGIN = 30.0  # seconds before its end from which a token is not given out any more: it has to last for a call


@dataclass(frozen=True, slots=True)
class _Key:
    namespace: str
    user: str
    model: str


@dataclass(slots=True)
class _Kept:
    token: Secret = field(repr=False)
    until: float


class TokenCache:
    """Keeps tokens for ``ttl`` seconds, or for their own life where that is shorter; at most ``most`` of them.

    Whoever asks for a token that is being fetched waits for that one; a caller that is cancelled takes nothing from the
    others. Safe to use from several event loops and threads: each loop fetches its own. ``clock`` is monotonic,
    ``wall`` in seconds since the epoch.
    """

    def __init__(
        self,
        *,
        ttl: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._ttl = ttl
        self._most = most
        self._clock = clock
        self._wall = wall
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._flights: dict[tuple[_Key, int], asyncio.Task[Secret]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    async def get(self, namespace: str, user: str, model: str, fetch: Callable[[], Awaitable[MaasToken]]) -> Secret:
        """The token; ``fetch`` gets one where there is none. ``user`` must tell identities apart, not only names.

        Raises what ``fetch`` raises, to all that wait for it; nothing is kept then.
        """
        key = _Key(namespace, user, model)
        loop = asyncio.get_running_loop()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and self._clock() < kept.until:
                self._kept.move_to_end(key)
                return kept.token
            flight = self._flights.get((key, id(loop)))
            # A loop that has died may leave a flight behind, and a new one may have its id.
            if flight is None or flight.done() or flight.get_loop() is not loop:
                flight = loop.create_task(self._fetched(key, id(loop), fetch))
                flight.add_done_callback(_looked_at)
                self._flights[key, id(loop)] = flight
        return await asyncio.shield(flight)

    def forget(self, user: str) -> None:
        """Drop a user's tokens, and do not keep those that are on their way."""
        with self._lock:
            for key in [key for key in self._kept if key.user == user]:
                del self._kept[key]
            for flown in [each for each in self._flights if each[0].user == user]:
                del self._flights[flown]

    def clear(self) -> None:
        """Drop them all."""
        with self._lock:
            self._kept.clear()
            self._flights.clear()

    async def _fetched(self, key: _Key, loop: int, fetch: Callable[[], Awaitable[MaasToken]]) -> Secret:
        own = asyncio.current_task()
        began = self._clock()
        try:
            issued = await fetch()
            with self._lock:
                if self._flights.get((key, loop)) is own:
                    self._keep(key, _Kept(issued.token, began + self._life(issued)))
            return issued.token
        finally:
            with self._lock:
                if self._flights.get((key, loop)) is own:
                    del self._flights[key, loop]

    def _life(self, issued: MaasToken) -> float:
        lives = [self._ttl]
        if issued.expires_at is not None:
            lives.append(issued.expires_at - self._wall() - _MARGIN)
        else:
            told = None if issued.expiration is None else seconds_of(issued.expiration)
            lives.append(self._ttl if told is None else told - _MARGIN)
        return min(lives)

    def _keep(self, key: _Key, kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _looked_at(flight: asyncio.Task[Secret]) -> None:
    """A failure that nobody waits for any more is not worth the event loop's complaint."""
    if not flight.cancelled():
        flight.exception()
