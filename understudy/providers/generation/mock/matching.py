"""Which requests a rule takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypedDict, cast

from understudy.config.models.mock import Operation
from understudy.domain.errors import ScriptError, near_match
from understudy.domain.messages import ImagePart, Message, TextPart, ToolResultPart
from understudy.domain.requests import GenerationRequest

__all__ = ["Conditions", "Match", "turn_text"]


class Conditions(TypedDict, total=False):
    """What a rule may ask of a request; the fields of MatchSettings, and ``where``, a function of the request."""

    operation: Operation
    text: str
    regex: str
    system: str
    model: str
    tool: str
    tool_result: str
    images: bool
    nth: int
    where: Callable[[GenerationRequest], bool]


def turn_text(message: Message | None) -> str:
    """The text of a turn: what was said in it, and what tools answered in it."""
    if message is None:
        return ""
    texts = [
        part.text if isinstance(part, TextPart) else part.content
        for part in message.content
        if isinstance(part, TextPart | ToolResultPart)
    ]
    return "\n".join(texts)


class Match:
    """The conditions of one rule."""

    def __init__(self, conditions: Conditions) -> None:
        for name in conditions:
            if name not in Conditions.__annotations__:
                near = near_match(name, Conditions.__annotations__)
                raise ScriptError(
                    f"A rule has no condition {name!r}.", hint=f"Did you mean {near!r}?" if near else None
                )
        if conditions.get("nth", 1) < 1:
            raise ScriptError("A rule with nth below 1 can never match: calls are counted from 1.")
        self.operation: Operation = conditions.get("operation", "generate")
        self.conditions: dict[str, Any] = {**cast("dict[str, Any]", conditions), "operation": self.operation}
        self._nth = conditions.get("nth")
        self._checks = [
            _CHECKS[name](value) for name, value in cast("dict[str, Any]", conditions).items() if name in _CHECKS
        ]

    def takes(self, request: GenerationRequest, *, operation: Operation, model: str, nth: int) -> bool:
        """Whether all conditions hold for the call number ``nth`` of ``operation``."""
        if operation != self.operation or (self._nth is not None and self._nth != nth):
            return False
        return all(check(request, model) for check in self._checks)

    def __str__(self) -> str:
        told = [
            f"{name}={value!r}" for name, value in self.conditions.items() if (name, value) != ("operation", "generate")
        ]
        return ", ".join(told) or "every request"


_Check = Callable[[GenerationRequest, str], bool]


def _last(request: GenerationRequest) -> Message | None:
    return request.messages[-1] if request.messages else None


def _regex(value: str) -> _Check:
    try:
        pattern = re.compile(value)
    except re.error as error:
        raise ScriptError(f"A rule's regex {value!r} is not a regular expression: {error}.") from None
    return lambda request, _: pattern.search(turn_text(_last(request))) is not None


def _tool_result(value: str) -> _Check:
    def check(request: GenerationRequest, _: str) -> bool:
        last = _last(request)
        results = [part for part in last.content if isinstance(part, ToolResultPart)] if last else []
        return any(_name_of(result, request) == value for result in results)

    return check


def _name_of(result: ToolResultPart, request: GenerationRequest) -> str | None:
    """The tool's name; where the result does not bear it, that of the call that it answers."""
    if result.name is not None:
        return result.name
    calls = (part for message in request.messages for part in message.content)
    return next(
        (getattr(call, "name", None) for call in calls if getattr(call, "id", None) == result.tool_call_id), None
    )


def _images(value: bool) -> _Check:  # noqa: FBT001  # the value of a condition, passed by name everywhere
    def check(request: GenerationRequest, _: str) -> bool:
        last = _last(request)
        return value is any(isinstance(part, ImagePart) for part in (last.content if last else ()))

    return check


_CHECKS: Mapping[str, Callable[[Any], _Check]] = {
    "text": lambda value: lambda request, _: value in turn_text(_last(request)),
    "regex": _regex,
    "system": lambda value: lambda request, _: value in request.system_text,
    "model": lambda value: lambda _, model: fnmatchcase(model, value),
    "tool": lambda value: lambda request, _: any(tool.name == value for tool in request.tools),
    "tool_result": _tool_result,
    "images": _images,
    "where": lambda value: lambda request, _: bool(value(request)),
}
