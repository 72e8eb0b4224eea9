"""A queue that serves its users in turn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Turns"]

_T = TypeVar("_T", bound=Hashable)


class Turns(Generic[_T]):
    """Those who wait: users in turn, each user's own first come, first served.

    So a user with a thousand requests delays another's one by a single request. Every step costs the same, however
    many wait.
    """

    __slots__ = ("_users",)

    def __init__(self) -> None:
        self._users: OrderedDict[Hashable, OrderedDict[_T, None]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._users)

    def add(self, user: Hashable, item: _T) -> None:
        """Put ``item`` at the end of what ``user`` has waiting."""
        self._users.setdefault(user, OrderedDict())[item] = None

    def first(self) -> _T | None:
        """Whose turn it is; None where nobody waits."""
        for items in self._users.values():
            return next(iter(items))
        return None

    def pop(self) -> None:
        """Take out the first; its user's next turn is after all others'."""
        user, items = self._users.popitem(last=False)
        items.popitem(last=False)
        if items:
            self._users[user] = items

    def remove(self, user: Hashable, item: _T) -> None:
        """Take out one that no longer wants to wait; nothing where it is not there."""
        items = self._users.get(user)
        if items is None:
            return
        items.pop(item, None)
        if not items:
            del self._users[user]
