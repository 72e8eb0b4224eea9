"""Gemini's function calls: whole, or with arguments that come in pieces, each with the path of its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.wire.arguments import tool_call
from understudy.providers.generation.wire.values import as_list, as_mapping, as_text

__all__ = ["PartialCall"]

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_VALUES = ("stringValue", "numberValue", "boolValue")


class PartialCall:
    """A call whose arguments are still coming."""

    def __init__(self, start: Mapping[str, Any], *, call_id: str, signature: str | None) -> None:
        self.id = call_id
        self.name = as_text(start.get("name"))
        self._signature = signature
        self._arguments: dict[str, Any] = {}
        self._problem: str | None = None
        self._given = start.get("args")
        self.add(start)

    def add(self, piece: Mapping[str, Any]) -> None:
        """Put a piece's values where they belong; text goes on where the same path had text."""
        for partial in as_list(piece.get("partialArgs")):
            self._put(as_mapping(partial))

    def part(self, *, finished: bool = True) -> ToolCallPart:
        """The call; where it did not come to its end, it says so in ``arguments_error``."""
        if self._arguments or self._problem or not finished:
            problem = self._problem if finished else "The answer ended before the arguments did"
            return ToolCallPart(
                id=self.id,
                name=self.name,
                arguments={} if problem else self._arguments,
                arguments_error=problem,
                signature=self._signature,
            )
        return tool_call(call_id=self.id, name=self.name, arguments=self._given, signature=self._signature)

    def _put(self, partial: Mapping[str, Any]) -> None:
        path = as_text(partial.get("jsonPath"))
        steps = _steps(path)
        value = next((partial[key] for key in _VALUES if key in partial), None)
        if not steps or not _place(self._arguments, steps, value):
            self._problem = f"A piece of the arguments has no place at {path!r}"


def _steps(path: str) -> list[str | int]:
    """The names and numbers of a path such as ``$.items[0].name``; none where it is not of that kind."""
    rest = path.removeprefix("$")
    steps: list[str | int] = []
    while rest:
        found = _STEP.match(rest)
        if found is None:
            return []
        number = found.group(2)
        steps.append(int(number) if number else found.group(1) or found.group(3) or found.group(4) or "")
        rest = rest[found.end() :]
    return steps


def _place(target: Any, steps: list[str | int], value: Any) -> bool:
    """Put ``value`` into ``target``, making what is missing on the way; False where the path cannot be walked."""
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if not _make_room(target, step):
            return False
        known = target[step]
        if following is None:
            target[step] = known + value if isinstance(known, str) and isinstance(value, str) else value
        elif known is None:
            target[step] = [] if isinstance(following, int) else {}
        target = target[step]
    return True


def _make_room(target: Any, step: str | int) -> bool:
    """Whether ``target`` has, or now has, a place at ``step``."""
    if isinstance(step, str):
        if isinstance(target, dict):
            target.setdefault(step, None)
        return isinstance(target, dict)
    # A list grows by one at a time: a large number in a path must not fill the memory.
    if not isinstance(target, list) or step > len(target):
        return False
    if step == len(target):
        target.append(None)
    return True
