"""Ollama's answers, whole or as lines of a stream, read into parts and events.

A whole answer is read as a stream of one line, so that both readings are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import StreamInterruptedError
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishReason,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.ollama.errors import line_error
from understudy.providers.generation.wire.arguments import tool_call
from understudy.providers.generation.wire.call_ids import generated_id
from understudy.providers.generation.wire.values import (
    as_count,
    as_list,
    as_mapping,
    as_optional_text,
    as_text,
    not_the_protocol,
)

__all__ = ["OllamaDecoder"]

_FINISH: Mapping[str, FinishReason] = MappingProxyType(
    {"stop": FinishReason.STOP, "length": FinishReason.LENGTH, "load": FinishReason.OTHER}
)


class OllamaDecoder:
    """Reads one answer of ``/api/chat`` or ``/api/generate``. Its end marker is ``done: true``."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: list[ToolCallPart] = []
        self._done = False
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._model = ""
        self._created = ""

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    @property
    def done(self) -> bool:
        """Whether the line with ``done: true`` was seen."""
        return self._done

    def feed(self, data: Any, event: str | None) -> Iterator[StreamEvent]:  # noqa: ARG002 - lines have no event names
        """The events in one line."""
        line = as_mapping(data)
        if line.get("error"):
            raise line_error(line)
        if not line.keys() & {"message", "response", "done"}:
            raise not_the_protocol("Ollama", "it has no message")
        message = line.get("message")
        if message is not None and not isinstance(message, dict):
            raise not_the_protocol("Ollama", "its message is no object")
        self._model = as_text(line.get("model")) or self._model
        self._created = self._created or as_text(line.get("created_at"))
        yield from self._message(line if "message" not in line else as_mapping(line.get("message")))
        if line.get("done") is True:
            self._done = True
            self._finish = as_optional_text(line.get("done_reason"))
            self._usage = _usage(line)
            if self._usage is not None:
                yield UsageEvent(self._usage)

    def result(self) -> GenerationResult:
        """The whole answer. The order of its parts is the one in which Ollama's models speak."""
        if not self._done:
            raise StreamInterruptedError("The stream ended before done: true.", partial_text=self.text)
        return GenerationResult(
            parts=tuple(self._parts()),
            finish_reason=self._finish_reason(),
            finish_reason_raw=self._finish,
            usage=self._usage,
            model=self._model,
        )

    def _message(self, message: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if thinking := as_text(message.get("thinking")):
            self._thinking.append(thinking)
            yield ReasoningEvent(thinking)
        # /api/generate calls the text "response".
        if text := as_text(message.get("content")) or as_text(message.get("response")):
            self._text.append(text)
            yield TextEvent(text)
        for entry in as_list(message.get("tool_calls")):
            function = as_mapping(as_mapping(entry).get("function"))
            call = tool_call(
                call_id=as_optional_text(as_mapping(entry).get("id")) or generated_id(self._created, len(self._calls)),
                name=as_text(function.get("name")),
                arguments=function.get("arguments"),
            )
            self._calls.append(call)
            yield ToolCallEvent(call)

    def _parts(self) -> Iterator[Part]:
        if self._thinking:
            yield ReasoningPart(text="".join(self._thinking))
        if self._text:
            yield TextPart(self.text)
        yield from self._calls

    def _finish_reason(self) -> FinishReason:
        # Servers of before 0.3 give no reason when they are done; they only ever stopped.
        reason = FinishReason.STOP if self._finish is None else _FINISH.get(self._finish, FinishReason.OTHER)
        return FinishReason.TOOL_CALLS if reason is FinishReason.STOP and self._calls else reason


def _usage(line: Mapping[str, Any]) -> Usage | None:
    """The token counts; a prompt that the server still had in its memory is left out by the server and counts 0."""
    if not line.keys() & {"prompt_eval_count", "eval_count"}:
        return None
    return Usage(input_tokens=as_count(line.get("prompt_eval_count")), output_tokens=as_count(line.get("eval_count")))
