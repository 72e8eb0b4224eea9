"""What is wrong with a recording: what cannot be played, and what should not be published."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from understudy.domain.redaction import SECRET_HEADERS
from understudy.providers.recording.age import recorded_at
from understudy.providers.recording.bodies import cleaned
from understudy.providers.recording.cleaning import Cleaner
from understudy.providers.recording.exchanges import Asked, Recorded
from understudy.providers.recording.shelf import Conversation

__all__ = ["Finding", "check"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, and in which exchange (from 1; 0: the file as a whole). A ``warning`` still plays as recorded."""

    exchange: int
    where: str
    what: str
    warning: bool = False


def check(conversation: Conversation) -> list[Finding]:
    """All that is wrong with a file. No finding has a credential in it, only its place."""
    if conversation.problem is not None:
        return [Finding(exchange=0, where="file", what=conversation.problem)]
    found = [finding for number, each in enumerate(conversation.exchanges, 1) for finding in _exchange(number, each)]
    if conversation.expired and conversation.age is not None:
        what = f"it is {conversation.age.days} days old: record it again"
        found.append(Finding(exchange=0, where="file", what=what, warning=True))
    return found


def _exchange(number: int, exchange: Recorded) -> Iterator[Finding]:
    for where, what in (*_secrets(exchange), *_body(exchange), *_times(exchange)):
        yield Finding(exchange=number, where=where, what=what)
    if sum(size for _, size in exchange.chunks) != len(exchange.body):
        what = "the pieces' sizes are not the body's: a hand has changed it; the last piece is played longer or shorter"
        yield Finding(exchange=number, where="response.chunks", what=what, warning=True)


def _secrets(exchange: Recorded) -> Iterator[tuple[str, str]]:
    cleaner = Cleaner()
    asked = exchange.asked
    for part, headers in (("request", asked.headers), ("response", exchange.headers)):
        for name, value in headers.items():
            secret = name.lower() in SECRET_HEADERS or cleaner.data({name: value})[name] != value
            if secret and not _MASKED.fullmatch(value):
                yield f"{part}.headers.{name}", _CREDENTIAL
    if cleaner.text(asked.url) != asked.url:
        yield "request.url", _CREDENTIAL
    for place in _masked_in(asked, cleaner):
        yield f"request.{place}", _CREDENTIAL
    for place in _masked_lines(exchange.body, cleaned([(0.0, exchange.body)], cleaner)[0]):
        yield f"response.{place}", _CREDENTIAL


_CREDENTIAL = "it looks like a credential"
# What people put in a header's place before they publish it.
_MASKED = re.compile(r"(?:bearer\s+)?\W*(?:redacted|filtered|removed|masked|dummy|fake|x{3,}|\*{3,})\W*", re.IGNORECASE)


def _masked_in(asked: Asked, cleaner: Cleaner) -> Iterator[str]:
    if asked.is_json:
        yield from _differences("json", asked.body, cleaner.data(asked.body))
    else:
        yield from _masked_lines(asked.body, cleaner.content(asked.body))


def _differences(place: str, before: Any, after: Any) -> Iterator[str]:
    """Where decoded JSON has changed."""
    if isinstance(before, Mapping):
        for name, value in before.items():
            yield from _differences(f"{place}.{name}", value, after[name])
    elif isinstance(before, list):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{place}[{number}]", one, other)
    elif before != after:
        yield place


def _masked_lines(before: bytes, after: bytes) -> Iterator[str]:
    """Where a body has changed: by field where it is JSON, by line where it is text."""
    if before == after:
        return
    try:
        yield from _differences("json", json.loads(before), json.loads(after))
    except (ValueError, RecursionError):
        old, new = before.split(b"\n"), after.split(b"\n")
        changed = [number for number, line in enumerate(old, 1) if number > len(new) or line != new[number - 1]]
        yield f"text, line {(changed or [len(old)])[0]}"


def _body(exchange: Recorded) -> Iterator[tuple[str, str]]:
    kind = exchange.headers.get("content-type", "")
    if not exchange.complete or not exchange.body:
        return
    if "json" in kind and "ndjson" not in kind and "lines" not in kind:
        try:
            json.loads(exchange.body)
        except (ValueError, RecursionError) as error:
            yield "response", f"it is {kind} and cannot be read as JSON ({error})"
    elif kind.startswith("text/"):
        try:
            exchange.body.decode()
        except UnicodeDecodeError as error:
            yield "response", f"it is {kind} and is no UTF-8 ({error.reason} at byte {error.start})"


def _times(exchange: Recorded) -> Iterator[tuple[str, str]]:
    if exchange.at and recorded_at(exchange) is None:
        yield "recorded", "it is no time (ISO 8601)"
    if not 100 <= exchange.status <= 599:
        yield "response.status", f"there is no status {exchange.status}"
    if not (math.isfinite(exchange.began) and exchange.began >= 0):
        yield "response.began", "it is no number of seconds from 0 on"
    times = [exchange.began, *(at for at, _ in exchange.chunks)]
    if not all(map(math.isfinite, times)) or any(later < earlier for earlier, later in pairwise(times)):
        yield "response.chunks", "the pieces' times go backwards, or are no numbers"
    if any(size < 0 for _, size in exchange.chunks):
        yield "response.chunks", "a piece has a size below 0"
