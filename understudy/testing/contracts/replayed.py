"""A contract held by what was recorded: each test runs on a service, and again on what that service then answered.

    from understudy.testing.contracts.replayed import over_recordings

    class TestMine(over_recordings(TextGeneratorContract, cannot={...})):
        @pytest.fixture
        def stage(self, ...): ...     # over a service, with ``use: record``
        @pytest.fixture
        def replay(self, ...): ...    # gives a function: fixtures' values for the second run, with ``use: replay``

What a recording cannot hold has to be listed, each with its reason; and what is listed has to fail, so that the list
stays true.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar, cast

import pytest

__all__ = ["Replay", "over_recordings"]

C = TypeVar("C")

Replay = Callable[[], Mapping[str, object]]
"""Ends the recording, and gives by name the fixtures' values with which the test runs again."""

_NONE: Mapping[str, str] = MappingProxyType({})


def over_recordings(contract: type[C], *, cannot: Mapping[str, str] = _NONE) -> type[C]:
    """The contract with each of its tests run twice, the second time on recordings of the first.

    ``cannot`` has the tests that no replay can pass: a regular expression that is searched for in the test's name with
    its parameters, and the reason. Such a test runs twice too, and its second run must fail.
    """
    tests = {name: _twice(each, cannot) for name, each in inspect.getmembers(contract, callable) if _is_test(name)}
    document = f"{contract.__name__}, and again over recordings."
    return cast("type[C]", type(f"{contract.__name__}OverRecordings", (contract,), {**tests, "__doc__": document}))


def _is_test(name: str) -> bool:
    return name.startswith("test_")


def _twice(test: Callable[..., object], cannot: Mapping[str, str]) -> Callable[..., Awaitable[None]]:
    @wraps(test)
    async def both(self: object, *, replay: Replay, request: pytest.FixtureRequest, **fixtures: Any) -> None:
        own = {"request": request} if "request" in inspect.signature(test).parameters else {}
        await _run(test, self, **own, **fixtures)
        second = {**fixtures, **{name: value for name, value in replay().items() if name in fixtures}}
        reason = next((why for words, why in cannot.items() if re.search(words, request.node.name)), None)
        if reason is None:
            await _run(test, self, **own, **second)
            return
        try:
            await _run(test, self, **own, **second)
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever shows that it does not hold
            return
        pytest.fail(f"It holds on a recording: take it off the list of what cannot ({reason}).")

    signature = inspect.signature(test)
    given = {name: each for name, each in signature.parameters.items() if name != "request"}
    more = {name: inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in ("replay", "request")}
    both.__signature__ = signature.replace(parameters=[*given.values(), *more.values()])  # type: ignore[attr-defined]  # what pytest reads the fixtures from
    return both


async def _run(test: Callable[..., object], *arguments: object, **fixtures: object) -> None:
    found = test(*arguments, **fixtures)
    if isinstance(found, Awaitable):
        await found
