"""A limiter ahead of the pool: so many requests at once and per minute, users in turn.

The libraries for this count one thing, for one event loop, first come first served: neither users in turn nor tokens
that are only known afterwards can be built on them.
"""

from __future__ import annotations

import asyncio
import math
import os
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from understudy.providers.http.turns import Turns
from understudy.providers.http.window import Charge, Window

__all__ = ["Limiter", "Permit", "ProcessLimiter", "Rate"]

_SHORTEST = 0.001  # seconds; the loop's clock may be that much behind the limiter's


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How much is sent; None: as much as there is."""

    in_flight: int | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


class Permit:
    """A place among the requests in flight; ``release`` gives it back, and may be called twice."""

    __slots__ = ("_limiter", "charges", "held")

    def __init__(self, limiter: Limiter, charges: list[tuple[Window, Charge]]) -> None:
        self._limiter = limiter
        self.charges = charges
        self.held = True

    def release(self) -> None:
        """The request is over: the next may go."""
        if self.held:
            self._limiter.release(self)

    def withdraw(self) -> None:
        """Nothing was sent: give back what was counted per minute too."""
        self._limiter.withdraw(self)

    def settle(self, tokens: int) -> None:
        """It took ``tokens`` in all, in place of the estimate."""
        self._limiter.settle(self, tokens)


class _Waiter:
    """One who waits; ``permit`` once it was let through, ``due`` is when its timer wakes the limiter."""

    __slots__ = ("due", "future", "loop", "permit", "tokens", "user")

    def __init__(self, user: Hashable, tokens: int) -> None:
        self.user = user
        self.tokens = tokens
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Permit] = self.loop.create_future()
        self.permit: Permit | None = None
        self.due: float | None = None

    def tell(self, permit: Permit) -> None:
        if not self.future.done():
            self.future.set_result(permit)


class Limiter:
    """Lets requests through within a ``Rate``.

    A waiting request costs a future and, for the first in the queue only, a timer. ``clock`` is monotonic. One limiter
    serves all event loops and threads of a process: the limits are the service's, and it does not know of those.
    """

    __slots__ = ("_clock", "_flying", "_in_flight", "_lock", "_requests", "_tokens", "_turns")

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._in_flight = math.inf if rate.in_flight is None else rate.in_flight
        self._requests = None if rate.requests_per_minute is None else Window(rate.requests_per_minute)
        self._tokens = None if rate.tokens_per_minute is None else Window(rate.tokens_per_minute)
        self._flying = 0
        self._turns: Turns[_Waiter] = Turns()
        self._lock = threading.Lock()

    @property
    def in_flight(self) -> int:
        """Requests that were let through and are not over."""
        return self._flying

    async def acquire(self, user: Hashable, tokens: int) -> Permit:
        """Wait for ``user``'s turn, and until a request of about ``tokens`` fits. Cancelled, it takes no place."""
        with self._lock:
            now = self._clock()
            if not self._turns and self._ready_at(tokens, now) <= now:
                return self._admit(tokens, now)
            waiter = _Waiter(user, tokens)
            self._turns.add(user, waiter)
            self._serve()
        try:
            return await waiter.future
        except BaseException:
            self._leave(waiter)
            raise

    def release(self, permit: Permit) -> None:
        """``permit``'s request is over."""
        with self._lock:
            self._take_back(permit)
            self._serve()

    def withdraw(self, permit: Permit) -> None:
        """``permit``'s request was never sent."""
        with self._lock:
            self._undo(permit)
            self._serve()

    def settle(self, permit: Permit, tokens: int) -> None:
        """``permit``'s request took ``tokens``."""
        with self._lock:
            for window, charge in permit.charges:
                if window is self._tokens:
                    window.correct(charge, tokens, self._clock())
            self._serve()

    def _ready_at(self, tokens: int, now: float) -> float:
        if self._flying >= self._in_flight:
            return math.inf
        when = now
        if self._requests is not None:
            when = self._requests.ready_at(1, now)
        if self._tokens is not None:
            when = max(when, self._tokens.ready_at(tokens, now))
        return when

    def _admit(self, tokens: int, now: float) -> Permit:
        self._flying += 1
        charges = []
        if self._requests is not None:
            charges.append((self._requests, self._requests.add(1, now)))
        if self._tokens is not None:
            charges.append((self._tokens, self._tokens.add(tokens, now)))
        return Permit(self, charges)

    def _take_back(self, permit: Permit) -> None:
        if permit.held:
            permit.held = False
            self._flying -= 1

    def _undo(self, permit: Permit) -> None:
        now = self._clock()
        for window, charge in permit.charges:
            window.correct(charge, 0, now)
        self._take_back(permit)

    def _serve(self) -> None:
        """Let through whoever may go, and have the next one's turn looked at again when it may be time."""
        now = self._clock()
        while (waiter := self._turns.first()) is not None:
            due = self._ready_at(waiter.tokens, now)
            if waiter.loop.is_closed():  # with this one still waiting
                self._turns.pop()
            elif due > now:
                self._look_again(waiter, due, now)
                return
            else:
                self._turns.pop()
                waiter.permit = self._admit(waiter.tokens, now)
                if not _post(waiter.loop, waiter.tell, waiter.permit):
                    self._undo(waiter.permit)

    def _look_again(self, waiter: _Waiter, due: float, now: float) -> None:
        if due not in (waiter.due, math.inf):
            waiter.due = due
            _post(waiter.loop, waiter.loop.call_later, max(due - now, _SHORTEST), self._wake)

    def _wake(self) -> None:
        with self._lock:
            self._serve()

    def _leave(self, waiter: _Waiter) -> None:
        with self._lock:
            if waiter.permit is None:
                self._turns.remove(waiter.user, waiter)
            else:
                self._undo(waiter.permit)  # it was let through while it was being cancelled
            self._serve()


class ProcessLimiter:
    """The limiter of this process: what its parent had in flight when it forked, a child does not wait for."""

    __slots__ = ("_clock", "_limiters", "rate")

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._limiters: dict[int, Limiter] = {}

    def __call__(self) -> Limiter:
        """The limiter itself."""
        pid = os.getpid()
        limiter = self._limiters.get(pid)
        return self._limiters.setdefault(pid, Limiter(self.rate, clock=self._clock)) if limiter is None else limiter


def _post(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> bool:
    """Do ``call`` in ``loop``, at once where that is the running one; False where it is closed."""
    if _running() is loop:
        call(*arguments)
        return True
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:
        return False
    return True


def _running() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
