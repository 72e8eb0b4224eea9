"""Gemini's answers, whole or as a stream of partial answers, read into parts and events.

A whole answer is read as a stream of one frame, so that both readings are one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.domain.errors import StreamInterruptedError
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallEvent,
    UsageEvent,
)
from understudy.providers.generation.gemini.calls import PartialCall
from understudy.providers.generation.gemini.errors import frame_error
from understudy.providers.generation.gemini.reading import (
    block_reason,
    counts_of,
    finish_reason,
    finish_word,
    first_candidate,
    parts_of,
    read_image,
    read_usage,
)
from understudy.providers.generation.wire.call_ids import generated_id
from understudy.providers.generation.wire.values import as_mapping, as_optional_text, as_text, not_the_protocol

__all__ = ["GeminiDecoder"]

_ANSWER = frozenset({"candidates", "promptFeedback", "usageMetadata", "responseId", "modelVersion"})


class _Run:
    """Text or thoughts that came in pieces without anything else between them; joined once, at the end."""

    def __init__(self, *, thought: bool) -> None:
        self.thought = thought
        self.pieces: list[str] = []
        self.signature: str | None = None

    def parts(self) -> Iterator[Part]:
        """The part; a signature on plain text follows it as a part of its own, to go back with the next request."""
        text = "".join(self.pieces)
        if self.thought:
            if text or self.signature is not None:
                yield ReasoningPart(text=text, signature=self.signature)
            return
        if text:
            yield TextPart(text)
        if self.signature is not None:
            yield ReasoningPart(signature=self.signature, redacted=True)


class GeminiDecoder:
    """Reads one answer. Its end marker is a finish reason, or the reason why the prompt was refused."""

    def __init__(self) -> None:
        self._parts: list[_Run | Part | PartialCall] = []
        self._open: PartialCall | None = None
        self._calls = 0
        self._finish: str | None = None
        self._blocked: tuple[str | None, str | None] = (None, None)
        self._counts: Mapping[str, Any] | None = None
        self._model = ""
        self._response_id: str | None = None

    @property
    def text(self) -> str:
        """The text so far."""
        runs = (part for part in self._parts if isinstance(part, _Run) and not part.thought)
        return "".join(piece for run in runs for piece in run.pieces)

    @property
    def done(self) -> bool:
        """Whether the end marker was seen; frames with no more than token counts may still follow."""
        return self._finish is not None or self._blocked[0] is not None

    def feed(self, data: Any, event: str | None) -> Iterator[StreamEvent]:  # noqa: ARG002 - Gemini names no events
        """The events in one frame."""
        frame = as_mapping(data)
        if frame.get("error") or isinstance(data, list):
            raise frame_error(data)
        if not _ANSWER & frame.keys():
            raise not_the_protocol("Gemini", "it has no candidates")
        candidates = frame.get("candidates")
        if candidates is not None and not isinstance(candidates, list):
            raise not_the_protocol("Gemini", "its candidates are no list")
        self._model = as_text(frame.get("modelVersion")) or self._model
        self._response_id = as_optional_text(frame.get("responseId")) or self._response_id
        candidate = first_candidate(frame)
        for part in parts_of(candidate):
            if isinstance(part, dict):
                yield from self._part(part)
        self._finish = finish_word(candidate) or self._finish
        if not candidate:
            reason = block_reason(frame)
            self._blocked = reason if reason[0] else self._blocked
        # Every frame has counts, but only those at the end are worth an event.
        self._counts = counts_of(frame) or self._counts
        if self.done and (usage := read_usage(self._counts)) is not None:
            yield UsageEvent(usage)

    def result(self) -> GenerationResult:
        """The whole answer."""
        if not self.done:
            raise StreamInterruptedError("The stream ended before a finish reason.", partial_text=self.text)
        return self.so_far()

    def so_far(self) -> GenerationResult:
        """The answer as far as it has come, for whole answers of gateways that give no finish reason."""
        parts = tuple(self._finished_parts())
        blocked, explained = self._blocked if self._finish is None else (None, None)
        has_calls = any(isinstance(part, ToolCallPart) for part in parts)
        return GenerationResult(
            parts=parts,
            finish_reason=finish_reason(self._finish, blocked=blocked is not None, has_calls=has_calls),
            finish_reason_raw=self._finish or blocked,
            usage=read_usage(self._counts),
            model=self._model,
            response_id=self._response_id,
            refusal=explained,
        )

    def _finished_parts(self) -> Iterator[Part]:
        for part in self._parts:
            if isinstance(part, _Run):
                yield from part.parts()
            elif isinstance(part, PartialCall):
                yield part.part(finished=part is not self._open)
            else:
                yield part

    def _part(self, part: Mapping[str, Any]) -> Iterator[StreamEvent]:
        signature = as_optional_text(part.get("thoughtSignature"))
        if isinstance(part.get("functionCall"), dict):
            yield from self._call(part["functionCall"], signature)
        elif isinstance(part.get("text"), str):
            yield from self._run(part["text"], thought=part.get("thought") is True, signature=signature)
        elif (image := read_image(part)) is not None:
            self._parts.append(image)

    def _run(self, text: str, *, thought: bool, signature: str | None) -> Iterator[StreamEvent]:
        last = self._parts[-1] if self._parts else None
        # A signature ends its part: what follows is another, and two signed parts must not become one.
        if not isinstance(last, _Run) or last.thought is not thought or last.signature is not None:
            last = _Run(thought=thought)
            self._parts.append(last)
        last.signature = signature
        if text:
            last.pieces.append(text)
            yield ReasoningEvent(text) if thought else TextEvent(text)

    def _call(self, call: Mapping[str, Any], signature: str | None) -> Iterator[StreamEvent]:
        continued = self._open if self._open is not None and not call.get("name") else None
        if continued is not None:
            continued.add(call)
        else:
            call_id = as_optional_text(call.get("id")) or generated_id(self._response_id or "", self._calls)
            continued = PartialCall(call, call_id=call_id, signature=signature)
            self._calls += 1
            self._parts.append(continued)
        self._open = continued if call.get("willContinue") is True else None
        if self._open is None:
            yield ToolCallEvent(continued.part())
