"""What is told of a recording that is played: that it is old, and that it is in use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from understudy.config.models.recording import RecordingSettings
from understudy.providers.recording.age import age_of, is_expired
from understudy.providers.recording.exchanges import Recorded

__all__ = ["Notices", "used_in"]

_logger = logging.getLogger("understudy.recording")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Notices:
    """Tells of each file once, whatever the number of its exchanges. ``now`` is for tests."""

    def __init__(self, settings: RecordingSettings, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._after = settings.expires_after_days
        self._list = settings.used_list
        self._now = now
        self._lock = threading.Lock()
        self._seen: set[Path] = set()

    def played(self, path: Path, exchanges: Sequence[Recorded]) -> None:
        """A recording answers: it is in use, and a warning is logged where it is old."""
        if not self.used(path):
            return
        age = age_of(exchanges, now=self._now())
        if age is None or not is_expired(age, self._after):
            return
        _logger.warning(
            "The recording %s is %d days old, and recording.expires_after_days is %g: what the service answers now "
            "may be something else. Record it again with use: record.",
            path, age.days, self._after,
            extra={"expired_recording": str(path), "age_days": age.days},
        )  # fmt: skip

    def used(self, path: Path) -> bool:
        """A recording is played or written. Whether this is the first time; then it goes on the list, if there is one.

        Raises OSError where the list cannot be written.
        """
        with self._lock:
            if path in self._seen:
                return False
            self._seen.add(path)
            if self._list is not None:
                self._list.parent.mkdir(parents=True, exist_ok=True)
                # One short write at the end of the file: those of several processes do not mix.
                with self._list.open("a", encoding="utf-8") as file:
                    file.write(f"{path.resolve()}\n")
        return True


def used_in(listed: Path) -> frozenset[Path]:
    """The recordings on a list. Raises OSError where it cannot be read."""
    return frozenset(Path(line) for line in listed.read_text(encoding="utf-8").splitlines() if line)
