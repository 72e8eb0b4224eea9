"""Anthropic's Messages API, from the service's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.domain.errors import AuthenticationError, ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import GenerationResult, Usage
from understudy.providers.generation.mock.events import argument_pieces, pieces
from understudy.providers.generation.mock.manners import dialect_of
from understudy.testing.emulators.anthropic_reading import read_message
from understudy.testing.emulators.exchange import Asked, BadRequestError, Piece, Received, Whole
from understudy.testing.emulators.sse import sse
from understudy.testing.emulators.wire import Route, Wire

__all__ = ["AnthropicWire"]

_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_PING = sse({"type": "ping"}, event="ping")


class AnthropicWire(Wire):
    """``/v1/messages``, whole and streamed, and ``/v1/models``."""

    dialect = dialect_of("claude")
    request_id_header = "request-id"

    def route(self, received: Received) -> Route | None:
        """What the request is for."""
        match received.method, received.path.strip("/").split("/"):
            case "POST", ["v1", "messages"]:
                return Route("generate")
            case "GET", ["v1", "models"]:
                return Route("models")
            case "GET", ["v1", "models", name]:
                return Route("model", name)
        return None

    def key(self, secrets: Mapping[str, str]) -> str | None:
        """The key, or an OAuth token."""
        return secrets.get("x-api-key") or secrets.get("authorization", "").removeprefix("Bearer ")

    def missing_key(self) -> ProviderError:
        """The API's own words for a request without a key."""
        return AuthenticationError("x-api-key header is required", status=401, code="authentication_error")

    def read(self, received: Received) -> Asked:
        """The message request; the API's version must be said."""
        if "anthropic-version" not in received.headers:
            raise BadRequestError("anthropic-version: header is required")
        return read_message(received.fields)

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:
        """A message."""
        content = [block for _, block in _blocks(result)]
        return {**_message(result, content), **self._stop(asked, result), "usage": _usage(result.usage)}

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """message_start, the content blocks with a ping after the first start, message_delta, message_stop."""
        start = {**_message(result, []), "stop_reason": None, "stop_sequence": None}
        yield _event("message_start", message={**start, "usage": _usage(result.usage, begun=True)})
        for index, (part, block) in enumerate(_blocks(result)):
            yield _event("content_block_start", index=index, content_block=_empty(block))
            if index == 0:
                yield Piece(_PING)
            for delta in _deltas(part, chunks):
                yield _event("content_block_delta", said=True, index=index, delta=delta)
            if "signature" in block:
                delta = {"type": "signature_delta", "signature": block["signature"]}
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        yield _event("message_delta", last=True, delta=self._stop(asked, result), usage=_counts(result.usage))
        yield _event("message_stop", last=True)

    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:
        """The error's body, and the advice in the headers."""
        headers = {"x-should-retry": "true" if error.retryable else "false", **self.headers(error.request_id)}
        if error.retry_after is not None:
            headers["retry-after"] = f"{error.retry_after:g}"
        return Whole(status=error.status or 500, body=self._body(error, param), headers=headers)

    def stream_error(self, error: ProviderError) -> bytes:
        """An ``error`` event."""
        return sse(self._body(error, None), event="error")

    def models(self, models: Sequence[ModelInfo]) -> dict[str, Any]:
        """One page with all models."""
        entries = [self.model(model) for model in models]
        ends = {"first_id": entries[0]["id"], "last_id": entries[-1]["id"]} if entries else {}
        return {"data": entries, "has_more": False, "first_id": None, "last_id": None, **ends}

    def model(self, model: ModelInfo) -> dict[str, Any]:
        """One model."""
        return {
            "type": "model",
            "id": model.id,
            "display_name": model.name or model.id,
            "created_at": "2024-01-01T00:00:00Z",
            "max_input_tokens": model.context_tokens,
            "max_tokens": model.max_output_tokens,
        }

    def _stop(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:
        raw = result.finish_reason_raw or self.dialect.finish_word(result.finish_reason)
        return {"stop_reason": raw, "stop_sequence": asked.stopped_by}

    def _body(self, error: ProviderError, param: str | None) -> dict[str, Any]:
        kind = error.code if error.code in _TYPES.values() else _TYPES.get(error.status or 0, "api_error")
        message = f"{param}: {error.message}" if param is not None else error.message
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": error.request_id}


def _event(kind: str, *, said: bool = False, last: bool = False, **fields: Any) -> Piece:
    return Piece(sse({"type": kind, **fields}, event=kind), said=said, last=last)


def _message(result: GenerationResult, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "model": result.model,
        "id": result.response_id,
        "type": "message",
        "role": "assistant",
        "content": content,
    }


def _blocks(result: GenerationResult) -> list[tuple[Part, dict[str, Any]]]:
    """The parts that Anthropic has, each with its content block."""
    return [(part, block) for part in result.parts if (block := _block(part)) is not None]


def _block(part: Part) -> dict[str, Any] | None:
    if isinstance(part, TextPart):
        return {"type": "text", "text": part.text}
    if isinstance(part, ReasoningPart) and part.redacted:
        return {"type": "redacted_thinking", "data": part.signature or ""}
    if isinstance(part, ReasoningPart):
        return {"type": "thinking", "thinking": part.text, "signature": part.signature or "standin"}
    if isinstance(part, ToolCallPart):
        # A call that was cut off has no arguments that are JSON; the whole form then shows an empty object.
        return {"type": "tool_use", "id": part.id, "name": part.name, "input": dict(part.arguments)}
    return None


def _empty(block: Mapping[str, Any]) -> dict[str, Any]:
    """The block as it is when it begins."""
    blank: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {name: blank.get(name, value) if name != "type" else value for name, value in block.items()}


def _deltas(part: Part, chunks: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    if isinstance(part, TextPart):
        for text in pieces(part.text, chunks):
            yield {"type": "text_delta", "text": text}
    elif isinstance(part, ReasoningPart) and not part.redacted:
        for text in pieces(part.text):
            yield {"type": "thinking_delta", "thinking": text}
    elif isinstance(part, ToolCallPart):
        for text in ("", *argument_pieces(part)):
            yield {"type": "input_json_delta", "partial_json": text}


def _usage(usage: Usage | None, *, begun: bool = False) -> dict[str, Any]:
    """The counts of a message; of one that has just begun, all but what it will say."""
    counted = _counts(usage)
    if begun:
        counted["output_tokens"] = 1
        counted.pop("output_tokens_details", None)
    return {**counted, "service_tier": "standard"}


def _counts(usage: Usage | None) -> dict[str, Any]:
    """Anthropic counts what a cache gave or took beside ``input_tokens``."""
    usage = usage or Usage()
    counted: dict[str, Any] = {
        "input_tokens": usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        counted["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return counted
