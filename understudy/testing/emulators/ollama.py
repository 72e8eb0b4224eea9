"""Ollama's API, from the server's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.domain.errors import ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.results import GenerationResult, ReasoningEvent, TextEvent, ToolCallEvent, Usage
from understudy.providers.generation.mock.events import events_of
from understudy.providers.generation.mock.manners import dialect_of
from understudy.testing.emulators.exchange import Asked, BadRequestError, Piece, Received, Whole, json_bytes
from understudy.testing.emulators.ollama_reading import read_chat, read_prompt
from understudy.testing.emulators.reading import field, needed
from understudy.testing.emulators.wire import EmbeddingAsked, EmbeddingWire, Route

__all__ = ["OllamaWire"]

_MADE = "2024-01-01T00:00:00Z"
_DETAILS: Mapping[str, str] = {
    "format": "gguf",
    "family": "stand-in",
    "parameter_size": "0B",
    "quantization_level": "F16",
}
_DURATIONS: Mapping[str, int] = {
    "total_duration": 3_000_000,
    "load_duration": 1_000_000,
    "prompt_eval_duration": 1_000_000,
    "eval_duration": 1_000_000,
}


class OllamaWire(EmbeddingWire):
    """``/api/chat``, ``/api/generate``, ``/api/embed``, ``/api/tags``, and the greeting at ``/``."""

    dialect = dialect_of("ollama")
    stream_type = "application/x-ndjson"
    needs_key = False
    garbage = b"<html>\n"

    def route(self, received: Received) -> Route | None:
        """What the request is for."""
        match received.method, received.path.rstrip("/"):
            case "POST", "/api/chat" | "/api/generate":
                return Route("generate")
            case "POST", "/api/embed":
                return Route("embed")
            case "GET", "/api/tags":
                return Route("models")
            case "POST", "/api/show":
                return Route("model", needed(received.fields, "model", str))
            case "GET" | "HEAD", "":
                return Route("alive")
        return None

    def key(self, secrets: Mapping[str, str]) -> str | None:
        """The bearer token, which only Ollama's cloud asks for."""
        return secrets.get("authorization", "").removeprefix("Bearer ")

    def read(self, received: Received) -> Asked:
        """The chat, or the prompt."""
        if received.path.rstrip("/") == "/api/generate":
            return read_prompt(received.fields)
        return read_chat(received.fields)

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:
        """The one line."""
        said: dict[str, Any] = {"content": result.text}
        if result.reasoning:
            said["thinking"] = result.reasoning
        if result.tool_calls:
            said["tool_calls"] = [_call(ToolCallEvent(call), index) for index, call in enumerate(result.tool_calls)]
        return {**_line(asked, result, said), **self._end(result)}

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """A line for each piece, and one that says that it is done."""
        calls = 0
        for event in events_of(result, chunks=chunks, call_deltas=False):
            said: dict[str, Any] | None = None
            if isinstance(event, TextEvent):
                said = {"content": event.text}
            elif isinstance(event, ReasoningEvent):
                said = {"content": "", "thinking": event.text}
            elif isinstance(event, ToolCallEvent):
                said = {"content": "", "tool_calls": [_call(event, calls)]}
                calls += 1
            if said is not None:
                yield Piece(_encoded({**_line(asked, result, said), "done": False}), said=True)
        yield Piece(_encoded({**_line(asked, result, {"content": ""}), **self._end(result)}), last=True)

    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:  # noqa: ARG002  # it names no field
        """The error in one sentence."""
        headers = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
        return Whole(status=error.status or 500, body={"error": error.message}, headers=headers)

    def stream_error(self, error: ProviderError) -> bytes:
        """A line with the error."""
        return _encoded({"error": error.message})

    def models(self, models: Sequence[ModelInfo]) -> dict[str, Any]:
        """The models that have been pulled."""
        return {
            "models": [
                {
                    "name": model.id,
                    "model": model.id,
                    "modified_at": _MADE,
                    "size": 0,
                    "digest": "0" * 64,
                    "details": dict(_DETAILS),
                }
                for model in models
            ]
        }

    def model(self, model: ModelInfo) -> dict[str, Any]:
        """What is known of one model."""
        context = {} if model.context_tokens is None else {"stand-in.context_length": model.context_tokens}
        return {
            "modified_at": _MADE,
            "details": dict(_DETAILS),
            "model_info": {"general.name": model.id, **context},
            "capabilities": ["completion", "tools", "vision", "thinking"],
        }

    def read_embedding(self, received: Received) -> EmbeddingAsked:
        """The texts."""
        body = received.fields
        given = body.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise BadRequestError("invalid input type")
        dimensions = field(body, "dimensions", int)
        return EmbeddingAsked(texts=tuple(texts), model=needed(body, "model", str), dimensions=dimensions)

    def embedded(self, asked: EmbeddingAsked, vectors: Sequence[Sequence[float]]) -> dict[str, Any]:
        """The vectors."""
        durations = {name: _DURATIONS[name] for name in ("total_duration", "load_duration")}
        embeddings = [list(vector) for vector in vectors]
        return {"model": asked.model, "embeddings": embeddings, **durations, "prompt_eval_count": asked.tokens}

    def alive(self) -> Whole:
        """The greeting."""
        return Whole(body=b"Ollama is running", content_type="text/plain; charset=utf-8")

    def _end(self, result: GenerationResult) -> dict[str, Any]:
        usage = result.usage or Usage()
        word = result.finish_reason_raw or self.dialect.finish_word(result.finish_reason)
        counts = {"prompt_eval_count": usage.input_tokens, "eval_count": usage.output_tokens}
        return {"done": True, "done_reason": word, **_DURATIONS, **counts}


def _encoded(line: Mapping[str, Any]) -> bytes:
    return json_bytes(line) + b"\n"


def _line(asked: Asked, result: GenerationResult, said: Mapping[str, Any]) -> dict[str, Any]:
    head = {"model": result.model, "created_at": _MADE}
    if asked.extra.get("prompt"):
        return {**head, "response": said["content"], **{key: said[key] for key in ("thinking",) if key in said}}
    return {**head, "message": {"role": "assistant", **said}}


def _call(event: ToolCallEvent, index: int) -> dict[str, Any]:
    function = {"index": index, "name": event.call.name, "arguments": dict(event.call.arguments)}
    return {"id": event.call.id, "function": function}
