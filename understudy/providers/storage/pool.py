"""Open connections, by credentials, so that the next command of the same user need not log in again."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

from understudy.domain.storage import StorageCredentials
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.connection import Connection
from understudy.providers.storage.fault import CommandFault

__all__ = ["ConnectionPool"]


class ConnectionPool:
    """Hands connections out, one command each. ``limit`` is how many idle ones are kept for each credentials."""

    def __init__(self, connect: Callable[[StorageCredentials], Connection], *, limit: int) -> None:
        self._connect = connect
        self._limit = limit
        self._idle: defaultdict[StorageCredentials, list[Connection]] = defaultdict(list)
        self._busy: set[Connection] = set()
        self._lock = threading.Lock()
        self._closed = False

    def check_out(self, credentials: StorageCredentials) -> Connection:
        """An idle connection of these credentials, or a new one."""
        with self._lock:
            self._refuse_when_closed()
            idle = self._idle.get(credentials)
            connection = idle.pop() if idle else None
            if connection is not None:
                self._busy.add(connection)
                return connection
        connection = self._connect(credentials)
        with self._lock:
            if not self._closed:
                self._busy.add(connection)
                return connection
        connection.close()
        raise _closed()

    def give_back(
        self, credentials: StorageCredentials, connection: Connection | None, *, tainted: bool = False
    ) -> None:
        """Keep the connection for the next command, or close it where it cannot be used again.

        ``tainted``: a user's own statement ran on it.
        """
        if connection is None:
            return
        keep = connection.usable() and (not tainted or connection.reset())
        with self._lock:
            self._busy.discard(connection)
            if keep and not self._closed and len(self._idle[credentials]) < self._limit:
                self._idle[credentials].append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Stop what runs and close what is idle; what is in use is closed when it comes back."""
        with self._lock:
            self._closed = True
            busy, idle = list(self._busy), [one for many in self._idle.values() for one in many]
            self._idle.clear()
            for connection in busy:  # while the lock is held, none of them is closed
                connection.interrupt()
        for connection in idle:
            connection.close()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise _closed()


def _closed() -> CommandFault:
    return CommandFault(StorageCode.CONNECTION, "the driver is closed", hint="Make a new one.")
