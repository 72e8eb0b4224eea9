"""A background event loop that blocking code calls into."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

__all__ = ["PATIENCE", "Portal"]

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds that a wait lasts before it is begun again: an interrupt that comes just before a wait does not end it."""


class Portal:
    """Runs coroutines on an event loop of its own, in one daemon thread, for callers that block.

    Safe to use from several threads. The thread starts at the first call; a forked child, which does not inherit it,
    starts one of its own. May be used while an event loop runs in the calling thread (in a notebook), which then waits;
    not from a coroutine that the portal itself runs, which could only wait for ever.
    """

    def __init__(self, name: str = "understudy-blocking") -> None:
        self._name = name
        # By process: a fork copies locks in whatever state they are, and threads not at all.
        self._loops: dict[int, _Loop] = {}

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result, or its exception; it sees a copy of the caller's context variables.

        An interrupt of the caller cancels it. Raises RuntimeError where the portal is closed, before or meanwhile, and
        where the caller is one of its own coroutines.
        """
        call = _Call(coroutine)
        loop = self._here()
        try:
            loop.start(call)
            return call.wait()
        except BaseException:
            loop.call_soon(call.cancel)  # interrupted; a call that has failed by itself does not mind
            raise

    def submit(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Start the coroutine and do not wait for it. Raises RuntimeError as ``run`` does."""
        self._here().start(_Call(coroutine))

    def call_soon(self, function: Callable[[], object]) -> None:
        """Let the loop call ``function``; nothing where it has ended, and everything that it ran with it."""
        self._here().call_soon(function)

    @property
    def in_its_thread(self) -> bool:
        """Whether the caller is one of the portal's own coroutines or callbacks."""
        loop = self._loops.get(os.getpid())
        return loop is not None and loop.is_current

    def close(self) -> None:
        """Cancel what still runs, wait for it, and end the thread. May be called twice; afterwards nothing runs."""
        self._here().close()

    def _here(self) -> _Loop:
        process = os.getpid()
        return self._loops.get(process) or self._loops.setdefault(process, _Loop(self._name))


class _Call(Generic[T]):
    """A coroutine on its way through the loop. ``start`` and ``cancel`` run on the loop."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self.coroutine = coroutine
        self._future: Future[T] = Future()
        self._task: asyncio.Task[T] | None = None
        self._cancelled = False

    def wait(self) -> T:
        while not self._future.done():
            with suppress(TimeoutError):
                self._future.exception(PATIENCE)
        return self._future.result()

    def start(self) -> None:
        if self._cancelled:
            self.coroutine.close()
            return
        self._task = asyncio.get_running_loop().create_task(self.coroutine)
        self._task.add_done_callback(self._finish)

    def cancel(self) -> None:
        self._cancelled = True
        if self._task is not None:
            self._task.cancel()

    def _finish(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._future.set_exception(RuntimeError("The call was cancelled: the blocking container was closed."))
            return
        error = task.exception()
        if error is not None:
            self._future.set_exception(error)
        else:
            self._future.set_result(task.result())


class _Loop:
    """The event loop of one process, and its thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def is_current(self) -> bool:
        return self._thread is threading.current_thread()

    def start(self, call: _Call[Any]) -> None:
        """Start the call, and the loop if it is not running yet."""
        try:
            if self.is_current:
                raise RuntimeError(
                    "A blocking call was made from the event loop that would have to answer it. "
                    "Inside of coroutines use the asynchronous container."
                )
            with self._lock:  # so that no call comes after the loop's last one
                if self._closed:
                    raise RuntimeError("The blocking container is closed. Open another one.")
                self._running().call_soon_threadsafe(call.start)
        except RuntimeError:
            call.coroutine.close()
            raise

    def call_soon(self, function: Callable[[], object]) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it was closed in between
                loop.call_soon_threadsafe(function)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            loop, self._loop = self._loop, None
        if loop is None or self._thread is None:
            return
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()

    def _running(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=_serve, args=(self._loop,), name=self._name, daemon=True)
            self._thread.start()
        return self._loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        while not _served(loop):
            pass
        loop.run_until_complete(_drain())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def _served(loop: asyncio.AbstractEventLoop) -> bool:
    """Run the loop; False where a coroutine raised an exit, which its caller gets and the others need not feel."""
    try:
        loop.run_forever()
    except (KeyboardInterrupt, SystemExit):
        return False
    return True


async def _drain() -> None:
    """Let everything that still runs end by cancellation, as ``asyncio.run`` does."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    outcomes = await asyncio.gather(*rest, return_exceptions=True)
    loop = asyncio.get_running_loop()
    for task, outcome in zip(rest, outcomes, strict=True):
        if isinstance(outcome, Exception) and not task.cancelled():
            loop.call_exception_handler({"message": "a call failed while it was cancelled", "exception": outcome})
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
