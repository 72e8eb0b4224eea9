"""One of each provider, made when it is first asked for, however many ask at once."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from understudy.domain.errors import UnderstudyError
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.closing import close_all
from understudy.providers.generation.choosing.factory import ProviderFactory

__all__ = ["Initialized", "ProviderManager"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialized:
    """What became of one provider: ``provider`` where it is there, else ``error``."""

    name: str
    provider: TextGenerator | None = None
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether the provider is there."""
        return self.error is None


class ProviderManager:
    """Keeps one of each of a factory's providers.

    Each is made exactly once, however many callers, threads and event loops ask for it at the same time. ``initialize``
    makes it on a thread of its own, because the code of a provider may take long to import: the event loop goes on, and
    a caller that is cancelled takes nothing from the others. A failure is told to all who wait for it; the next caller
    tries again.

    ``create`` makes a provider by its name; without it the factory does.
    """

    def __init__(self, factory: ProviderFactory, *, create: Callable[[str], TextGenerator] | None = None) -> None:
        self.factory = factory
        self._create = create or factory.create
        self._lock = threading.Lock()
        self._slots: dict[str, Future[TextGenerator]] = {}
        self._primary: str | None = None
        self._closed = False

    async def initialize(self, name: str) -> TextGenerator:
        """The provider with this name or alias, made now if it is not there yet. Raises what the factory raises."""
        key, slot, mine = self._slot(name)
        if mine:
            context = contextvars.copy_context()
            thread = threading.Thread(
                target=context.run, args=(self._make, key, slot), name=f"understudy-make-{key}", daemon=True
            )
            thread.start()
        return await _outcome(slot)

    async def initialize_all(self, *names: str) -> Mapping[str, Initialized]:
        """The outcome for each of ``names``, else of all registered providers, failures included; all at once."""
        wanted = names or self.factory.registry.names
        outcomes = await asyncio.gather(*(self._initialize(name) for name in wanted))
        return MappingProxyType({outcome.name: outcome for outcome in outcomes})

    def get(self, name: str) -> TextGenerator:
        """As ``initialize``, made on the caller's thread if it is not there yet."""
        key, slot, mine = self._slot(name)
        if mine:
            self._make(key, slot)
        return slot.result()

    @property
    def primary(self) -> TextGenerator:
        """The provider that ``set_primary`` named, else the factory's default or what takes its place.

        The choice is made once. Raises NoProviderAvailableError where none can be used.
        """
        if self._primary is None:
            found = self.factory.first_usable(lambda name: (name, self.get(name)))
            self._primary = found[0]
            return found[1]
        return self.get(self._primary)

    def set_primary(self, name: str) -> None:
        """Make another provider the primary one. Raises ProviderNotFoundError."""
        self._primary = self.factory.registry.get(name).name

    def all(self) -> Mapping[str, TextGenerator]:
        """The providers that are there, by name, in the order in which they were asked for. Makes none."""
        with self._lock:
            slots = dict(self._slots)
        return MappingProxyType({name: slot.result() for name, slot in slots.items() if _there([slot])})

    async def aclose(self) -> None:
        """Close every provider, the latest first, each one attempted; nothing is made afterwards. May be called twice.

        One that is being made is waited for. Raises the error of a close that failed, several as an ExceptionGroup.
        """
        with self._lock:
            self._closed = True
            slots = list(self._slots.values())
            self._slots.clear()
        try:
            for slot in slots:
                await _settled(slot)
        finally:  # also when cancelled while one is still being made
            await close_all(_there(slots[::-1]))

    async def _initialize(self, name: str) -> Initialized:
        try:
            return Initialized(name=name, provider=await self.initialize(name))
        except Exception as error:  # noqa: BLE001 - it is the result
            return Initialized(name=name, error=error)

    def _slot(self, name: str) -> tuple[str, Future[TextGenerator], bool]:
        """The provider's name, where it is or will be, and whether this caller is the one to make it."""
        key = self.factory.registry.get(name).name
        with self._lock:
            if self._closed:
                raise UnderstudyError("The provider manager is closed.", hint="Make a new one after closing this one.")
            slot = self._slots.get(key)
            if slot is not None:
                return key, slot, False
            slot = self._slots[key] = Future()
            return key, slot, True

    def _make(self, key: str, slot: Future[TextGenerator]) -> None:
        try:
            provider = self._create(key)
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it, also a KeyboardInterrupt; nobody may hang
            with self._lock:
                if self._slots.get(key) is slot:
                    del self._slots[key]
            slot.set_exception(error)
        else:
            slot.set_result(provider)


def _there(slots: Iterable[Future[TextGenerator]]) -> list[TextGenerator]:
    return [slot.result() for slot in slots if slot.done() and slot.exception() is None]


async def _outcome(slot: Future[TextGenerator]) -> TextGenerator:
    await _settled(slot)
    return slot.result()


async def _settled(slot: Future[TextGenerator]) -> None:
    """Wait for another thread. Unlike with asyncio.wrap_future, a cancelled wait does not cancel what is waited for."""
    if slot.done():
        return
    loop = asyncio.get_running_loop()
    waiter = loop.create_future()

    def wake(_: Future[TextGenerator]) -> None:
        with suppress(RuntimeError):  # the waiter was cancelled and its loop is closed by now
            loop.call_soon_threadsafe(_release, waiter)

    slot.add_done_callback(wake)
    await waiter


def _release(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
