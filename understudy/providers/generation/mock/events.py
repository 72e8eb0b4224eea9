"""A whole result as the events of a stream."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from understudy.domain.messages import ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishEvent,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    UsageEvent,
)

__all__ = ["argument_pieces", "events_of", "is_piece", "pieces"]

_WORD = re.compile(r"\s*\S+|\s+")
_ARGUMENTS = 24


def pieces(text: str, chunks: Sequence[str] | None = None) -> list[str]:
    """``text`` in pieces: those of ``chunks`` as far as the text goes, else word by word. Joined they are the text."""
    if chunks is None:
        return _WORD.findall(text)
    found: list[str] = []
    place = 0
    for chunk in chunks:
        piece = text[place : place + len(chunk)]
        place += len(chunk)
        if piece:
            found.append(piece)
    return found


def argument_pieces(call: ToolCallPart) -> list[str]:
    """A call's arguments as JSON text, in pieces as a model writes them."""
    text = call.arguments_text if call.arguments_text is not None else json.dumps(call.arguments, ensure_ascii=False)
    return [text[place : place + _ARGUMENTS] for place in range(0, len(text), _ARGUMENTS)]


def is_piece(event: StreamEvent) -> bool:
    """Whether the event brings something that the model wrote, for which a caller waits."""
    return isinstance(event, TextEvent | ReasoningEvent | ToolCallDeltaEvent | ToolCallEvent)


def events_of(
    result: GenerationResult, *, chunks: Sequence[str] | None = None, call_deltas: bool = True
) -> Iterator[StreamEvent]:
    """The events in the order in which the real decoders give them; ``call_deltas`` is whether calls come in pieces."""
    calls = 0
    for part in result.parts:
        if isinstance(part, TextPart):
            yield from map(TextEvent, pieces(part.text, chunks))
        elif isinstance(part, ReasoningPart):
            yield from map(ReasoningEvent, pieces(part.text))
        elif isinstance(part, ToolCallPart):
            if call_deltas:
                for piece in ("", *argument_pieces(part)):
                    yield ToolCallDeltaEvent(calls, part.id, part.name, piece)
            calls += 1
            yield ToolCallEvent(part)
    if result.usage is not None:
        yield UsageEvent(result.usage)
    yield FinishEvent(result)
