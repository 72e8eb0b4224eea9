"""OpenAI's Responses API, from the service's side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.domain.errors import ProviderError, ServerError
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import FinishReason, GenerationResult, Usage
from understudy.providers.generation.mock.events import argument_pieces, pieces
from understudy.providers.generation.mock.manners import dialect_of
from understudy.providers.generation.wire.arguments import arguments_text
from understudy.testing.emulators.exchange import Asked, Piece, Received
from understudy.testing.emulators.openai_common import OpenAIWire
from understudy.testing.emulators.openai_responses_reading import read_response
from understudy.testing.emulators.sse import sse
from understudy.testing.emulators.wire import CREATED, Route

__all__ = ["ResponsesWire"]

_ECHOED: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


class ResponsesWire(OpenAIWire):
    """``/responses``, whole and streamed, with models and embeddings."""

    dialect = dialect_of("codex")

    def route(self, received: Received) -> Route | None:
        """What the request is for."""
        if received.method == "POST" and received.path.endswith("/responses"):
            return Route("generate")
        return super().route(received)

    def read(self, received: Received) -> Asked:
        """The response request."""
        return read_response(received.fields)

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:
        """A response object."""
        items = [item for _, item in _items(result)]
        return _response(asked, result, self._status(result), items)

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """The named events, numbered: created, in progress, each item with its parts, completed or incomplete."""
        begun = _response(asked, result, {"status": "in_progress"}, [])
        numbered = enumerate(self._events(asked, result, chunks, {**begun, "usage": None}))
        for number, (kind, fields, said) in numbered:
            last = kind in ("response.completed", "response.incomplete")
            data = {"type": kind, **fields, "sequence_number": number}
            yield Piece(sse(data, event=kind), said=said, last=last)

    def stream_error(self, error: ProviderError) -> bytes:
        """A failed response where the service broke down, else an ``error`` event."""
        if isinstance(error, ServerError):
            failed = {"code": error.code or "server_error", "message": error.message}
            response = {"id": "resp_failed", "object": "response", "status": "failed", "error": failed, "output": []}
            return sse({"type": "response.failed", "response": response, "sequence_number": 0}, event="response.failed")
        fields = {"code": error.code, "message": error.message, "param": None, "sequence_number": 0}
        return sse({"type": "error", **fields}, event="error")

    def _status(self, result: GenerationResult) -> dict[str, Any]:
        reasons = {FinishReason.LENGTH: "max_output_tokens", FinishReason.CONTENT_FILTER: "content_filter"}
        reason = reasons.get(result.finish_reason)
        if reason is None:
            return {"status": "completed"}
        return {"status": "incomplete", "incomplete_details": {"reason": reason}}

    def _events(
        self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None, begun: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any], bool]]:
        yield "response.created", {"response": begun}, False
        yield "response.in_progress", {"response": begun}, False
        found = _items(result)
        for index, (parts, item) in enumerate(found):
            empty = {**item, "status": "in_progress", **_EMPTY[item["type"]]}
            if item["type"] == "reasoning":
                del empty["status"]
            yield "response.output_item.added", {"output_index": index, "item": empty}, False
            place = {"item_id": item["id"], "output_index": index}
            for kind, fields, said in _inside(item, parts, chunks):
                yield kind, {**place, **fields}, said
            yield "response.output_item.done", {"output_index": index, "item": item}, False
        status = self._status(result)
        response = _response(asked, result, status, [item for _, item in found])
        yield f"response.{status['status']}", {"response": response}, False


_EMPTY: Mapping[str, dict[str, Any]] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "reasoning": {"summary": []},
}


def _response(
    asked: Asked, result: GenerationResult, status: Mapping[str, Any], items: list[dict[str, Any]]
) -> dict[str, Any]:
    echoed = {name: asked.extra["body"].get(name, default) for name, default in _ECHOED.items()}
    return {
        "id": result.response_id,
        "object": "response",
        "created_at": CREATED,
        "background": False,
        "error": None,
        "incomplete_details": None,
        **echoed,
        **status,
        "model": result.model,
        "output": items,
        "service_tier": "default",
        "usage": _usage(result.usage),
    }


def _usage(usage: Usage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_tokens,
    }


def _items(result: GenerationResult) -> list[tuple[list[Part], dict[str, Any]]]:
    """The output items, each with the parts that it is made of; texts that stand together are one message."""
    found: list[tuple[list[Part], dict[str, Any]]] = []
    mark = result.response_id or ""
    for part in result.parts:
        number = len(found)
        if isinstance(part, TextPart):
            if not found or found[-1][1]["type"] != "message":
                found.append(([], _message(f"msg_{mark}{number}")))
            found[-1][0].append(part)
            found[-1][1]["content"].append(_text(part.text))
        elif isinstance(part, ToolCallPart):
            found.append(([part], _call(part, f"fc_{mark}{number}")))
        elif isinstance(part, ReasoningPart):
            found.append(([part], _reasoning(part, f"rs_{mark}{number}")))
    if result.refusal is not None:
        message = _message(f"msg_{mark}{len(found)}")
        message["content"].append({"type": "refusal", "refusal": result.refusal})
        found.append(([], message))
    return found


def _message(item_id: str) -> dict[str, Any]:
    return {"id": item_id, "type": "message", "status": "completed", "role": "assistant", "content": []}


def _text(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _call(part: ToolCallPart, item_id: str) -> dict[str, Any]:
    fields = {"call_id": part.id, "name": part.name, "arguments": arguments_text(part)}
    return {"id": item_id, "type": "function_call", "status": "completed", **fields}


def _reasoning(part: ReasoningPart, item_id: str) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": part.text}] if part.text else []
    item: dict[str, Any] = {"id": part.id or item_id, "type": "reasoning", "summary": summary}
    if part.signature is not None:
        item["encrypted_content"] = part.signature
    return item


def _inside(
    item: Mapping[str, Any], parts: Sequence[Part], chunks: Sequence[str] | None
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """The events between an item's beginning and its end."""
    if item["type"] == "function_call":
        call = parts[0]
        for text in argument_pieces(call) if isinstance(call, ToolCallPart) else ():
            yield "response.function_call_arguments.delta", {"delta": text}, True
        yield "response.function_call_arguments.done", {"arguments": item["arguments"]}, False
    for index, part in enumerate(item.get("summary", ())):
        place = {"summary_index": index}
        yield "response.reasoning_summary_part.added", {**place, "part": {**part, "text": ""}}, False
        for text in pieces(part["text"]):
            yield "response.reasoning_summary_text.delta", {**place, "delta": text}, True
        yield "response.reasoning_summary_text.done", {**place, "text": part["text"]}, False
        yield "response.reasoning_summary_part.done", {**place, "part": part}, False
    for index, part in enumerate(item.get("content", ())):
        yield from _content(part, {"content_index": index}, chunks)


def _content(
    part: Mapping[str, Any], place: Mapping[str, Any], chunks: Sequence[str] | None
) -> Iterator[tuple[str, dict[str, Any], bool]]:
    refused = part["type"] == "refusal"
    name, kind = ("refusal", "refusal") if refused else ("text", "output_text")
    more: Mapping[str, Any] = {} if refused else {"logprobs": []}
    yield "response.content_part.added", {**place, "part": {**part, name: ""}}, False
    for text in pieces(part[name], None if refused else chunks):
        yield f"response.{kind}.delta", {**place, **more, "delta": text}, True
    yield f"response.{kind}.done", {**place, **more, name: part[name]}, False
    yield "response.content_part.done", {**place, "part": part}, False
