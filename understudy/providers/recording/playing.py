"""An answer that comes from a recording."""

from __future__ import annotations

import asyncio
import math

from understudy.config.models.recording import Timing
from understudy.domain.errors import RequestTimeoutError, StreamInterruptedError
from understudy.providers.http.exchange import Outgoing
from understudy.providers.http.failures import idle_timeout
from understudy.providers.recording.exchanges import Recorded

__all__ = ["PlayedExchange"]


class PlayedExchange:
    """Gives out the pieces of a recorded body: at once, or when the service had given them.

    One that was not recorded to its end is a lost connection there.
    """

    def __init__(self, recorded: Recorded, outgoing: Outgoing, timing: Timing, *, began: float) -> None:
        self.status = recorded.status
        self.headers = dict(recorded.headers)
        if "content-length" in self.headers:  # credentials taken out, or a hand that edited it, may have changed it
            self.headers["content-length"] = str(len(recorded.body))
        self._recorded = recorded
        self._pieces = _pieces(recorded)
        self._paced = timing == "recorded"
        self._began = began
        self._outgoing = outgoing
        self._loop = asyncio.get_running_loop()
        self._deadline = math.inf
        self._too_late: RequestTimeoutError | None = None
        self._next = 0

    @classmethod
    async def of(cls, recorded: Recorded, outgoing: Outgoing, timing: Timing) -> PlayedExchange:
        """The answer when its head is there. Raises RequestTimeoutError where the settings do not wait as long."""
        exchange = cls(recorded, outgoing, timing, began=asyncio.get_running_loop().time())
        if exchange._paced and recorded.began > outgoing.connect + outgoing.read:
            await asyncio.sleep(outgoing.connect + outgoing.read)
            raise RequestTimeoutError(f"No answer within {outgoing.read:g} s.", phase="read", retryable=True)
        await exchange._until(recorded.began)
        return exchange

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        """Let ``chunk`` raise ``failure`` from ``when`` on, in the event loop's time."""
        self._deadline = when
        self._too_late = failure

    async def chunk(self) -> bytes:
        """The next bytes of the body; empty at the end."""
        if self._next == len(self._pieces):
            if self._recorded.complete:
                return b""
            raise StreamInterruptedError("The recording ends here.", phase="body", retryable=True)
        at, data = self._pieces[self._next]
        await self._wait(at)
        self._next += 1
        return data

    async def aclose(self) -> None:
        """Nothing to do: there is no connection."""

    async def _wait(self, at: float) -> None:
        now = self._loop.time()
        idle = now + self._outgoing.read
        end = min(self._deadline, idle)
        if self._paced and self._began + at > end:
            await asyncio.sleep(end - now)
            if self._too_late is not None and self._deadline < idle:
                raise self._too_late
            raise idle_timeout(self._outgoing.read, streaming=self._outgoing.streaming)
        if self._too_late is not None and now >= self._deadline:
            raise self._too_late
        await self._until(at)

    async def _until(self, at: float) -> None:
        left = self._began + at - self._loop.time() if self._paced else 0.0
        # Also without a wait: other tasks have their turn, as they would while bytes travel.
        await asyncio.sleep(max(0.0, left))


def _pieces(recorded: Recorded) -> list[tuple[float, bytes]]:
    """The body in its pieces; where a hand has changed its length, the last one takes what is left."""
    pieces: list[tuple[float, bytes]] = []
    start = 0
    last = recorded.began
    for last, size in recorded.chunks:
        pieces.append((last, recorded.body[start : start + size]))
        start += size
    pieces.append((last, recorded.body[start:]))
    return [(at, data) for at, data in pieces if data]
