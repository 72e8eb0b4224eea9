"""What the services answer when nothing is wrong, and how they say that something is: one wire format each."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

__all__ = ["WIRES", "Wire", "wire_of"]

Document = Mapping[str, Any]


def _json(document: Document) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


class Wire(ABC):
    """One service's answers. Streams are lists of pieces, one event each."""

    name: str
    content: str
    """The field of a whole answer in which its content is."""
    stream_type = "text/event-stream"
    comment: bytes = b": still here\n\n"
    """What keeps a stream open without saying anything."""

    @abstractmethod
    def whole(self, text: str) -> Document:
        """A whole answer that says ``text``."""

    @abstractmethod
    def opening(self, texts: Iterable[str]) -> list[bytes]:
        """The pieces of a stream up to the last of ``texts``, without the end."""

    @abstractmethod
    def closing(self, text: str) -> list[bytes]:
        """The pieces that end a stream which said ``text``."""

    @abstractmethod
    def error(self, status: int, message: str) -> Document:
        """The body of an answer that says no."""

    @abstractmethod
    def stream_error(self, message: str) -> bytes:
        """The piece by which a stream says that the service is overloaded."""

    def misshapen(self) -> Document:
        """A whole answer whose content is a number."""
        return {**self.whole(""), self.content: 7}

    def piece(self, data: bytes) -> bytes:
        """One piece that holds ``data``, whatever that is."""
        return b"data: " + data + b"\n\n"


