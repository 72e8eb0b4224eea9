"""An asynchronous iterator read by blocking code."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from understudy.providers.portal import PATIENCE, Portal

__all__ = ["Pump"]

T = TypeVar("T")

_AHEAD = 64
"""How many items are read ahead of the consumer, so that threads need not take turns for each of them."""


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing in the queue; ``error`` where the source failed."""

    error: BaseException | None = None


class Pump(Generic[T]):
    """Reads ``source()`` in one task of the portal and hands the items over, at most 64 ahead.

    An iterator for one thread at a time. ``close`` ends the source early and waits until it has ended.
    """

    def __init__(self, portal: Portal, source: Callable[[], AsyncIterator[T]]) -> None:
        self._portal = portal
        self._source = source
        self._items: SimpleQueue[T | _End] = SimpleQueue()
        self._ended = False
        self._stopped = False
        self._waiting = False
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._process = os.getpid()
        portal.submit(self._read())

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        if self._ended:
            raise StopIteration
        if self._process != os.getpid():
            raise RuntimeError("A stream ends with the process that began it; ask again in the forked one.")
        item = self._next()
        if isinstance(item, _End):
            self._ended = True
            if item.error is not None:
                raise item.error
            raise StopIteration
        if self._waiting and self._items.qsize() <= _AHEAD // 2:
            self._portal.call_soon(self._room.set)
        return item

    def close(self) -> None:
        """End the source and wait for its end. What it raises in ending is not raised here. May be called twice."""
        if self._ended:
            return
        self._ended = True
        self._portal.call_soon(self._stop)
        # Garbage is collected anywhere: on the loop itself, which cannot wait for itself, or in a forked child.
        if self._portal.in_its_thread or self._process != os.getpid():
            return
        while not isinstance(self._next(), _End):
            pass

    def _next(self) -> T | _End:
        while True:
            with suppress(Empty):
                return self._items.get(timeout=PATIENCE)

    def _stop(self) -> None:
        self._stopped = True
        if self._task is not None:
            self._task.cancel()

    async def _read(self) -> None:
        self._task = asyncio.current_task()
        error: BaseException | None = None
        try:
            if not self._stopped:
                await self._read_all(self._source())
        except asyncio.CancelledError:
            error = None if self._stopped else RuntimeError("The blocking container was closed during this stream.")
            raise
        except Exception as failure:  # noqa: BLE001  # it is raised in the consumer
            error = failure
        except BaseException as failure:
            error = failure
            raise
        finally:
            self._items.put(_End(error))

    async def _read_all(self, source: AsyncIterator[T]) -> None:
        try:
            async for item in source:
                self._items.put(item)
                if self._items.qsize() >= _AHEAD:
                    await self._wait_for_room()
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()

    async def _wait_for_room(self) -> None:
        self._room.clear()
        self._waiting = True
        # Looked at again, because the consumer may have emptied the queue before it could see that it is waited for.
        if self._items.qsize() > _AHEAD // 2:
            await self._room.wait()
        self._waiting = False
