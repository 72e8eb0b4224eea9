"""A command's time limit: the statement that runs when it ends is stopped."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["Deadline"]


class Deadline:
    """Interrupts the session's connection after ``seconds``; None is no limit, and costs nothing.

    What the engine raises when it is interrupted becomes a timeout (1000).
    """

    def __init__(self, seconds: float | None, session: Session) -> None:
        self._seconds = seconds
        self._session = session
        self._timer: threading.Timer | None = None
        self._passed = False

    def __enter__(self) -> Self:
        if self._seconds is not None:
            self._timer = threading.Timer(self._seconds, self._interrupt)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._passed and isinstance(error, Exception):
            raise CommandFault(
                StorageCode.TIMEOUT,
                f"stopped after {self._seconds:g} seconds, the command's time limit",
                hint="Raise the limit in the runtime options, or do less at once.",
            ) from error

    def _interrupt(self) -> None:
        self._passed = True
        connection = self._session.connection_in_use
        if connection is not None:
            connection.interrupt()
