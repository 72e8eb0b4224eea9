"""How long the parts of a command took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from understudy.providers.storage.protocol import storage_pb2 as pb

__all__ = ["Timers"]


class Timers:
    """Seconds by part, in the order in which the parts ended."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the block's time to a part's."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[name] = self._seconds.get(name, 0.0) + time.perf_counter() - began

    def messages(self) -> list[pb.TableImportResponse.Timer]:
        """The timers as a response has them."""
        return [pb.TableImportResponse.Timer(name=name, seconds=seconds) for name, seconds in self._seconds.items()]
