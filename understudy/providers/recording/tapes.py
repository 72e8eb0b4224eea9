"""The tapes of one container: one for each provider that is recorded or replayed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from understudy.config.models.recording import Policy, RecordingSettings, Timing
from understudy.providers.http.exchange import Engine
from understudy.providers.recording.engine import TapeEngine
from understudy.providers.recording.notices import Notices
from understudy.providers.recording.tape import Tape

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["Tapes"]


class Tapes:
    """Gives each provider the HTTP layer ``http`` by way of its own recordings."""

    def __init__(self, settings: RecordingSettings, http: HttpClients) -> None:
        self._settings = settings
        self._http = http
        self._notices = Notices(settings)
        self._tapes: dict[tuple[str, str, Policy], Tape] = {}
        self._lock = threading.Lock()

    def recording(self, family: str, provider: str) -> HttpClients:
        """The HTTP layer for ``use: record``, as ``recording.policy`` says."""
        return self._clients(family, provider, self._settings.policy)

    def replaying(self, family: str, provider: str) -> HttpClients:
        """The HTTP layer for ``use: replay``: it opens no connection."""
        return self._clients(family, provider, "none")

    def _clients(self, family: str, provider: str, policy: Policy) -> HttpClients:
        tape = self._tape(family, provider, policy)
        timing: Timing = self._settings.timing

        def wrap(real: Callable[[], Engine]) -> Callable[[], Engine]:
            engine = TapeEngine(tape, real, timing=timing)
            return lambda: engine

        # A retry that is replayed need not wait for a service that is not there.
        skips = policy == "none" and timing == "at_once"
        return self._http.through(wrap, sleep=_no_time if skips else None)

    def _tape(self, family: str, provider: str, policy: Policy) -> Tape:
        key = (family, provider, policy)
        with self._lock:
            if key not in self._tapes:
                self._tapes[key] = Tape(self._settings.folder / family / provider, policy, notices=self._notices)
            return self._tapes[key]


async def _no_time(_seconds: float) -> None:
    await asyncio.sleep(0)
