"""Asking again: whether, after how long, and when to stop. Tenacity runs it; nothing of tenacity shows outside."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from understudy.domain.errors import (
    ConnectionFailedError,
    HTTPClientError,
    MaxRetriesExceededError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
)
from understudy.providers.http import records
from understudy.providers.http.call import Call
from understudy.providers.http.exchange import Exchange
from understudy.providers.http.mapping import RETRY_STATUSES
from understudy.providers.http.policy import Policy

__all__ = ["retry", "wait_before"]

_T = TypeVar("_T")


async def retry(call: Call, use: Callable[[Exchange], Awaitable[_T]], first: ProviderError) -> _T:
    """Make the attempts after the first, which failed with ``first``; what the one that succeeds returns.

    Raises the last attempt's error where it is not worth another, or is the only one; MaxRetriesExceededError, with
    that error as its cause, where attempts, time or the host's retry budget have run out.
    """
    loop = _Retries(call)
    pending: list[ProviderError] = [first]

    async def attempt() -> _T:
        if pending:
            raise pending.pop()
        return await call.attempt(use)

    retrying = AsyncRetrying(
        sleep=loop.sleep,
        retry=retry_if_exception(loop.worth),
        wait=loop.wait,
        stop=loop.stop,
        before_sleep=loop.before_sleep,
        reraise=True,
    )
    try:
        result: _T = await retrying(attempt)
    except ProviderError as error:
        last = error
    else:
        call.core.budget.give_back(loop.paid)
        return result
    if loop.stopped is None or call.attempts == 1:
        raise last
    raise _exceeded(call, last, loop.stopped) from last.with_traceback(None)


class _Retries:
    """The state of one call's retries: the reason for which they stopped, and what the last one cost."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.stopped: str | None = None
        self.paid = 0

    def worth(self, error: BaseException) -> bool:
        """Whether the same request may succeed later, and the server's advice lets us wait for it."""
        if not isinstance(error, ProviderError) or not error.retryable:
            return False
        if error.phase == "breaker":
            return False
        advice = error.retry_after
        if advice is not None and advice > self._call.core.policy.retry_after_max:
            return False
        if self._call.insists:
            return True
        if error.status is not None and error.status >= 400:
            return error.status in RETRY_STATUSES
        if isinstance(error, RequestTimeoutError):
            return error.phase in ("connect", "attempt")
        # Otherwise the answer had begun: what it cost has been paid, and may be paid again only by the caller.
        return isinstance(error, ConnectionFailedError) or not isinstance(error, HTTPClientError)

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next attempt: the server's advice, else exponential backoff."""
        error = _error_of(state)
        core = self._call.core
        chance = core.hooks.random() if core.policy.jitter else 0.0
        return wait_before(core.policy, advice=error.retry_after, attempt=state.attempt_number, chance=chance)

    def stop(self, state: RetryCallState) -> bool:
        """Whether attempts, time or budget have run out; pays for the retry where they have not."""
        call, policy = self._call, self._call.core.policy
        if call.attempts > policy.max_retries:
            self.stopped = f"http.retry.max_retries is {policy.max_retries}"
        elif call.elapsed() + state.upcoming_sleep >= call.total:
            self.stopped = f"the total deadline of {call.total:g} s leaves no time for another"
        else:
            self.paid = call.core.budget.take(throttled=isinstance(_error_of(state), RateLimitError))
            if not self.paid:
                self.stopped = "this host's retry budget is used up"
        return self.stopped is not None

    def before_sleep(self, state: RetryCallState) -> None:
        """Log the retry."""
        if records.logger.isEnabledFor(logging.INFO):
            records.retrying(self._call, _error_of(state), state.upcoming_sleep)

    async def sleep(self, seconds: float) -> None:
        """Wait, by the client's own clock."""
        await self._call.core.hooks.sleep(seconds)


def wait_before(policy: Policy, *, advice: float | None, attempt: int, chance: float) -> float:
    """Seconds before the attempt after number ``attempt``; ``chance`` is a random number between 0 and 1."""
    if advice is not None:
        # Never earlier than advised; a little later, so that those who got the same advice do not return together.
        return advice * (1 + 0.1 * chance) if policy.jitter else advice
    longest = min(policy.backoff_max, policy.backoff_base * 2.0 ** (attempt - 1))
    return longest * chance if policy.jitter else longest


def _error_of(state: RetryCallState) -> ProviderError:
    error = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(error, ProviderError):
        raise TypeError(f"retries are only for provider errors, not {error!r}")
    return error


def _exceeded(call: Call, last: ProviderError, reason: str) -> MaxRetriesExceededError:
    return MaxRetriesExceededError(
        f"{call.attempts} attempts failed and {reason}; the last: {last.message}",
        attempts=call.attempts,
        last_error=last,
        provider=last.provider,
        operation=last.operation,
        host=last.host,
        phase=last.phase,
        status=last.status,
        code=last.code,
        request_id=last.request_id,
        retryable=True,
        retry_after=last.retry_after,
        body=last.body,
        hint=last.hint,
    )
