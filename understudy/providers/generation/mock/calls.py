"""What was asked of a stand-in, and assertions about it."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass, fields

from understudy.config.models.mock import Operation
from understudy.domain.errors import near_match
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult
from understudy.providers.differences import difference, short
from understudy.providers.generation.mock.matching import turn_text

__all__ = ["Call", "CallLog"]

_FIELDS = frozenset(field.name for field in fields(GenerationRequest))
_OWN = ("text", "system_text", "operation", "streamed", "model")


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: its request, the model that answered, and how it ended.

    ``result`` is None until it has ended well; ``error`` is what it ended with otherwise.
    """

    operation: Operation
    request: GenerationRequest
    model: str
    streamed: bool = False
    result: GenerationResult | None = None
    error: BaseException | None = None

    @property
    def text(self) -> str:
        """The text of the request's last turn."""
        return turn_text(self.request.messages[-1]) if self.request.messages else ""

    def value(self, name: str) -> object:
        """What an assertion compares under this name: a field of the request, or of the call."""
        if name == "system_text":
            return self.request.system_text
        return getattr(self, name) if name in _OWN else getattr(self.request, name)


class CallLog:
    """Remembers the last calls and counts all of them."""

    def __init__(self, *, name: str, kept: int) -> None:
        self._log_name = name
        self._log: deque[Call] = deque(maxlen=kept)
        self._count = 0
        self._log_lock = threading.Lock()

    @property
    def calls(self) -> tuple[Call, ...]:
        """The last calls, oldest first; ``mock.calls_kept`` of the settings says how many are kept."""
        return tuple(self._log)

    @property
    def call_count(self) -> int:
        """How many calls there were, forgotten ones included."""
        return self._count

    @property
    def last_call(self) -> Call:
        """The last call. Raises AssertionError where there was none."""
        if not self._log:
            raise AssertionError(f"{self._log_name} was never called.")
        return self._log[-1]

    @property
    def last_request(self) -> GenerationRequest:
        """The last call's request. Raises AssertionError where there was none."""
        return self.last_call.request

    def _record(self, call: Call) -> Call:
        with self._log_lock:
            self._count += 1
            self._log.append(call)
        return call

    def _forget(self) -> None:
        with self._log_lock:
            self._count = 0
            self._log.clear()

    def assert_called(self, *, times: int | None = None) -> None:
        """Raises AssertionError where there was no call, or not so many."""
        if self._count == 0 if times is None else self._count != times:
            wanted = "at least once" if times is None else f"{times} times"
            raise AssertionError(f"{self._log_name} should have been called {wanted}, {self._told()}")

    def assert_called_once(self) -> None:
        """Raises AssertionError where there was not exactly one call."""
        if self._count != 1:
            raise AssertionError(f"{self._log_name} should have been called once, {self._told()}")

    def assert_not_called(self) -> None:
        """Raises AssertionError where there was a call."""
        if self._count:
            raise AssertionError(f"{self._log_name} should not have been called, {self._told()}")

    def assert_called_with(self, **expected: object) -> None:
        """Raises AssertionError where the last call was not like this, and says what differs.

        Names are the fields of GenerationRequest, and ``text`` (of the last turn), ``system_text``, ``model``,
        ``streamed`` and ``operation``. A compiled regular expression is searched for, anything else must be equal.
        """
        differs = self._differences(self.last_call, expected)
        if differs:
            others = [number for number, call in enumerate(self._log, 1) if not self._differences(call, expected)]
            also = f"\nCall {others[0]} of {len(self._log)} is like this." if others else ""
            raise AssertionError(f"{self._log_name}: the last call differs:\n" + "\n".join(differs) + also)

    def assert_called_once_with(self, **expected: object) -> None:
        """Raises AssertionError where there was not exactly one call, or it was not like this."""
        self.assert_called_once()
        self.assert_called_with(**expected)

    def assert_any_call(self, **expected: object) -> None:
        """Raises AssertionError where none of the calls kept was like this; shows how each differs."""
        problems = [self._differences(call, expected) for call in self._log]
        if all(problems):
            shown = [f"  call {number}:\n" + "\n".join(found) for number, found in enumerate(problems, 1)]
            raise AssertionError("\n".join([f"{self._log_name}: no call was like this, {self._told()}", *shown]))

    def _differences(self, call: Call, expected: dict[str, object]) -> list[str]:
        found = []
        for name, wanted in expected.items():
            if name not in _FIELDS and name not in _OWN:
                near = near_match(name, {*_FIELDS, *_OWN})
                raise TypeError(f"A call has no {name!r}." + (f" Did you mean {near!r}?" if near else ""))
            was = call.value(name)
            like = wanted.search(str(was)) is not None if isinstance(wanted, re.Pattern) else was == wanted
            if not like:
                found.append(difference(name, wanted, was))
        return found

    def _told(self) -> str:
        if not self._count:
            return "but was never called."
        lines = [f"  {number}. {call.operation} {short(call.text)}" for number, call in enumerate(self._log, 1)]
        return f"but was called {self._count} times:\n" + "\n".join(lines[-10:])
