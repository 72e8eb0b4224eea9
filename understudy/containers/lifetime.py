"""What a container has built, and how it is closed."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

from understudy.containers._injector import providers

__all__ = ["Kept", "Lifetime", "kept"]

P = ParamSpec("P")
T = TypeVar("T")


class Lifetime:
    """Everything that a container has built and must close, in the order in which it was built.

    One per application container (its node ``lifetime``). Things are added from any thread.
    """

    def __init__(self) -> None:
        self._built: list[Any] = []

    @property
    def built(self) -> tuple[Any, ...]:
        """What was built, oldest first."""
        return tuple(self._built)

    def add(self, thing: T) -> T:
        """Close ``thing`` with the container, by its ``aclose()``, else its ``close()``; returns it."""
        self._built.append(thing)
        return thing

    async def aclose(self) -> None:
        """Close everything, newest first; each close is attempted even after another has failed. May be called twice.

        Raises the failure, or an ExceptionGroup of them where there is more than one.
        """
        failures: list[Exception] = []
        interrupt: BaseException | None = None
        while self._built:
            thing = self._built.pop()
            try:
                await _close(thing)
            except Exception as failure:  # noqa: BLE001  # all are raised together at the end
                failure.add_note(f"while closing {type(thing).__qualname__}")
                failures.append(failure)
            except (asyncio.CancelledError, KeyboardInterrupt, SystemExit) as stop:
                interrupt = stop  # the rest still has to be closed
        if interrupt is not None:
            raise interrupt
        if len(failures) == 1:
            raise failures[0]
        if failures:
            raise ExceptionGroup(f"{len(failures)} parts of the container did not close", failures)


async def _close(thing: Any) -> None:
    close = getattr(thing, "aclose", None) or getattr(thing, "close", None)
    if close is None:
        return
    outcome = close()
    if inspect.isawaitable(outcome):
        await outcome


class Kept(Generic[P, T]):
    """A constructor that tells the lifetime what it has made. It is called with the lifetime first."""

    def __init__(self, make: Callable[P, T]) -> None:
        self.make = make
        update_wrapper(self, make, updated=())  # its name and documentation, not a class's whole namespace

    def __call__(self, lifetime: Lifetime, /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Make it and remember it."""
        return lifetime.add(self.make(*args, **kwargs))

    @cached_property
    def __signature__(self) -> inspect.Signature:
        """That of ``make`` with the lifetime before it, so that verification sees through."""
        own = inspect.Parameter("lifetime", inspect.Parameter.POSITIONAL_ONLY)
        made = inspect.signature(self.make)
        return made.replace(parameters=[own, *made.parameters.values()])


def kept(
    lifetime: providers.Provider[Lifetime], make: Callable[..., T], /, *args: Any, **kwargs: Any
) -> providers.Provider[T]:
    """A thread-safe singleton of ``make(*args, **kwargs)`` that is closed with the container if it was built."""
    return cast("providers.Provider[T]", providers.ThreadSafeSingleton(Kept(make), lifetime, *args, **kwargs))


def _hold_across_fork() -> None:
    """Let no fork happen while another thread builds: the child would wait for ever for a thread that it has not."""
    lock = providers.ThreadSafeSingleton.storage_lock  # type: ignore[attr-defined]  # the stub lacks it
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)


if hasattr(os, "register_at_fork"):
    _hold_across_fork()
