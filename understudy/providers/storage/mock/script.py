"""What a storage stand-in was asked, and which commands it fails."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from understudy.config.models.storage_mock import StorageFault
from understudy.domain.errors import StorageError, near_match
from understudy.domain.secrets import MASK
from understudy.domain.storage import RuntimeOptions

__all__ = ["CommandLog", "FaultScript", "StorageCall"]

_SECRETS = frozenset({"secret", "token", "password", "workspace_password"})


@dataclass(slots=True, kw_only=True)
class StorageCall:
    """One command: its message with every secret masked, whom it ran as, and how it ended.

    ``response`` is the response message, masked too; None where there was none, or where ``error`` says what it ended
    with.
    """

    command: str
    message: Any
    principal: str
    features: tuple[str, ...]
    options: RuntimeOptions | None
    response: Any = None
    error: StorageError | None = None


def masked(message: Any) -> Any:
    """A copy of a message in which no secret can be read."""
    copied = type(message)()
    copied.CopyFrom(message)
    _mask(copied)
    return copied


def _mask(message: Any) -> None:
    for field, value in message.ListFields():
        if field.message_type is not None:
            for each in [value] if not field.is_repeated else list(value):
                if hasattr(each, "ListFields"):
                    _mask(each)
        elif field.name in _SECRETS:
            setattr(message, field.name, MASK)


class CommandLog:
    """The commands in the order in which they came, and assertions about them."""

    def __init__(self) -> None:
        self._calls: list[StorageCall] = []

    @property
    def calls(self) -> tuple[StorageCall, ...]:
        """Every command so far, refused ones too, oldest first."""
        return tuple(self._calls)

    def calls_of(self, command: str) -> tuple[StorageCall, ...]:
        """Those of one command, by its short name: ``calls_of("CreateTable")``."""
        return tuple(call for call in self._calls if call.command == command)

    def assert_called(self, command: str, *, times: int | None = None) -> StorageCall:
        """The last call of a command. Raises AssertionError where there was none, or not ``times``."""
        found = self.calls_of(command)
        asked = [call.command for call in self._calls]
        if not found:
            near = near_match(command, asked)
            meant = f" Did you mean {near}?" if near else ""
            raise AssertionError(f"{command} was never run; there were: {', '.join(asked) or 'none'}.{meant}")
        if times is not None and len(found) != times:
            raise AssertionError(f"{command} was run {len(found)} times, not {times}.")
        return found[-1]

    def assert_not_called(self, command: str | None = None) -> None:
        """Raises AssertionError where the command, or any command at all, was run."""
        found = self._calls if command is None else self.calls_of(command)
        if found:
            raise AssertionError(f"{', '.join(call.command for call in found)} was run.")

    def record(self, call: StorageCall) -> StorageCall:
        """Remember a call."""
        self._calls.append(call)
        return call

    def forget(self) -> None:
        """Forget every call."""
        self._calls.clear()


class FaultScript:
    """Which commands fail. The first fault that takes a command fails it; counts are kept for each fault."""

    def __init__(self, faults: Iterable[StorageFault] = ()) -> None:
        self._lock = threading.Lock()
        self._counts: list[tuple[StorageFault, list[int]]] = [(fault, [0]) for fault in faults]

    def add(self, fault: StorageFault) -> None:
        """A further fault, asked after those that are there."""
        with self._lock:
            self._counts.append((fault, [0]))

    def take(self, command: str) -> StorageFault | None:
        """The fault that fails this command now; None where it goes on."""
        with self._lock:
            for fault, count in self._counts:
                if fault.command in (None, command):
                    count[0] += 1
                    last = None if fault.times is None else fault.nth + fault.times - 1
                    if count[0] >= fault.nth and (last is None or count[0] <= last):
                        return fault
        return None

    def clear(self) -> None:
        """No faults any more."""
        with self._lock:
            self._counts.clear()
