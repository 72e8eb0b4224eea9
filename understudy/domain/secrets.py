"""A credential that does not show itself."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["MASK", "Secret"]

MASK = "**********"


class Secret:
    """Holds a credential; only ``reveal()`` gives it out.

    ``str``, ``repr`` and ``format`` show a mask, pickling is refused, and comparison needs another ``Secret``. Reveal
    it where it is used, in as few frames as can be: debuggers and error trackers show locals.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return f"Secret('{MASK}')" if self._value else "Secret('')"

    def __str__(self) -> str:
        return MASK if self._value else ""

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("A Secret is not pickled: it would be written in clear. Pass the name of its variable instead.")
