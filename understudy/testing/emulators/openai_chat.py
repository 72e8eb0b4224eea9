"""OpenAI's Chat Completions, from the service's side; also DeepSeek's, which follows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.domain.errors import ProviderError
from understudy.domain.messages import ToolCallPart
from understudy.domain.results import (
    GenerationResult,
    ReasoningEvent,
    TextEvent,
    ToolCallDeltaEvent,
    Usage,
)
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.events import events_of, pieces
from understudy.providers.generation.mock.manners import dialect_of
from understudy.providers.generation.wire.arguments import arguments_text
from understudy.testing.emulators.exchange import Asked, Piece, Received
from understudy.testing.emulators.openai_chat_reading import read_chat
from understudy.testing.emulators.openai_common import OpenAIWire
from understudy.testing.emulators.sse import sse
from understudy.testing.emulators.wire import CREATED, Route

__all__ = ["DEEPSEEK_MANNER", "OPENAI_MANNER", "ChatManner", "ChatWire"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatManner:
    """Where the services that speak Chat Completions differ: reasoning shown, usage sent unasked, an index on calls."""

    dialect: Dialect
    shows_reasoning: bool = False
    always_usage: bool = False
    cache_counts: bool = False


OPENAI_MANNER = ChatManner(dialect=dialect_of("codex", api="chat"))
DEEPSEEK_MANNER = ChatManner(dialect=dialect_of("deepseek"), shows_reasoning=True, always_usage=True, cache_counts=True)


class ChatWire(OpenAIWire):
    """``/chat/completions``, whole and streamed, with models and embeddings."""

    def __init__(self, manner: ChatManner = OPENAI_MANNER) -> None:
        self._manner = manner
        self.dialect = manner.dialect

    def route(self, received: Received) -> Route | None:
        """What the request is for."""
        if received.method == "POST" and received.path.endswith("/chat/completions"):
            return Route("generate")
        return super().route(received)

    def read(self, received: Received) -> Asked:
        """The completion request."""
        return read_chat(received.fields)

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:  # noqa: ARG002  # needs no more
        """A chat completion."""
        choice = {
            "index": 0,
            "message": self._message(result),
            "logprobs": None,
            "finish_reason": self._finish(result),
        }
        return {**self._head(result, "chat.completion"), "choices": [choice], "usage": self._usage(result.usage)}

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """The role, deltas, the finish reason, the usage where it was asked for, and ``[DONE]``."""
        wants_usage = asked.extra.get("include_usage") is True or self._manner.always_usage
        head = self._head(result, "chat.completion.chunk")

        def chunk(delta: Mapping[str, Any], *, finish: str | None = None, said: bool = False) -> Piece:
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            usage = {"usage": None} if wants_usage else {}
            return Piece(sse({**head, "choices": [choice], **usage}), said=said, last=finish is not None)

        yield chunk({"role": "assistant", "content": None if result.tool_calls else "", "refusal": None})
        for event in events_of(result, chunks=chunks):
            if isinstance(event, TextEvent):
                yield chunk({"content": event.text}, said=True)
            elif isinstance(event, ReasoningEvent) and self._manner.shows_reasoning:
                yield chunk({"content": None, "reasoning_content": event.text}, said=True)
            elif isinstance(event, ToolCallDeltaEvent):
                yield chunk({"tool_calls": [_call_delta(event)]}, said=True)
        if result.refusal is not None:
            for text in pieces(result.refusal):
                yield chunk({"refusal": text}, said=True)
        yield chunk({}, finish=self._finish(result))
        if wants_usage:
            yield Piece(sse({**head, "choices": [], "usage": self._usage(result.usage)}), last=True)
        yield Piece(sse(b"[DONE]"), last=True)

    def stream_error(self, error: ProviderError) -> bytes:
        """A frame with an error object."""
        return sse(self.error_body(error))

    def _head(self, result: GenerationResult, kind: str) -> dict[str, Any]:
        return {
            "id": result.response_id,
            "object": kind,
            "created": CREATED,
            "model": result.model,
            "system_fingerprint": "fp_standin",
        }

    def _message(self, result: GenerationResult) -> dict[str, Any]:
        message: dict[str, Any] = {"role": "assistant", "content": result.text or None, "refusal": result.refusal}
        if not result.tool_calls and result.refusal is None:
            message["content"] = result.text
        if self._manner.shows_reasoning and result.reasoning:
            message["reasoning_content"] = result.reasoning
        if result.tool_calls:
            message["tool_calls"] = [_call(call) for call in result.tool_calls]
        return message

    def _finish(self, result: GenerationResult) -> str:
        return result.finish_reason_raw or self.dialect.finish_word(result.finish_reason)

    def _usage(self, usage: Usage | None) -> dict[str, Any] | None:
        if usage is None:
            return None
        counted: dict[str, Any] = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
            "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        }
        if self._manner.cache_counts:
            counted["prompt_cache_hit_tokens"] = usage.cached_tokens
            counted["prompt_cache_miss_tokens"] = usage.input_tokens - usage.cached_tokens
        return counted


def _call(call: ToolCallPart) -> dict[str, Any]:
    function = {"name": call.name, "arguments": arguments_text(call)}
    return {"id": call.id, "type": "function", "function": function}


def _call_delta(event: ToolCallDeltaEvent) -> dict[str, Any]:
    """The first piece of a call has its id and name, the others only arguments."""
    if event.arguments_text:
        return {"index": event.index, "function": {"arguments": event.arguments_text}}
    function = {"name": event.name, "arguments": ""}
    return {"index": event.index, "id": event.id, "type": "function", "function": function}
