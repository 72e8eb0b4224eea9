"""The stream of OpenAI's Responses API: typed events in, ours out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from understudy.domain.errors import ResponseDecodeError, StreamInterruptedError
from understudy.domain.results import (
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    UsageEvent,
)
from understudy.providers.generation.openai.errors import openai_error
from understudy.providers.generation.wire.arguments import tool_call
from understudy.providers.generation.wire.values import as_text

__all__ = ["ResponsesDecoder"]


class _ReadResponse(Protocol):
    def __call__(self, response: Mapping[str, Any], *, operation: str) -> GenerationResult: ...


class ResponsesDecoder:
    """Reads one stream. The end marker is ``response.completed`` or ``response.incomplete``.

    The last event carries the whole response, and that is the result. Its output may be left empty (ChatGPT's own
    endpoint does it); then the result is made of the items that were completed on the way.
    """

    def __init__(self, read: _ReadResponse) -> None:
        self.done = False
        self._read = read
        self._texts: list[str] = []
        self._items: dict[Any, Mapping[str, Any]] = {}
        self._calls: dict[Any, tuple[int, str, str]] = {}
        self._result: GenerationResult | None = None
        self._handlers: Mapping[str, Callable[[Mapping[str, Any]], Iterable[StreamEvent]]] = {
            "response.reasoning_summary_text.delta": self._reasoning,
            "response.reasoning_text.delta": self._reasoning,
            "response.output_item.added": self._added,
            "response.function_call_arguments.delta": self._arguments,
            "response.output_item.done": self._item,
            "response.completed": self._finish,
            "response.incomplete": self._finish,
            "response.failed": self._fail,
            "error": self._fail,
        }

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    def feed(self, data: Any, event: str | None) -> Iterable[StreamEvent]:
        """The events in one frame. Some services leave out the SSE event's name, none the type in the data."""
        if type(data) is not dict:
            raise ResponseDecodeError("An event of the stream is JSON, but not an object.")
        kind = data.get("type")
        if kind == "response.output_text.delta":
            text = data["delta"]
            if not text:
                return ()
            self._texts.append(text)
            return (TextEvent(text),)
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            return handler(data)
        if event == "error" or data.get("error"):
            return self._fail(data)
        return ()

    def result(self) -> GenerationResult:
        """The whole answer. Raises StreamInterruptedError where the last event is missing."""
        if self._result is None:
            raise StreamInterruptedError("The stream ended without response.completed.", partial_text=self.text)
        return self._result

    def _reasoning(self, data: Mapping[str, Any]) -> Iterable[StreamEvent]:
        text = data.get("delta")
        return (ReasoningEvent(text),) if text else ()

    def _added(self, data: Mapping[str, Any]) -> Iterable[StreamEvent]:
        item = data["item"]
        if item.get("type") != "function_call":
            return ()
        call = (len(self._calls), as_text(item.get("call_id")) or as_text(item.get("id")), as_text(item.get("name")))
        self._calls[_place(data)] = call
        return (ToolCallDeltaEvent(*call, ""),)

    def _arguments(self, data: Mapping[str, Any]) -> Iterable[StreamEvent]:
        call = self._calls.get(_place(data))
        return () if call is None else (ToolCallDeltaEvent(*call, data.get("delta") or ""),)

    def _item(self, data: Mapping[str, Any]) -> Iterable[StreamEvent]:
        item = data["item"]
        self._items[_place(data)] = item
        if item.get("type") != "function_call":
            return ()
        call = tool_call(
            call_id=as_text(item.get("call_id")) or as_text(item.get("id")),
            name=as_text(item.get("name")),
            arguments=item.get("arguments"),
        )
        return (ToolCallEvent(call),)

    def _finish(self, data: Mapping[str, Any]) -> Iterator[StreamEvent]:
        response = data["response"]
        if not response.get("output"):
            response = {**response, "output": list(self._items.values())}
        result = self._read(response, operation="stream")
        seen = self.text
        if result.text.startswith(seen) and len(result.text) > len(seen):
            # A service that sends text only with the whole response still streams it all.
            rest = result.text[len(seen) :]
            self._texts.append(rest)
            yield TextEvent(rest)
        self._result = result
        self.done = True
        if result.usage is not None:
            yield UsageEvent(result.usage)

    def _fail(self, data: Mapping[str, Any]) -> Iterable[StreamEvent]:
        response = data.get("response")
        raise openai_error(response if isinstance(response, Mapping) else data, status=None, operation="stream")


def _place(data: Mapping[str, Any]) -> Any:
    """What tells an item from the others: its place in the output, or its id from services that send no place."""
    place = data.get("output_index")
    if place is None:
        place = data.get("item_id") or (data.get("item") or {}).get("id")
    return place
