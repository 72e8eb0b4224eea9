"""The stream of Chat Completions: chunks in, events out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from understudy.domain.errors import ResponseDecodeError, StreamInterruptedError
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
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
from understudy.providers.generation.openai.fields import as_word, chat_usage, content_texts, finish_reason
from understudy.providers.generation.wire.arguments import tool_call
from understudy.providers.generation.wire.call_ids import generated_id
from understudy.providers.generation.wire.values import as_text

__all__ = ["ChatDecoder"]


class _Call:
    """A tool call while it is written."""

    __slots__ = ("announced", "id", "index", "key", "name", "own_id", "pieces", "whole")

    def __init__(self, index: int, *, key: Any, answer: str) -> None:
        self.index = index
        self.key = key
        self.id = ""
        self.own_id = generated_id(answer, index)
        self.name = ""
        self.pieces: list[str] = []
        self.whole: Any = None
        self.announced = False

    def part(self) -> ToolCallPart:
        arguments = "".join(self.pieces) if self.whole is None else self.whole
        return tool_call(call_id=self.id or self.own_id, name=self.name, arguments=arguments)


class ChatDecoder:
    """Reads one stream.

    The end marker is a choice's finish reason or the literal ``[DONE]``: several services send only the first, and all
    send the first before the second. What is asked of a service is one choice; of several, the first is read.
    """

    def __init__(self) -> None:
        self.done = False
        self._texts: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[_Call] = []
        self._legacy: _Call | None = None
        self._word: str | None = None
        self._usage: Any = None
        self._model = ""
        self._id = ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    def end(self) -> Iterator[StreamEvent]:
        """What the literal ``[DONE]`` completes."""
        self.done = True
        yield from self._announce(last=True)

    def feed(self, data: Any, event: str | None) -> Iterable[StreamEvent]:
        """The events in one chunk."""
        if type(data) is not dict:
            raise ResponseDecodeError("A chunk of the stream is JSON, but not an object.")
        choices = data.get("choices")
        if choices:
            if len(choices) == 1 and not data.get("usage") and not data.get("error"):
                choice = choices[0]
                delta = choice.get("delta")
                if delta and not choice.get("index") and choice.get("finish_reason") is None:
                    content = delta.get("content")
                    # The chunk that there are most of: nothing but text.
                    if type(content) is str and content and len(delta) == 1:
                        self._texts.append(content)
                        return (TextEvent(content),)
            return self._chunk(data, choices)
        if (
            data.get("error")
            or event == "error"
            or ("choices" not in data and "usage" not in data and "message" in data)
        ):
            raise openai_error(data, status=None, operation="stream")
        return self._chunk(data, ())

    def result(self) -> GenerationResult:
        """The whole answer. Raises StreamInterruptedError where neither a finish reason nor ``[DONE]`` was seen."""
        if not self.done:
            raise StreamInterruptedError(
                "The stream ended without a finish reason and without [DONE].", partial_text=self.text
            )
        parts: list[Part] = []
        reasoning, text = "".join(self._reasoning), self.text
        if reasoning:
            parts.append(ReasoningPart(text=reasoning))
        if text:
            parts.append(TextPart(text))
        parts.extend(call.part() for call in self._calls)
        return GenerationResult(
            parts=tuple(parts),
            finish_reason=finish_reason(self._word, has_calls=bool(self._calls)),
            finish_reason_raw=self._word,
            usage=chat_usage(self._usage),
            model=self._model,
            response_id=self._id or None,
            refusal="".join(self._refusal) or None,
        )

    def _chunk(self, data: Mapping[str, Any], choices: Iterable[Mapping[str, Any]]) -> Iterator[StreamEvent]:
        if data.get("error"):
            raise openai_error(data, status=None, operation="stream")
        self._model = as_text(data.get("model")) or self._model
        self._id = as_text(data.get("id")) or self._id
        for choice in choices:
            if not choice.get("index"):
                yield from self._choice(choice)
        usage = data.get("usage")
        if usage:
            self._usage = usage
            counted = chat_usage(usage)
            if counted is not None and self.done:
                yield UsageEvent(counted)

    def _choice(self, choice: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if choice.get("error"):
            raise openai_error(choice, status=None, operation="stream")
        delta = choice.get("delta") or {}
        yield from self._words(delta)
        refusal = delta.get("refusal")
        if refusal:
            self._refusal.append(refusal)
        calls = delta.get("tool_calls")
        if calls:
            for call in calls:
                yield from self._call(call)
        legacy = delta.get("function_call")
        if legacy:
            yield from self._legacy_call(legacy)
        word = as_word(choice.get("finish_reason"))
        if word is not None:
            self._word = word
            if word:
                self.done = True
                yield from self._announce(last=True)

    def _words(self, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if reasoning:
            self._reasoning.append(reasoning)
            yield ReasoningEvent(reasoning)
        for kind, text in content_texts(delta.get("content")):
            if text and kind == "text":
                self._texts.append(text)
                yield TextEvent(text)
            elif text:
                self._reasoning.append(text)
                yield ReasoningEvent(text)

    def _call(self, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        function = delta.get("function") or {}
        call_id = as_text(delta.get("id"))
        call = self._find(delta.get("index"), call_id, as_text(function.get("name")))
        if call is None:
            yield from self._announce()
            call = _Call(len(self._calls), key=delta.get("index"), answer=self._id)
            self._calls.append(call)
        call.id = call.id or call_id
        yield self._grow(call, function)

    def _find(self, key: Any, call_id: str, name: str) -> _Call | None:
        """The call that a piece belongs to: by index, or, from services that send none, by id.

        A piece that brings another id opens a new call even under an index already used: some services count every
        call as 0.
        """
        for call in reversed(self._calls):
            if key is None:
                if call.id == call_id if call_id else not name:
                    return call
            elif call.key == key:
                return None if call_id and call.id and call_id != call.id else call
        return None

    def _legacy_call(self, function: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if self._legacy is None:
            if not as_text(function.get("name")):
                return
            self._legacy = _Call(len(self._calls), key=None, answer=self._id)
            self._calls.append(self._legacy)
        yield self._grow(self._legacy, function)

    def _grow(self, call: _Call, function: Mapping[str, Any]) -> StreamEvent:
        call.name = call.name or as_text(function.get("name"))
        piece = function.get("arguments")
        if isinstance(piece, str):
            call.pieces.append(piece)
        elif piece is not None:
            call.whole = piece
            piece = None
        return ToolCallDeltaEvent(call.index, call.id or call.own_id, call.name, piece or "")

    def _announce(self, *, last: bool = False) -> Iterator[StreamEvent]:
        """The calls that are complete: before the end those that can be read, for pieces of two calls may alternate."""
        for call in self._calls:
            if not call.announced:
                part = call.part()
                if last or (call.pieces and part.arguments_error is None):
                    call.announced = True
                    yield ToolCallEvent(part)
