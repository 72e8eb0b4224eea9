"""An engine over a tape: it plays what is recorded, and records what it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from understudy.config.models.recording import Timing
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.recording.exchanges import asked
from understudy.providers.recording.playing import PlayedExchange
from understudy.providers.recording.tape import Tape
from understudy.providers.recording.writing import WrittenExchange

__all__ = ["TapeEngine"]


class TapeEngine:
    """Answers from the tape, else asks ``real`` and writes the exchange down, as the policy lets it.

    ``real`` is called for each request that is sent, and for no other. ``methods`` are those that are recorded, None:
    all; others are sent, and never played.
    """

    def __init__(
        self, tape: Tape, real: Callable[[], Engine], *, timing: Timing, methods: Collection[str] | None = None
    ) -> None:
        self._tape = tape
        self._real = real
        self._timing: Timing = timing
        self._methods = methods

    async def send(self, outgoing: Outgoing) -> Exchange:
        """Play or record. Raises RecordingMismatchError, and ConfigurationError for a file that is no recording."""
        wanted = await asked(outgoing)
        found = self._tape.find(wanted)
        if found is not None:
            return await PlayedExchange.of(found, outgoing, self._timing)
        place = self._tape.begin(wanted)
        if place is None:
            raise self._tape.mismatch(wanted)
        if self._methods is not None and outgoing.method not in self._methods:
            return await self._real().send(outgoing)
        # Uncompressed, so that the pieces are recorded as the service made them.
        outgoing.headers = {**outgoing.headers, "accept-encoding": "identity"}
        began = asyncio.get_running_loop().time()
        exchange = await self._real().send(outgoing)
        return WrittenExchange(exchange, self._tape, place, wanted, outgoing, began=began)

    async def aclose(self) -> None:
        """Nothing to do: the connections are those of ``real``."""
