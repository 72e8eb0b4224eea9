"""One call: its attempts, its deadline, and what becomes of an answer that says no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from understudy.domain.errors import ProviderError, RequestTimeoutError, ResponseDecodeError
from understudy.domain.redaction import Redactor
from understudy.providers.http import records
from understudy.providers.http.advice import retry_after, should_retry
from understudy.providers.http.answers import ErrorAnswer, HttpResponse, request_id_of
from understudy.providers.http.body import read_body, read_excerpt
from understudy.providers.http.core import Core
from understudy.providers.http.exchange import Exchange, Outgoing
from understudy.providers.http.mapping import default_error

if TYPE_CHECKING:
    from understudy.providers.http.breaker import Leave
    from understudy.providers.http.limiter import Permit

__all__ = ["Call"]

_T = TypeVar("_T")
_ERROR_BYTES = 256 * 1024  # no error needs more words


class Call:
    """One call through a client, with all its attempts.

    ``attempts`` counts them, ``insists`` is what the last answer's x-should-retry said, ``deadline`` is in the event
    loop's time. ``user`` and ``tokens`` are for the limiter: whose turn it is, and about how many the call will take.
    The gate notes in ``queued`` that the limiter lets the call wait, and in ``permit`` and ``leave`` what the attempt
    was given.
    """

    __slots__ = (
        "_attempt_began",
        "_last",
        "_started",
        "attempts",
        "core",
        "deadline",
        "insists",
        "leave",
        "operation",
        "outgoing",
        "path",
        "permit",
        "queued",
        "tokens",
        "total",
        "user",
    )

    def __init__(self, core: Core, outgoing: Outgoing, *, operation: str, path: str, total: float) -> None:
        self.core = core
        self.outgoing = outgoing
        self.operation = operation
        self.path = path
        self.total = total
        self.user: Hashable = None
        self.tokens = 0
        self.queued = False
        self.permit: Permit | None = None
        self.leave: Leave | None = None
        self.attempts = 0
        self.insists: bool | None = None
        self.deadline = 0.0
        self._started = 0.0
        self._attempt_began = 0.0
        self._last: ProviderError | None = None

    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self.core.hooks.clock() - self._started

    async def whole(self) -> HttpResponse:
        """The whole answer, after as many attempts as it takes and the policy allows."""
        response = await self.finish(self._read_whole)
        if self.permit is not None:
            self.permit.release()
        if records.logger.isEnabledFor(logging.INFO):
            records.succeeded(self, response.status, response.request_id)
        return response

    async def finish(self, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        """What ``use`` makes of an answer with status 2xx, after retries and within the total deadline."""
        self._started = self.core.hooks.clock()
        self.deadline = asyncio.get_running_loop().time() + self.total
        failure: ProviderError
        try:
            async with asyncio.timeout_at(self.deadline):
                return await self._attempts(use)
        except ProviderError as error:
            failure = error
        except TimeoutError:
            failure = self._too_late()
            failure.__cause__ = self._last
            if self.leave is not None and failure.phase == "total":
                self.leave.failed(failure)
        self.log_failure(failure)
        # Without the frames below this one: their locals hold the answer, which may repeat the key.
        raise failure.with_traceback(None)

    def _too_late(self) -> RequestTimeoutError:
        error = _queue_too_long(self) if self.queued or self.outgoing.stage == "queue" else _deadline_passed(self)
        self.complete(error)
        return error

    def log_failure(self, error: ProviderError) -> None:
        """The call's record, where it has failed for good."""
        if records.logger.isEnabledFor(logging.INFO):
            records.failed(self, error)

    async def _attempts(self, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        failure: ProviderError
        try:
            result = await self.attempt(use)
        except ProviderError as error:
            failure = error
        else:
            self.core.budget.clean_success()
            return result
        # Only a call that has failed pays for loading and running tenacity.
        from understudy.providers.http.retries import retry

        return await retry(self, use, failure)

    async def attempt(self, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        """One attempt, when it may be made."""
        self.attempts += 1
        self.insists = None
        gate = self.core.gate
        return await (self.limited(use) if gate is None else gate.attempt(self, use))

    def refused(self, error: ProviderError) -> ProviderError:
        """``error``, for an attempt that was not made; the one before it is its cause."""
        error.__cause__ = self._last
        return self.complete(error)

    def leave_limiter(self) -> None:
        """The attempt is over: its place is for the next."""
        if self.permit is not None:
            self.permit.release()

    async def limited(self, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        """One attempt, within the limit for one."""
        self._attempt_began = asyncio.get_running_loop().time()
        limit = self.core.policy.attempt
        if limit is None:
            return await self._exchange(use)
        try:
            async with asyncio.timeout(limit):
                return await self._exchange(use)
        except ProviderError as error:
            failure = error
        except TimeoutError:
            failure = self.complete(_attempt_too_long(limit))
        raise failure

    def last_moment(self) -> tuple[float, RequestTimeoutError]:
        """Until when a stream may last, in the event loop's time, and the error that it ends with then."""
        limit = self.core.policy.attempt
        if limit is not None and self._attempt_began + limit < self.deadline:
            return self._attempt_began + limit, _attempt_too_long(limit)
        message = f"The stream did not end within the total deadline of {self.total:g} s."
        return self.deadline, RequestTimeoutError(message, phase="total", retryable=True)

    async def _exchange(self, use: Callable[[Exchange], Awaitable[_T]]) -> _T:
        try:
            exchange = await self.core.engine().send(self.outgoing)
            try:
                if 200 <= exchange.status < 300:
                    return await use(exchange)
                failure = await self._refusal(exchange)
            except BaseException:
                await exchange.aclose()
                raise
            await exchange.aclose()
        except ProviderError as error:
            failure = self.complete(error)
        self._last = failure.with_traceback(None)
        raise failure

    async def _read_whole(self, exchange: Exchange) -> HttpResponse:
        content = await read_body(exchange, self.core.policy.response_bytes)
        await exchange.aclose()
        headers = exchange.headers
        if headers.get("content-type", "").startswith(("text/html", "application/xhtml")) and self._wants_json():
            raise self.unexpected(exchange, content, "is a web page where JSON was expected")
        return HttpResponse(
            status=exchange.status,
            headers=headers,
            content=content,
            elapsed=self.elapsed(),
            attempts=self.attempts,
            provider=self.core.provider,
            operation=self.operation,
            host=self.core.origin.netloc,
            permit=self.permit,
        )

    def _wants_json(self) -> bool:
        return self.outgoing.headers.get("accept") == "application/json"

    def unexpected(self, exchange: Exchange, content: bytes, what: str) -> ResponseDecodeError:
        """The error for an answer with status 2xx that is not what was asked for."""
        excerpt = Redactor(self.outgoing.secrets.values()).excerpt(content)
        return ResponseDecodeError(
            f"The answer {what}" + (f": {excerpt!r}." if excerpt else "."),
            phase="decode",
            status=exchange.status,
            request_id=request_id_of(exchange.headers),
            body=excerpt or None,
        )

    async def _refusal(self, exchange: Exchange) -> ProviderError:
        if exchange.status < 400:
            return self.complete(_redirect(exchange))
        return self.mapped(exchange, await read_excerpt(exchange, _ERROR_BYTES))

    def mapped(self, exchange: Exchange, content: bytes) -> ProviderError:
        """The error that an answer stands for, by this client's mapper, with the server's advice filled in."""
        body: Any
        try:
            body = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            body = content.decode("utf-8", "replace")
        answer = ErrorAnswer(status=exchange.status, headers=exchange.headers, body=body, operation=self.operation)
        try:
            error = self.core.errors(answer)
        except Exception as fault:  # noqa: BLE001 # a mapper is a plugin's code: its fault must not hide the service's
            records.logger.warning("%s: the error mapper failed with %r", self.core.provider, type(fault).__name__)
            error = default_error(answer)
        self.insists = should_retry(exchange.headers)
        if self.insists is not None:
            error.retryable = self.insists
        if error.retry_after is None:
            error.retry_after = retry_after(exchange.headers, now=self.core.hooks.wall())
        if error.status is None:
            error.status = exchange.status
        if error.request_id is None:
            error.request_id = request_id_of(exchange.headers)
        if error.phase is None:
            error.phase = "answer"
        if error.body is None and content:
            error.body = Redactor(self.outgoing.secrets.values()).excerpt(content, 1000)
        return self.complete(error)

    def complete(self, error: ProviderError) -> ProviderError:
        """Fill in who was asked, and take credentials out of the words that came from outside. May be done twice."""
        error.provider = error.provider or self.core.provider
        error.operation = error.operation or self.operation
        error.host = error.host or self.core.origin.netloc
        redactor = Redactor(self.outgoing.secrets.values())
        error.message = redactor.text(error.message)
        error.args = (error.message,)
        if error.body is not None:
            error.body = redactor.text(error.body)
        return error


def _attempt_too_long(limit: float) -> RequestTimeoutError:
    return RequestTimeoutError(f"The attempt took longer than {limit:g} s.", phase="attempt", retryable=True)


def _deadline_passed(call: Call) -> RequestTimeoutError:
    attempts = f"{call.attempts} attempt{'' if call.attempts == 1 else 's'}"
    doing = ", still connecting" if call.outgoing.stage == "connect" else ""
    return RequestTimeoutError(
        f"No answer within the total deadline of {call.total:g} s, in {attempts}{doing}.", phase="total", retryable=True
    )


def _queue_too_long(call: Call) -> RequestTimeoutError:
    setting = "the provider's http.rate" if call.queued else "http.max_connections"
    return RequestTimeoutError(
        f"No turn within the total deadline of {call.total:g} s: {setting} lets no more through at once.",
        phase="queue",
        retryable=True,
        hint="Send less at once, raise the limit if the service allows more, or give the call a longer timeout.",
    )


def _redirect(exchange: Exchange) -> ResponseDecodeError:
    if exchange.status not in (301, 302, 303, 307, 308):
        return ResponseDecodeError(
            f"The service answers with status {exchange.status}, which is no answer to such a request.",
            phase="answer",
            status=exchange.status,
            request_id=request_id_of(exchange.headers),
        )
    try:
        target = urlsplit(exchange.headers.get("location", ""))
    except ValueError:
        where = "an unreadable address"
    else:
        where = target.hostname or (f"a {target.scheme[:20]} address" if target.scheme else "the same host")
    return ResponseDecodeError(
        f"The service redirects to {where} (HTTP {exchange.status}); redirects are not followed, so that no credential"
        " leaves its host.",
        phase="answer",
        status=exchange.status,
        request_id=request_id_of(exchange.headers),
        hint="Set base_url to the address that the service has moved to, if you trust it.",
    )
