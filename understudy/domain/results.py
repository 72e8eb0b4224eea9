"""What a text generator answers, whole or streamed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart

__all__ = [
    "FinishEvent",
    "FinishReason",
    "GenerationResult",
    "GenerationStream",
    "ReasoningEvent",
    "StreamEvent",
    "TextEvent",
    "ToolCallDeltaEvent",
    "ToolCallEvent",
    "Usage",
    "UsageEvent",
]

_Model = TypeVar("_Model")


class FinishReason(StrEnum):
    """Why the model stopped, in one vocabulary; the provider's own word is ``GenerationResult.finish_reason_raw``."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens, counted alike for all providers.

    ``input_tokens`` includes what was read from and written to a cache; ``output_tokens`` includes reasoning.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            reasoning_tokens=self.reasoning_tokens + other.reasoning_tokens,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationResult:
    """A complete answer.

    ``usage`` is None where the provider reported none. ``latency`` is in seconds, from the call to the last byte.
    ``refusal`` is the model's own words where it declined. ``raw`` is the body as it came (None for streams).
    """

    parts: tuple[Part, ...] = ()
    finish_reason: FinishReason = FinishReason.STOP
    finish_reason_raw: str | None = None
    usage: Usage | None = None
    provider: str = ""
    model: str = ""
    response_id: str | None = None
    request_id: str | None = None
    refusal: str | None = None
    latency: float = 0.0
    raw: bytes | None = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def reasoning(self) -> str:
        """The reasoning parts' text, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, ReasoningPart))

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """The tool calls, in order."""
        return tuple(part for part in self.parts if isinstance(part, ToolCallPart))

    def json(self) -> Any:
        """The text read as JSON, as asked for by ``response_schema``. Raises ValueError where it is not JSON."""
        return json.loads(self.text)

    def parse(self, model: type[_Model]) -> _Model:
        """The text read into a pydantic model. Raises pydantic.ValidationError where it does not fit."""
        validate: Any = getattr(model, "model_validate_json", None)
        if validate is None:
            raise TypeError(f"{model!r} has no model_validate_json().")
        parsed: _Model = validate(self.text)
        return parsed


@dataclass(frozen=True, slots=True)
class TextEvent:
    """More text."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningEvent:
    """More reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallDeltaEvent:
    """A piece of a tool call as it is written; ``index`` counts the calls of this answer from 0."""

    index: int
    id: str
    name: str
    arguments_text: str


@dataclass(frozen=True, slots=True)
class ToolCallEvent:
    """A tool call, complete and parsed."""

    call: ToolCallPart


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """The tokens so far; the last one counts."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class FinishEvent:
    """The end: always the last event of a stream that did not fail, with the whole result."""

    result: GenerationResult

    @property
    def finish_reason(self) -> FinishReason:
        """Why the model stopped."""
        return self.result.finish_reason


StreamEvent: TypeAlias = TextEvent | ReasoningEvent | ToolCallDeltaEvent | ToolCallEvent | UsageEvent | FinishEvent


class GenerationStream:
    """The events of one streamed answer.

    Iterate over it once, with ``async for``; use it as a context manager (or call ``aclose``) where it may be left
    early, so that the connection goes back at once. ``result()`` reads what is left and returns the whole answer.
    """

    def __init__(self, events: AsyncIterator[StreamEvent]) -> None:
        self._events = events
        self._result: GenerationResult | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamEvent:
        event = await self._events.__anext__()
        if type(event) is FinishEvent:
            self._result = event.result
        return event

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the stream and give its connection back. May be called twice."""
        close = getattr(self._events, "aclose", None)
        if close is not None:
            await close()

    async def text(self) -> AsyncIterator[str]:
        """Only the text, piece by piece."""
        try:
            async for event in self:
                if type(event) is TextEvent:
                    yield event.text
        finally:
            await self.aclose()

    async def result(self) -> GenerationResult:
        """The whole answer; reads the rest of the stream first.

        Raises RuntimeError where the stream was closed before its end.
        """
        async for _ in self:
            pass
        if self._result is None:
            raise RuntimeError("The stream was closed before its end, so there is no whole result.")
        return self._result
