"""What a Llama Stack server answers to a prompt: a response, whole or event by event."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import MappingProxyType, TracebackType
from typing import Any, Generic, Self, TypeVar

from understudy.domain.errors import StreamInterruptedError

__all__ = [
    "ContentPartEvent",
    "EventStream",
    "OutputItemEvent",
    "RawEvent",
    "ResponseStateEvent",
    "ResponseStream",
    "StackEvent",
    "StackResponse",
    "TextDeltaEvent",
]

_E = TypeVar("_E")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResponse:
    """A response. ``status`` is in_progress, completed, incomplete or failed; ``error`` says why it failed.

    ``output`` are its items as the server writes them: messages, searches, tool calls. ``created_at`` is in seconds
    since the epoch.
    """

    id: str
    model: str = ""
    status: str = ""
    output: tuple[Mapping[str, Any], ...] = ()
    created_at: int | None = None
    previous_response_id: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    error: str | None = None
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text of all messages, joined."""
        return "".join(
            part.get("text", "")
            for item in self.output
            if item.get("type") == "message"
            for part in item.get("content") or ()
            if isinstance(part, Mapping) and part.get("type") == "output_text"
        )

    @property
    def file_search_results(self) -> tuple[Mapping[str, Any], ...]:
        """What searches in vector stores found."""
        calls = (item for item in self.output if item.get("type") == "file_search_call")
        return tuple(result for call in calls for result in call.get("results") or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One event of a streamed response; ``raw`` is all that it said."""

    type: str
    sequence_number: int | None = None
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseStateEvent(StackEvent):
    """The response as a whole: created, in_progress, and at the end completed, incomplete or failed."""

    response: StackResponse

    @property
    def is_final(self) -> bool:
        """Whether the stream ends with this."""
        return self.type in ("response.completed", "response.incomplete", "response.failed", "response.cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputItemEvent(StackEvent):
    """An output item begins (``response.output_item.added``) or is complete (``….done``)."""

    output_index: int
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentPartEvent(StackEvent):
    """A part of a message begins (``response.content_part.added``) or is complete (``….done``)."""

    item_id: str
    output_index: int
    content_index: int
    part: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDeltaEvent(StackEvent):
    """More text."""

    item_id: str
    output_index: int
    content_index: int
    delta: str


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One server-sent event as it came: its name, where it has one, and its data."""

    event: str | None
    data: bytes

    def encode(self) -> bytes:
        """The event as it goes on the wire."""
        name = b"" if self.event is None else b"event: " + self.event.encode() + b"\n"
        lines = b"".join(b"data: " + line + b"\n" for line in self.data.split(b"\n"))
        return name + lines + b"\n"


class EventStream(Generic[_E]):
    """What arrives bit by bit: iterate over it once; entering it, or the first step, sends the request.

    Use it as a context manager (or call ``aclose``) where it may be left early, so that the connection goes back at
    once.
    """

    def __init__(self, source: AbstractAsyncContextManager[AsyncIterator[_E]]) -> None:
        self._source = source
        self._items: AsyncIterator[_E] | None = None
        self._closed = False

    async def open(self) -> AsyncIterator[_E]:
        """Send the request and wait for the answer's head, once. Raises what the service says."""
        if self._items is None:
            self._items = await self._source.__aenter__()
        return self._items

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _E:
        if self._closed:
            raise StopAsyncIteration
        items = await self.open()
        try:
            return await items.__anext__()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """End the stream and give its connection back. May be called twice."""
        if not self._closed:
            self._closed = True
            if self._items is not None:
                close = getattr(self._items, "aclose", None)
                if close is not None:
                    await close()
                await self._source.__aexit__(None, None, None)


class ResponseStream(EventStream[StackEvent]):
    """A streamed response; ``result()`` reads what is left and returns the response as it was in the end."""

    _response: StackResponse | None = None

    async def __anext__(self) -> StackEvent:
        event = await super().__anext__()
        if isinstance(event, ResponseStateEvent):
            self._response = event.response
        return event

    async def text(self) -> AsyncIterator[str]:
        """Only the text, piece by piece."""
        try:
            async for event in self:
                if isinstance(event, TextDeltaEvent):
                    yield event.delta
        finally:
            await self.aclose()

    async def result(self) -> StackResponse:
        """The response in its final state, which may be ``failed``."""
        async with self:
            async for _ in self:
                pass
        if self._response is None:
            raise StreamInterruptedError("The stream had no response in it.", phase="stream")
        return self._response
