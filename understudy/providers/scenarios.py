"""What the stand-ins of platform services share: scripted failures, and a record of the calls."""

from __future__ import annotations

import fnmatch
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from understudy.config.models.scenarios import Scenario, ScenarioSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ScriptError,
    ServerError,
    near_match,
)
from understudy.providers.differences import difference

__all__ = ["PlatformCall", "PlatformCalls", "Scenarios"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failing:
    kind: type[ProviderError]
    code: str
    status: int | None
    phase: str
    words: str
    retryable: bool = False


_FAILING: Mapping[str, _Failing] = MappingProxyType(
    {
        "timeout": _Failing(
            kind=RequestTimeoutError,
            code="SERVER_UNAVAILABLE",
            status=None,
            phase="read",
            words="No answer in time.",
            retryable=True,
        ),
        "connection_failed": _Failing(
            kind=ConnectionFailedError,
            code="CONNECTION_FAILED",
            status=None,
            phase="connect",
            words="No connection: the peer refused it.",
            retryable=True,
        ),
        "unavailable": _Failing(
            kind=OverloadedError,
            code="SERVER_UNAVAILABLE",
            status=503,
            phase="answer",
            words="The service is not available for now.",
            retryable=True,
        ),
        "unauthorised": _Failing(
            kind=AuthenticationError, code="UNAUTHORIZED", status=401, phase="answer", words="Unauthorized"
        ),
        "forbidden": _Failing(
            kind=PermissionDeniedError, code="PERMISSION_DENIED", status=403, phase="answer", words="Forbidden"
        ),
        "not_found": _Failing(kind=NotFoundError, code="NOT_FOUND", status=404, phase="answer", words="Not found."),
        "invalid_request": _Failing(
            kind=InvalidRequestError,
            code="INVALID_REQUEST",
            status=400,
            phase="answer",
            words="The request is not valid.",
        ),
        "rate_limited": _Failing(
            kind=RateLimitError,
            code="SERVER_UNAVAILABLE",
            status=429,
            phase="answer",
            words="Too many requests.",
            retryable=True,
        ),
        "internal_error": _Failing(
            kind=ServerError,
            code="INTERNAL_ERROR",
            status=500,
            phase="answer",
            words="The service failed.",
            retryable=True,
        ),
    }
)


@dataclass(slots=True)
class _Rule:
    said: ScenarioSettings
    used: int = 0

    def takes(self, operation: str, user: str | None, arguments: Mapping[str, Any]) -> bool:
        said = self.said
        return (
            (said.times is None or self.used < said.times)
            and fnmatch.fnmatchcase(operation, said.operation)
            and said.user in (None, user)
            and all(name in arguments and arguments[name] == value for name, value in said.arguments.items())
        )


class Scenarios:
    """Which calls fail, and how; from the settings, or added in code with ``fail``. Safe to use from several threads.

    The first that takes a call fails it; those added in code come before those of the settings, the last one first.
    """

    def __init__(self, said: Iterable[ScenarioSettings], *, provider: str, operations: Iterable[str]) -> None:
        self._provider = provider
        self._operations = tuple(sorted(operations))
        self._lock = threading.Lock()
        self._rules = [_Rule(self._checked(each)) for each in said]

    def fail(
        self,
        operation: str = "*",
        error: Scenario = "unavailable",
        *,
        user: str | None = None,
        message: str | None = None,
        retry_after: float | None = None,
        times: int | None = None,
        **arguments: object,
    ) -> None:
        """Let calls of ``operation`` (``*`` and ``?`` stand for any characters) fail with ``error``.

        ``user`` and ``arguments`` narrow it down; ``times`` is how often it happens before it steps aside, None for
        always. ``retry_after`` is in seconds. Raises ScriptError for an operation that does not exist.
        """
        said = ScenarioSettings(
            operation=operation,
            error=error,
            user=user,
            message=message,
            retry_after=retry_after,
            times=times,
            arguments=arguments,
        )
        with self._lock:
            self._rules.insert(0, _Rule(self._checked(said)))

    def clear(self) -> None:
        """Forget all of them: nothing fails any more."""
        with self._lock:
            self._rules.clear()

    def check(self, operation: str, user: str | None, arguments: Mapping[str, Any]) -> None:
        """Raises the ProviderError of the first scenario that takes this call; returns where none does."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.takes(operation, user, arguments)), None)
            if rule is None:
                return
            rule.used += 1
        raise self._error(rule.said, operation)

    def _error(self, said: ScenarioSettings, operation: str) -> ProviderError:
        failing = _FAILING[said.error]
        return failing.kind(
            said.message or failing.words,
            provider=self._provider,
            operation=operation,
            phase=failing.phase,
            status=failing.status,
            code=failing.code,
            retryable=failing.retryable,
            retry_after=said.retry_after,
        )

    def _checked(self, said: ScenarioSettings) -> ScenarioSettings:
        if not any(fnmatch.fnmatchcase(operation, said.operation) for operation in self._operations):
            near = near_match(said.operation, self._operations)
            raise ScriptError(
                f"{self._provider} has no operation {said.operation!r}; its operations: {', '.join(self._operations)}.",
                hint=f"Did you mean {near!r}?" if near else None,
            )
        return said


@dataclass(slots=True, kw_only=True)
class PlatformCall:
    """One call of a stand-in: as whom, with what, and how it ended. Tokens are never a part of it."""

    operation: str
    user: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    error: BaseException | None = None


class PlatformCalls:
    """Remembers the last calls of a stand-in, for assertions. Safe to use from several threads."""

    def __init__(self, *, name: str, kept: int) -> None:
        self._name = name
        self._log: deque[PlatformCall] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[PlatformCall]:
        return iter(tuple(self._log))

    def __len__(self) -> int:
        return len(self._log)

    def of(self, operation: str) -> tuple[PlatformCall, ...]:
        """The calls of one operation, oldest first."""
        return tuple(call for call in self if call.operation == operation)

    @property
    def last(self) -> PlatformCall:
        """The last call. Raises AssertionError where there was none."""
        if not self._log:
            raise AssertionError(f"{self._name} was never called.")
        return self._log[-1]

    def clear(self) -> None:
        """Forget the calls."""
        with self._lock:
            self._log.clear()

    def assert_called(self, operation: str, *, times: int | None = None, **arguments: object) -> None:
        """Raises AssertionError where no call of ``operation`` had these arguments, or not ``times`` of them."""
        found = [
            call
            for call in self.of(operation)
            if all(name in call.arguments and call.arguments[name] == value for name, value in arguments.items())
        ]
        if not found if times is None else len(found) != times:
            wanted = "at least once" if times is None else f"{times} times"
            told = "".join(f"\n  {call.operation} {dict(call.arguments)}" for call in list(self)[-10:])
            with_these = f" with {arguments}" if arguments else ""
            raise AssertionError(
                f"{self._name}: {operation}{with_these} should have been called {wanted}, but was called"
                f" {len(found)} times. The last calls:{told or ' none'}{self._last_differs(operation, arguments)}"
            )

    def _last_differs(self, operation: str, arguments: Mapping[str, object]) -> str:
        """How the last call of ``operation`` differs from these arguments, where it does."""
        asked = self.of(operation)
        was = asked[-1].arguments if asked else arguments
        lines = [
            difference(name, value, was.get(name))
            for name, value in arguments.items()
            if name not in was or was[name] != value
        ]
        return "\n".join([f"\nThe last {operation} differs:", *lines]) if lines else ""

    def assert_not_called(self, operation: str | None = None) -> None:
        """Raises AssertionError where there was a call, of ``operation`` if one is named."""
        found = tuple(self) if operation is None else self.of(operation)
        if found:
            raise AssertionError(f"{self._name} should not have been called, but was: {found[-1].operation}.")

    @contextmanager
    def recording(self, operation: str, user: str | None, arguments: Mapping[str, Any]) -> Iterator[PlatformCall]:
        """Record the call that is made inside, and the error that it ends with."""
        call = PlatformCall(operation=operation, user=user, arguments=dict(arguments))
        with self._lock:
            self._log.append(call)
        try:
            yield call
        except BaseException as error:
            call.error = error
            raise
