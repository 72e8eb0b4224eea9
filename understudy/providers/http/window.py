"""What was spent within the last minute."""

from __future__ import annotations

from collections import deque

__all__ = ["Charge", "Window"]


class Charge:
    """``amount`` spent, which counts until ``ends``."""

    __slots__ = ("amount", "ends")

    def __init__(self, amount: int, ends: float) -> None:
        self.amount = amount
        self.ends = ends


class Window:
    """At most ``limit`` in any ``span`` seconds, wherever they begin: no double portion at the turn of a minute.

    The caller gives the time, by a monotonic clock.
    """

    __slots__ = ("_charges", "_limit", "_span", "_spent")

    def __init__(self, limit: int, *, span: float = 60.0) -> None:
        self._limit = limit
        self._span = span
        self._charges: deque[Charge] = deque()
        self._spent = 0

    def ready_at(self, amount: int, now: float) -> float:
        """When ``amount`` fits: ``now`` or later. More than the limit fits when nothing else was spent."""
        charges = self._charges
        while charges and charges[0].ends <= now:
            self._spent -= charges.popleft().amount
        lacking = self._spent + min(amount, self._limit) - self._limit
        if lacking <= 0:
            return now
        for charge in charges:
            lacking -= charge.amount
            if lacking <= 0:
                return charge.ends
        return now

    def add(self, amount: int, now: float) -> Charge:
        """Spend ``amount``."""
        charge = Charge(amount, now + self._span)
        self._charges.append(charge)
        self._spent += amount
        return charge

    def correct(self, charge: Charge, amount: int, now: float) -> None:
        """``charge`` was an estimate, ``amount`` is what it really was; what is more is spent now."""
        if amount > charge.amount:
            self.add(amount - charge.amount, now)
        elif charge.ends > now:
            self._spent -= charge.amount - amount
            charge.amount = amount
