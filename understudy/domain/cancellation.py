"""A word from another thread that something is no longer wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["Cancellation"]


class Cancellation:
    """Given along with what may have to be stopped; ``cancel`` may be called from any thread, and more than once."""

    __slots__ = ("_callbacks", "_cancelled", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._callbacks: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        """Whether ``cancel`` has been called."""
        return self._cancelled

    def cancel(self) -> None:
        """Call what is to be told, in this thread. What has ended by then is not told."""
        with self._lock:
            self._cancelled = True
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def tell(self, callback: Callable[[], object]) -> None:
        """Let ``cancel`` call ``callback``, once; at once where it has been called already."""
        with self._lock:
            if not self._cancelled:
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], object]) -> None:
        """Tell ``callback`` nothing any more."""
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
