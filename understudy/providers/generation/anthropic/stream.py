"""Anthropic's event stream, read into events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.errors import StreamInterruptedError
from understudy.domain.messages import Part, ToolCallPart
from understudy.domain.results import (
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    UsageEvent,
)
from understudy.providers.generation.anthropic.errors import stream_error
from understudy.providers.generation.anthropic.reading import message_result, read_block, read_usage
from understudy.providers.generation.wire.values import as_list, as_mapping, as_text, not_the_protocol

__all__ = ["AnthropicDecoder"]


class _Block:
    """A content block while its deltas come in. Pieces are kept apart and joined once, at the end."""

    __slots__ = ("call_index", "closed", "kind", "pieces", "signature", "start")

    def __init__(self, start: Mapping[str, Any], call_index: int) -> None:
        self.start = start
        self.kind = as_text(start.get("type"))
        self.call_index = call_index
        self.pieces: list[str] = []
        self.signature: str | None = None
        self.closed = False

    def joined(self) -> str:
        """The text, the thinking or the arguments' JSON so far."""
        return as_text(self.start.get(self.kind)) + "".join(self.pieces)

    def part(self) -> Part | None:
        """What the block is so far. A call's arguments may come whole at its start, and then without deltas."""
        whole = dict(self.start)
        joined = self.joined()
        if self.kind in ("text", "thinking"):
            whole[self.kind] = joined
        elif joined.strip():
            whole["input"] = joined
        if self.signature is not None:
            whole["signature"] = self.signature
        return read_block(whole)


class AnthropicDecoder:
    """Reads one stream. The end marker is ``message_stop``; blocks are found by their place in the content."""

    def __init__(self) -> None:
        self._message: dict[str, Any] | None = None
        self._usage: dict[str, Any] = {}
        self._blocks: list[_Block] = []
        self._done = False

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(block.joined() for block in self._blocks if block.kind == "text")

    @property
    def done(self) -> bool:
        """Whether ``message_stop`` was seen."""
        return self._done

    def feed(self, data: Any, event: str | None) -> Iterator[StreamEvent]:
        """The events in one frame. Kinds that are not known are passed over: the API may add some at any time."""
        frame = as_mapping(data)
        kind = as_text(frame.get("type")) or event
        if kind == "error" or (not kind and frame.get("error")):
            raise stream_error(frame)
        if not kind:
            raise not_the_protocol("Anthropic", "an event has no type")
        if kind == "message_start":
            yield from self._start(as_mapping(frame.get("message")))
        elif kind == "content_block_start":
            yield from self._open(as_mapping(frame.get("content_block")))
        elif kind == "content_block_delta":
            yield from self._delta(self._block(frame.get("index")), as_mapping(frame.get("delta")))
        elif kind == "content_block_stop":
            yield from self._close(self._block(frame.get("index")))
        elif kind == "message_delta":
            yield from self._message_delta(frame)
        elif kind == "message_stop":
            for block in self._blocks:
                yield from self._close(block)
            self._done = True

    def result(self) -> GenerationResult:
        """The whole answer."""
        if not self._done:
            raise StreamInterruptedError("The stream ended before message_stop.", partial_text=self.text)
        return self._result()

    def _result(self) -> GenerationResult:
        parts = tuple(part for block in self._blocks if (part := block.part()) is not None)
        return message_result({**(self._message or {}), "usage": self._usage}, parts)

    def _start(self, message: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if self._message is not None:
            return  # only a gateway that asked upstream again repeats it; the first has the ids and the input's count
        self._message = dict(message)
        self._usage.update(as_mapping(message.get("usage")))
        for block in as_list(message.get("content")):
            yield from self._open(as_mapping(block))

    def _open(self, start: Mapping[str, Any]) -> Iterator[StreamEvent]:
        calls = sum(block.kind == "tool_use" for block in self._blocks)
        block = _Block(start, calls)
        self._blocks.append(block)
        if block.kind == "tool_use":
            yield ToolCallDeltaEvent(calls, as_text(start.get("id")), as_text(start.get("name")), "")
        elif block.kind == "text" and (text := as_text(start.get("text"))):
            yield TextEvent(text)
        elif block.kind == "thinking" and (text := as_text(start.get("thinking"))):
            yield ReasoningEvent(text)

    def _block(self, index: Any) -> _Block:
        if not isinstance(index, int) or not 0 <= index < len(self._blocks):
            raise not_the_protocol("Anthropic", f"an event is for content block {index!r} of {len(self._blocks)}")
        return self._blocks[index]

    def _delta(self, block: _Block, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        kind = delta.get("type")
        if kind == "text_delta" and block.kind == "text":
            if text := as_text(delta.get("text")):
                block.pieces.append(text)
                yield TextEvent(text)
        elif kind == "thinking_delta" and block.kind == "thinking":
            if text := as_text(delta.get("thinking")):
                block.pieces.append(text)
                yield ReasoningEvent(text)
        elif kind == "signature_delta" and block.kind == "thinking":
            block.signature = as_text(delta.get("signature"))
        elif kind == "input_json_delta" and block.kind == "tool_use" and (text := as_text(delta.get("partial_json"))):
            block.pieces.append(text)
            start = block.start
            yield ToolCallDeltaEvent(block.call_index, as_text(start.get("id")), as_text(start.get("name")), text)

    def _close(self, block: _Block) -> Iterator[StreamEvent]:
        if block.kind == "tool_use" and not block.closed:
            block.closed = True
            call = block.part()
            if isinstance(call, ToolCallPart):
                yield ToolCallEvent(call)

    def _message_delta(self, frame: Mapping[str, Any]) -> Iterator[StreamEvent]:
        message = self._message if self._message is not None else {}
        self._message = message
        message.update(as_mapping(frame.get("delta")))
        self._usage.update({key: count for key, count in as_mapping(frame.get("usage")).items() if count is not None})
        usage = read_usage(self._usage)
        if usage is not None:
            yield UsageEvent(usage)
