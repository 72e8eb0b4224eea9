"""A budget of retries per host: a service that is down gets a few more requests, not a storm."""

from __future__ import annotations

import threading

__all__ = ["RetryBudget"]

_QUOTA = 500
_TRANSIENT = 14
_THROTTLED = 5


class RetryBudget:
    """Retries cost, clean successes pay back.

    The quota is 500. A retry after throttling (429) costs 5, after anything else 14; it is given back when the retried
    call succeeds. A call that succeeds at once adds 1. So a host that is down for good gets 35 retries in all, however
    many calls fail, and a healthy one is never short. All clients of a host share one; safe between threads.
    """

    __slots__ = ("_left", "_lock")

    def __init__(self) -> None:
        self._left = _QUOTA
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """What is left of the quota."""
        return self._left

    def take(self, *, throttled: bool) -> int:
        """Pay for a retry: what it costs, or 0 where too little is left, and then nothing is taken."""
        cost = _THROTTLED if throttled else _TRANSIENT
        with self._lock:
            if self._left < cost:
                return 0
            self._left -= cost
            return cost

    def give_back(self, cost: int) -> None:
        """The retry that ``cost`` was paid for has succeeded."""
        with self._lock:
            self._left = min(_QUOTA, self._left + cost)

    def clean_success(self) -> None:
        """A call has succeeded at its first attempt."""
        if self._left < _QUOTA:
            self.give_back(1)
