"""The tapes of one container: one for each provider that is recorded or replayed."""

from __future__ import annotations

import asyncio
import hashlib
import re
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from understudy.config.models.recording import Policy, RecordingSettings, Timing
from understudy.domain.errors import ConfigurationError, Fault
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

    def sessions(self, family: str, provider: str, *, replay: bool) -> Callable[[str], HttpClients]:
        """The HTTP layer for each of a provider's servers, by its name, where requests belong to sessions.

        What is recorded are the requests that bring answers (POST). A session's id is not, so a replayed one has none,
        and with it neither a stream for the server's own requests nor an end that is told. Raises ConfigurationError
        for a policy by which a part of a session would be replayed and the rest asked.
        """
        policy: Policy = "none" if replay else self._settings.policy
        if policy in ("once", "new"):
            reason = f"{provider} has sessions, and by {policy!r} a part of one would be replayed and the rest asked"
            raise ConfigurationError(
                [Fault(where="recording.policy", reason=reason, hint="Use all, or use: replay for this service.")]
            )
        return lambda server: self._clients(family, f"{provider}/{_folder(server)}", policy, methods=("POST",))

    def _clients(
        self, family: str, provider: str, policy: Policy, *, methods: Collection[str] | None = None
    ) -> HttpClients:
        tape = self._tape(family, provider, policy)
        timing: Timing = self._settings.timing

        def wrap(real: Callable[[], Engine]) -> Callable[[], Engine]:
            engine = TapeEngine(tape, real, timing=timing, methods=methods)
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


def _folder(server: str) -> str:
    """A folder's name for a server's; different ones for different servers."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", server)
    return plain if plain == server else f"{plain.strip('-')}-{hashlib.sha256(server.encode()).hexdigest()[:8]}"


async def _no_time(_seconds: float) -> None:
    await asyncio.sleep(0)