class _Messages(Wire):
    name = "messages"
    content = "content"

    def whole(self, text: str) -> Document:
        return {
            **self._message([{"type": "text", "text": text}]),
            "stop_reason": "end_turn",
            "stop_sequence": None,
        }

    def opening(self, texts: Iterable[str]) -> list[bytes]:
        deltas = ({"type": "text_delta", "text": text} for text in texts)
        return [
            self._event("message_start", message=self._message([])),
            self._event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            *(self._event("content_block_delta", index=0, delta=delta) for delta in deltas),
        ]

    def closing(self, text: str) -> list[bytes]:  # noqa: ARG002 # this wire does not say it again
        return [
            self._event("content_block_stop", index=0),
            self._event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2}),
            self._event("message_stop"),
        ]

    def error(self, status: int, message: str) -> Document:
        return {"type": "error", "error": {"type": _ANTHROPIC_TYPES.get(status, "api_error"), "message": message}}

    def stream_error(self, message: str) -> bytes:
        return self._event("error", error={"type": "overloaded_error", "message": message})

    def _message(self, content: list[Document]) -> dict[str, Any]:
        return {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": content,
            "usage": {"input_tokens": 1, "output_tokens": 2},
        }

    def _event(self, kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\n".encode() + self.piece(_json({"type": kind, **fields}))


class _Chat(Wire):
    name = "chat"
    content = "choices"

    def whole(self, text: str) -> Document:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
        return {**self._base("chat.completion"), "choices": [choice], "usage": usage}

    def opening(self, texts: Iterable[str]) -> list[bytes]:
        return [self._delta({"role": "assistant", "content": ""}), *(self._delta({"content": text}) for text in texts)]

    def closing(self, text: str) -> list[bytes]:  # noqa: ARG002 # this wire does not say it again
        return [self._delta({}, finish_reason="stop"), self.piece(b"[DONE]")]

    def error(self, status: int, message: str) -> Document:
        return _openai_error(status, message)

    def stream_error(self, message: str) -> bytes:
        return self.piece(_json({"error": {"message": message, "type": "server_error", "code": "overloaded"}}))

    def _delta(self, delta: Document, finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return self.piece(_json({**self._base("chat.completion.chunk"), "choices": [choice]}))

    def _base(self, kind: str) -> dict[str, Any]:
        return {"id": "chat_1", "object": kind, "created": 1, "model": "m"}


class _Responses(Wire):
    name = "responses"
    content = "output"

    def whole(self, text: str) -> Document:
        return self._response("completed", [self._item(text)])

    def opening(self, texts: Iterable[str]) -> list[bytes]:
        place = {"item_id": "item_1", "output_index": 0, "content_index": 0}
        return [
            self._event("response.created", response=self._response("in_progress", [])),
            self._event("response.output_item.added", output_index=0, item={**self._item(""), "content": []}),
            *(self._event("response.output_text.delta", **place, delta=text) for text in texts),
        ]

    def closing(self, text: str) -> list[bytes]:
        return [self._event("response.completed", response=self._response("completed", [self._item(text)]))]

    def error(self, status: int, message: str) -> Document:
        return _openai_error(status, message)

    def stream_error(self, message: str) -> bytes:
        return self._event("error", code="server_is_overloaded", message=message, param=None)

    def _item(self, text: str) -> dict[str, Any]:
        content = [{"type": "output_text", "text": text, "annotations": []}]
        return {"type": "message", "id": "item_1", "status": "completed", "role": "assistant", "content": content}

    def _response(self, status: str, output: Sequence[Document]) -> dict[str, Any]:
        usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
        base = {"id": "resp_1", "object": "response", "created_at": 1, "model": "m", "error": None}
        return {**base, "status": status, "output": list(output), "usage": usage if output else None}

    def _event(self, kind: str, **fields: Any) -> bytes:
        return f"event: {kind}\n".encode() + self.piece(_json({"type": kind, **fields}))


class _Gemini(Wire):
    name = "gemini"
    content = "candidates"

    def whole(self, text: str) -> Document:
        return self._answer(text, finishReason="STOP")

    def opening(self, texts: Iterable[str]) -> list[bytes]:
        return [self.piece(_json(self._answer(text))) for text in texts]

    def closing(self, text: str) -> list[bytes]:  # noqa: ARG002 # this wire does not say it again
        return [self.piece(_json(self._answer("", finishReason="STOP")))]

    def error(self, status: int, message: str) -> Document:
        return {"error": {"code": status, "message": message, "status": _GOOGLE_STATUSES.get(status, "UNKNOWN")}}

    def stream_error(self, message: str) -> bytes:
        return self.piece(_json(self.error(503, message)))

    def piece(self, data: bytes) -> bytes:
        return b"data: " + data + b"\r\n\r\n"

    def _answer(self, text: str, **fields: Any) -> dict[str, Any]:
        candidate = {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0, **fields}
        usage = {"promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m", "responseId": "r1"}


class _Ollama(Wire):
    name = "ollama"
    content = "message"
    stream_type = "application/x-ndjson"
    comment = b"\n"

    def whole(self, text: str) -> Document:
        return {**self._line(text), **_OLLAMA_END}

    def opening(self, texts: Iterable[str]) -> list[bytes]:
        return [self.piece(_json({**self._line(text), "done": False})) for text in texts]

    def closing(self, text: str) -> list[bytes]:  # noqa: ARG002 # this wire does not say it again
        return [self.piece(_json({**self._line(""), **_OLLAMA_END}))]

    def error(self, status: int, message: str) -> Document:  # noqa: ARG002 # this wire does not say it again
        return {"error": message}

    def stream_error(self, message: str) -> bytes:
        return self.piece(_json({"error": message}))

    def piece(self, data: bytes) -> bytes:
        return data + b"\n"

    def _line(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        return {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message}


_ANTHROPIC_TYPES: Mapping[int, str] = MappingProxyType(
    {
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
)
_GOOGLE_STATUSES: Mapping[int, str] = MappingProxyType(
    {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        409: "ABORTED",
        429: "RESOURCE_EXHAUSTED",
        500: "INTERNAL",
        501: "UNIMPLEMENTED",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }
)
_OLLAMA_END: Mapping[str, Any] = MappingProxyType(
    {"done": True, "done_reason": "stop", "prompt_eval_count": 1, "eval_count": 2}
)


def _openai_error(status: int, message: str) -> Document:
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


_CHAT = _Chat()
WIRES: Mapping[str, Wire] = MappingProxyType(
    {
        "/messages": _Messages(),
        "/responses": _Responses(),
        "/chat/completions": _CHAT,
        "GenerateContent": _Gemini(),
        "generateContent": _Gemini(),
        "/api/chat": _Ollama(),
    }
)
"""By what the request's path ends with."""


def wire_of(path: str) -> Wire:
    """The wire format that is spoken at ``path``; Chat Completions where no other is."""
    plain = path.partition("?")[0]
    return next((wire for end, wire in WIRES.items() if plain.endswith(end)), _CHAT)
