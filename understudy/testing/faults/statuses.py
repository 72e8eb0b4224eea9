"""Faults that a status tells: refusals, advice on when to ask again, redirects."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate
from types import MappingProxyType

from understudy.domain.errors import (
    AuthenticationError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
)
from understudy.testing.faults.fault import ANSWER, Act, Ending, Fault
from understudy.testing.faults.visit import Visit, chunk, head

__all__ = ["FAULTS"]

_RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
_STATUSES: Mapping[int, tuple[type[ProviderError], ...]] = MappingProxyType(
    {
        400: (InvalidRequestError,),
        401: (AuthenticationError,),
        402: (QuotaExceededError,),
        403: (PermissionDeniedError,),
        404: (NotFoundError,),
        405: (InvalidRequestError,),
        408: (RequestTimeoutError,),
        409: (InvalidRequestError, ServerError),
        410: (InvalidRequestError, NotFoundError),
        413: (InvalidRequestError,),
        415: (InvalidRequestError,),
        422: (InvalidRequestError,),
        429: (RateLimitError,),
        500: (ServerError,),
        501: (ServerError,),
        502: (ServerError,),
        503: (OverloadedError,),
        504: (ServerError, RequestTimeoutError),
        520: (ServerError,),
        529: (OverloadedError,),
        599: (ServerError,),
    }
)
_REFUSED: tuple[Ending, ...] = (ResponseDecodeError,)
_MEGABYTE = 1_000_000


def _always(status: int, **headers: str) -> Act:
    async def act(visit: Visit) -> None:
        await visit.refuse(status, headers=_headers(headers))

    return act


def _until(number: int, status: int, **headers: str) -> Act:
    """Refuse, and answer the request with that number."""

    async def act(visit: Visit) -> None:
        if visit.number < number:
            await visit.refuse(status, headers=_headers(headers))
        else:
            await visit.answer()

    return act


def _headers(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name.replace("_", "-"), value) for name, value in headers.items()]


async def _dated(visit: Visit) -> None:
    if visit.number > 1:
        await visit.answer()
    else:
        await visit.refuse(503, headers=[("retry-after", formatdate(time.time() + 2, usegmt=True))])


async def _long_ago(visit: Visit) -> None:
    if visit.number > 1:
        await visit.answer()
    else:
        await visit.refuse(429, headers=[("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")])


async def _nonsense(visit: Visit) -> None:
    advice = ("-5", "soon", "nan", "1e999")
    await visit.refuse(429, headers=[("retry-after", advice[visit.number % len(advice)])])


def _redirect(status: int, target: str) -> Act:
    """``{other}`` in the target is another host, ``{path}`` the path that was asked for."""

    async def act(visit: Visit) -> None:
        location = target.format(other=visit.other, path=visit.arrival.path)
        headers = [("location", location)] if location else []
        await visit.document({}, status=status, headers=headers)

    return act


async def _not_modified(visit: Visit) -> None:
    await visit.send(head(304))
    visit.keep = True


async def _proxy_page(visit: Visit) -> None:
    await visit.body_of(b"<html><h1>502 Bad Gateway</h1></html>", kind="text/html", status=502)


async def _bare(visit: Visit) -> None:
    await visit.body_of(b"", status=503)


async def _other_words(visit: Visit) -> None:
    await visit.document({"detail": [{"loc": ["body"], "msg": "no"}]}, status=422)


async def _echo(visit: Visit) -> None:
    message = f"Incorrect API key provided: {visit.credential}."
    await visit.document(visit.wire.error(401, message), status=401)


async def _endless_refusal(visit: Visit) -> None:
    await visit.begin(kind="text/plain", status=500)
    piece = chunk(b"no " * (_MEGABYTE // 3))
    for _ in range(200):
        await visit.send(piece)


async def _silent_refusal(visit: Visit) -> None:
    await visit.send(head(400, headers=[("content-type", "application/json"), ("content-length", "50")]) + b"{")
    await visit.silence()


async def _cut_refusal(visit: Visit) -> None:
    await visit.send(head(401, headers=[("content-type", "application/json"), ("content-length", "50")]) + b"{")


async def _cookie(visit: Visit) -> None:
    if "cookie" in visit.arrival.headers:
        await visit.refuse(400)
    elif visit.streaming:
        await visit.begin(headers=[("set-cookie", "user=first; Path=/")])
        await visit.pieces([*visit.wire.opening(("pong",)), *visit.wire.closing("pong")])
        await visit.end()
    else:
        await visit.document(visit.wire.whole("pong"), headers=[("set-cookie", "user=first; Path=/")])


def _row(
    name: str,
    happens: str,
    act: Act,
    *ends: Ending,
    requests: int | None = 1,
    calls: int = 1,
) -> Fault:
    return Fault(name=name, happens=happens, act=act, ends=ends or ANSWER, requests=requests, calls=calls)


FAULTS: tuple[Fault, ...] = (
    *(
        _row(f"status_{status}", f"Status {status}, always.", _always(status), *ends, requests=3 if again else 1)
        for status, ends in _STATUSES.items()
        for again in (status in _RETRIED,)
    ),
    *(
        _row(f"once_{status}", f"Status {status} once, then an answer.", _until(2, status), requests=2)
        for status in sorted(_RETRIED)
    ),
    _row("twice_500", "Status 500 twice, then an answer.", _until(3, 500), requests=3),
    _row("proxy_page", "Status 502 and a proxy's page.", _proxy_page, ServerError, requests=3),
    _row("bare_503", "Status 503 without a word.", _bare, OverloadedError, requests=3),
    _row("other_words", "Status 422 in a framework's words.", _other_words, InvalidRequestError),
    _row("key_in_refusal", "Status 401 that repeats the credential.", _echo, AuthenticationError),
    Fault(
        name="refusal_without_end",
        happens="Status 500 with 200 MB of explanation.",
        act=_endless_refusal,
        ends=(ServerError,),
        requests=3,
        strain="memory",
    ),
    Fault(
        name="refusal_that_stalls",
        happens="Status 400 whose explanation never ends.",
        act=_silent_refusal,
        ends=(InvalidRequestError, RequestTimeoutError),
        strain="time",
    ),
    _row("refusal_cut_off", "Status 401 whose explanation is cut off.", _cut_refusal, AuthenticationError),
    _row("advice_seconds", "503 with Retry-After: 1, then an answer.", _until(2, 503, retry_after="1"), requests=2),
    _row("advice_date", "503 with a date two seconds ahead, then an answer.", _dated, requests=2),
    _row("advice_past", "429 with a date long ago, then an answer.", _long_ago, requests=2),
    _row("advice_ms", "429 with retry-after-ms, then an answer.", _until(2, 429, retry_after_ms="1500"), requests=2),
    _row("advice_hour", "429 with Retry-After: 3600.", _always(429, retry_after="3600"), RateLimitError),
    _row("advice_nonsense", "429 with advice that is none.", _nonsense, RateLimitError, requests=3),
    _row("advice_no", "500 with x-should-retry: false.", _always(500, x_should_retry="false"), ServerError),
    _row("advice_yes", "400 with x-should-retry: true, once.", _until(2, 400, x_should_retry="true"), requests=2),
    _row("redirect_away", "307 to another host.", _redirect(307, "{other}{path}"), *_REFUSED),
    _row("redirect_for_good", "301 to another host.", _redirect(301, "{other}{path}"), *_REFUSED),
    _row("redirect_to_get", "303 to another host.", _redirect(303, "{other}{path}"), *_REFUSED),
    _row("redirect_loop", "308 to itself.", _redirect(308, "{path}"), *_REFUSED),
    _row("redirect_to_file", "302 to a file of the machine.", _redirect(302, "file:///etc/passwd"), *_REFUSED),
    _row("redirect_nowhere", "307 without a target.", _redirect(307, ""), *_REFUSED),
    _row("not_modified", "304, which nobody asked for.", _not_modified, *_REFUSED),
    _row("cookie", "Answers that set a cookie, and refuse whoever brings it back.", _cookie, requests=3, calls=3),
)
