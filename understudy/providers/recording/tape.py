"""The recordings of one provider: its folder, what is found in it, and what is added."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from understudy.config.models.recording import Policy
from understudy.domain.errors import RecordingMismatchError
from understudy.providers.recording.comparing import nearest
from understudy.providers.recording.exchanges import Asked, Recorded
from understudy.providers.recording.files import found_in, read, write
from understudy.providers.recording.naming import conversation
from understudy.providers.recording.notices import Notices

__all__ = ["Tape", "Track"]

_logger = logging.getLogger("understudy.recording")


@dataclass(slots=True)
class Track:
    """What was recorded for one request, in order and with its file, and how much of it has been played."""

    exchanges: list[tuple[Path, Recorded]]
    played: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where an exchange will stand: in which file, and after how many requests of this run."""

    path: Path
    number: int


class Tape:
    """Finds what was recorded and keeps what is to be. Safe to use from several threads and event loops.

    The same request asked several times is answered with what was recorded for it, in its order; the last answer then
    stays.
    """

    def __init__(self, folder: Path, policy: Policy, *, notices: Notices) -> None:
        self.folder = folder
        self.policy = policy
        self._notices = notices
        self._lock = threading.Lock()
        self._loaded = False
        self._before: dict[Path, list[Recorded]] = {}
        self._tracks: dict[str, Track] = {}
        self._made: dict[Path, list[tuple[int, Recorded]]] = {}
        self._number = 0

    def find(self, asked: Asked) -> Recorded | None:
        """What answers a request, where the policy lets a recording answer."""
        if self.policy == "all":
            return None
        with self._lock:
            self._load()
            track = self._tracks.get(asked.key)
            if track is None:
                return None
            path, found = track.exchanges[min(track.played, len(track.exchanges) - 1)]
            track.played += 1
        self._notices.played(path, self._before[path])
        return found

    def begin(self, asked: Asked) -> Place | None:
        """Where the exchange of a request that nothing answered is to be recorded; None where it may not be."""
        path = self.folder / f"{conversation(asked)}.yaml"
        with self._lock:
            if self.policy == "none" or (self.policy == "once" and path in self._before):
                return None
            self._number += 1
            return Place(path, self._number)

    def keep(self, place: Place, exchange: Recorded) -> None:
        """Write an exchange down, in the place of its request among those of its conversation."""
        with self._lock:
            made = self._made.setdefault(place.path, [])
            made.append((place.number, exchange))
            made.sort(key=lambda each: each[0])
            kept = [] if self.policy == "all" else self._before.get(place.path, [])
            write(place.path, [*kept, *(each for _, each in made)])
        self._notices.used(place.path)
        _logger.debug("Recorded %s %s in %s", exchange.asked.method, exchange.asked.path, place.path)

    def mismatch(self, asked: Asked) -> RecordingMismatchError:
        """The error for a request that nothing matches."""
        with self._lock:
            candidate = nearest(asked, self._recorded())
            some = bool(self._before)
        return RecordingMismatchError(
            method=asked.method,
            path=asked.path,
            folder=str(self.folder),
            nearest=None if candidate is None else candidate.where,
            differences=() if candidate is None else candidate.differences,
            empty=not some,
        )

    def _recorded(self) -> Iterator[tuple[str, Asked]]:
        for path, exchanges in self._before.items():
            for number, exchange in enumerate(exchanges, 1):
                yield f"{path} (exchange {number})", exchange.asked

    def _load(self) -> None:
        if self._loaded:
            return
        for path in found_in(self.folder):
            self._before[path] = read(path)
        for path, exchanges in self._before.items():
            for exchange in exchanges:
                self._tracks.setdefault(exchange.asked.key, Track([])).exchanges.append((path, exchange))
        self._loaded = True
