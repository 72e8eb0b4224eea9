"""Time limits: the statement that runs when a command's time ends is stopped."""

from __future__ import annotations

import math
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from understudy.domain.cancellation import Cancellation
    from understudy.providers.storage.session import Session

__all__ = ["Deadline", "Watcher"]

_AGAIN = 0.05
"""Seconds until a command that did not stop is interrupted again: between two statements there is nothing to stop."""
_IDLE = 10.0
"""Seconds after which the thread of a watcher that watches nothing ends."""


class Deadline:
    """Stops the session's statements after ``seconds``, or when the caller cancels; None is no limit, at no cost.

    A statement that runs is interrupted, else the next one is not begun: once, so that what clears up afterwards still
    works. Whatever the command then raises becomes a timeout (1000) or a cancellation (1004). One may stand within
    another.
    """

    __slots__ = (
        "_cancellation",
        "_heard",
        "_lock",
        "_outer",
        "_over",
        "_seconds",
        "_session",
        "_watcher",
        "ends",
        "fault",
    )

    def __init__(
        self, seconds: float | None, session: Session, watcher: Watcher, *, cancellation: Cancellation | None = None
    ) -> None:
        self._seconds = seconds
        self._cancellation = cancellation
        self._session = session
        self._watcher = watcher
        self._outer = session.deadline
        self._lock = threading.Lock()
        self._heard = self._over = False
        self.ends = math.inf
        self.fault: CommandFault | None = None

    def __enter__(self) -> Self:
        if self._seconds is None and self._cancellation is None:
            return self
        self._session.deadline = self
        if self._seconds is not None:
            self.ends = time.monotonic() + self._seconds
            self._watcher.add(self)
        if self._cancellation is not None:
            self._cancellation.tell(self._cancelled)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session.deadline is not self:
            return
        with self._lock:
            self._over = True
        self._watcher.remove(self)
        if self._cancellation is not None:
            self._cancellation.forget(self._cancelled)
        self._session.deadline = self._outer
        if self.fault is not None and isinstance(error, Exception):
            raise self.fault from error

    def check(self) -> None:
        """Raises CommandFault where the command, or one that this is part of, is to stop and has not heard of it."""
        if self.fault is not None and not self._heard:
            self._heard = True
            raise self.fault
        if self._outer is not None:
            self._outer.check()

    def heard(self) -> None:
        """A statement has failed: where it was interrupted, that is enough."""
        with self._lock:
            self._heard = self.fault is not None
        if self._outer is not None:
            self._outer.heard()

    def pass_by(self) -> None:
        """Interrupt the command for having taken too long, or again for what it was to stop for."""
        self._stop(
            CommandFault(
                StorageCode.TIMEOUT,
                f"stopped after {self._seconds or 0:g} seconds, the time limit",
                hint="Raise the limit in the runtime options, or do less at once.",
            )
        )

    def _cancelled(self) -> None:
        self._stop(CommandFault(StorageCode.CANCELLED, "stopped, for who asked for it no longer wants it"), again=True)

    def _stop(self, fault: CommandFault, *, again: bool = False) -> None:
        with self._lock:
            if self._over or self._heard:
                return
            self.fault = self.fault or fault
            connection = self._session.connection_in_use
            if connection is not None:
                connection.interrupt()
            if again:
                self.ends = time.monotonic() + _AGAIN
                self._watcher.add(self)


class Watcher:
    """Interrupts what is late, in one thread for a driver's commands; it runs while there is something to watch."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: set[Deadline] = set()
        self._wakes = -math.inf
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, deadline: Deadline) -> None:
        """Watch this one, until it is removed."""
        with self._changed:
            if self._closed:
                return
            self._watched.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="understudy-storage-deadlines", daemon=True)
                self._thread.start()
            elif deadline.ends < self._wakes:
                self._wakes = deadline.ends
                self._changed.notify()

    def remove(self, deadline: Deadline) -> None:
        """Forget this one."""
        with self._changed:
            self._watched.discard(deadline)

    def close(self) -> None:
        """End the thread. Closing twice is harmless."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _watch(self) -> None:
        while True:
            for deadline in self._late():
                deadline.pass_by()
            with self._changed:
                if self._closed or not self._wait():
                    self._thread = None
                    return

    def _late(self) -> list[Deadline]:
        with self._changed:
            now = time.monotonic()
            late = [deadline for deadline in self._watched if deadline.ends <= now]
            for deadline in late:
                deadline.ends = now + _AGAIN
            return late

    def _wait(self) -> bool:
        """Sleep until the next deadline; False where nothing has been watched for a while."""
        now = time.monotonic()
        self._wakes = min((deadline.ends for deadline in self._watched), default=now + _IDLE)
        woken = self._changed.wait(min(max(self._wakes - now, 0), threading.TIMEOUT_MAX))
        return woken or bool(self._watched)
