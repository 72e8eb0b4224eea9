"""What was asked in a recording, read from the wire as the service's emulator reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from understudy.domain.requests import GenerationRequest
from understudy.providers.generation.mock.matching import turn_text
from understudy.providers.recording.exchanges import Recorded
from understudy.testing.emulators.exchange import BadRequestError, Received
from understudy.testing.emulators.openai_responses import ResponsesWire
from understudy.testing.emulators.wire import Wire

__all__ = ["Question", "questions"]

_SHOWN = 60
_NEEDED = {"anthropic-version": "2023-06-01"}  # a cassette may have been stripped of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A generation request and what was recorded for it, in order; ``api`` is the OpenAI API that it was sent to."""

    request: GenerationRequest
    model: str
    stream: bool
    api: str
    exchanges: tuple[Recorded, ...]

    @property
    def shown(self) -> str:
        """The beginning of what the last turn says."""
        said = turn_text(self.request.messages[-1] if self.request.messages else None)
        return repr(said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…")


def questions(exchanges: Iterable[Recorded], wires: Sequence[Wire]) -> tuple[list[Question], list[str]]:
    """The different requests, in the order in which they were first made, and in words what is none of them."""
    groups: dict[str, list[Recorded]] = {}
    for exchange in exchanges:
        groups.setdefault(exchange.asked.key, []).append(exchange)
    found: list[Question] = []
    left_out: list[str] = []
    for group in groups.values():
        asked = group[0].asked
        try:
            question = _question(group, wires)
        except BadRequestError as error:
            left_out.append(f"{asked.method} {asked.path}: the request cannot be read ({error})")
            continue
        if question is None:
            left_out.append(f"{asked.method} {asked.path}: it is no request for an answer")
        else:
            found.append(question)
    return found, left_out


def _question(group: Sequence[Recorded], wires: Sequence[Wire]) -> Question | None:
    for received in _received(group[0]):
        for wire in wires:
            route = wire.route(received)
            if route is not None and route.kind == "generate":
                asked = wire.read(received)
                return Question(
                    request=asked.request,
                    model=asked.model,
                    stream=asked.stream,
                    api="responses" if isinstance(wire, ResponsesWire) else "chat",
                    exchanges=tuple(group),
                )
    return None


def _received(exchange: Recorded) -> Iterator[Received]:
    """The request, first with its whole path, then without what a gateway may have put before the service's own."""
    asked = exchange.asked
    parts = urlsplit(asked.url)
    steps = unquote(parts.path).lstrip("/").split("/")
    content = json.dumps(asked.body).encode() if asked.is_json else bytes(asked.body)
    for first in range(len(steps)):
        yield Received(
            method=asked.method,
            path=f"/{'/'.join(steps[first:])}",
            query=dict(parse_qsl(parts.query)),
            headers={**_NEEDED, **asked.headers},
            content=content,
        )
