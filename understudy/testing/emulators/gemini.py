"""Google's Gemini API, from the service's side."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.domain.errors import PermissionDeniedError, ProviderError, QuotaExceededError
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import ImagePart, Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import GenerationResult, Usage
from understudy.providers.generation.mock.events import pieces
from understudy.providers.generation.mock.manners import dialect_of
from understudy.providers.generation.wire.call_ids import is_generated
from understudy.testing.emulators.exchange import JSON, Asked, Piece, Received, Whole, json_bytes
from understudy.testing.emulators.gemini_reading import read_contents, read_texts
from understudy.testing.emulators.sse import sse
from understudy.testing.emulators.wire import EmbeddingAsked, EmbeddingWire, Route

__all__ = ["GeminiWire"]

_PATH = re.compile(r"/v1(?:beta|alpha)?/(?:models|tunedModels)/([^:/]+):(\w+)")
_MODELS = re.compile(r"/v1(?:beta|alpha)?/models(?:/([^:/]+))?/?")
_WORDS: Mapping[int, str] = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    408: "DEADLINE_EXCEEDED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_RPC = "type.googleapis.com/google.rpc."


class GeminiWire(EmbeddingWire):
    """``generateContent`` and ``streamGenerateContent`` (as events or as one array), embeddings and models."""

    dialect = dialect_of("gemini")
    stream_type = "text/event-stream"

    def route(self, received: Received) -> Route | None:
        """What the request is for."""
        found = _PATH.fullmatch(received.path)
        if found is not None and received.method == "POST":
            call = found.group(2)
            if call in ("generateContent", "streamGenerateContent"):
                return Route("generate")
            if call in ("embedContent", "batchEmbedContents"):
                return Route("embed")
        listed = _MODELS.fullmatch(received.path)
        if listed is not None and received.method == "GET":
            return Route("model", listed.group(1)) if listed.group(1) else Route("models")
        return None

    def key(self, secrets: Mapping[str, str]) -> str | None:
        """The key of the header; one in the URL is not taken, because URLs are logged."""
        return secrets.get("x-goog-api-key") or secrets.get("authorization", "").removeprefix("Bearer ")

    def missing_key(self) -> ProviderError:
        """The API's own words for a request without a key."""
        message = "Method doesn't allow unregistered callers (callers without established identity)."
        return PermissionDeniedError(message, status=403, code="PERMISSION_DENIED")

    def read(self, received: Received) -> Asked:
        """The content request; whether it is streamed is in the path."""
        stream = received.path.endswith(":streamGenerateContent")
        as_events = received.query.get("alt") == "sse"
        return read_contents(received.fields, model=_model(received), stream=stream, as_events=as_events)

    def whole(self, asked: Asked, result: GenerationResult) -> dict[str, Any]:  # noqa: ARG002  # needs no more
        """The one response."""
        return self._response(result, [_part(part) for part in result.parts], finished=True)

    def pieces(self, asked: Asked, result: GenerationResult, chunks: Sequence[str] | None) -> Iterator[Piece]:
        """A response for each piece; the last has the finish reason. Without ``alt=sse`` they are one array."""
        parts = [part for whole in result.parts for part in _pieces(whole, chunks)]
        as_events = asked.extra["as_events"]
        for number, part in enumerate(parts):
            response = self._response(result, [part], finished=False)
            yield Piece(_frame(response, as_events=as_events, first=number == 0), said=True)
        ending = self._response(result, [{"text": ""}] if parts else [], finished=True)
        yield Piece(_frame(ending, as_events=as_events, first=not parts), last=True)
        if not as_events:
            yield Piece(b"]", last=True)

    def stream_answers_errors_as(self, received: Received) -> str | None:
        """A refused stream is answered in JSON that says that it is an event stream."""
        streamed = received.path.endswith(":streamGenerateContent") and received.query.get("alt") == "sse"
        return self.stream_type if streamed else None

    def error(self, error: ProviderError, *, param: str | None = None) -> Whole:
        """The error's body; advice is in its details."""
        return Whole(status=error.status or 500, body=_error(error, param), content_type=f"{JSON}; charset=UTF-8")

    def stream_error(self, error: ProviderError) -> bytes:
        """A frame with an error object."""
        return sse(_error(error, None))

    def models(self, models: Sequence[ModelInfo]) -> dict[str, Any]:
        """One page with all models."""
        return {"models": [self.model(model) for model in models]}

    def model(self, model: ModelInfo) -> dict[str, Any]:
        """One model."""
        return {
            "name": f"models/{model.id}",
            "version": "001",
            "displayName": model.name or model.id,
            "inputTokenLimit": model.context_tokens or 0,
            "outputTokenLimit": model.max_output_tokens or 0,
            "supportedGenerationMethods": ["generateContent", "embedContent"],
        }

    def read_embedding(self, received: Received) -> EmbeddingAsked:
        """The texts of one request or of several."""
        several = received.path.endswith(":batchEmbedContents")
        texts, dimensions = read_texts(received.fields, several=several)
        kind = "several" if several else "one"
        return EmbeddingAsked(texts=texts, model=_model(received), dimensions=dimensions, extra=kind)

    def embedded(self, asked: EmbeddingAsked, vectors: Sequence[Sequence[float]]) -> dict[str, Any]:
        """The vectors."""
        values = [{"values": list(vector)} for vector in vectors]
        return {"embeddings": values} if asked.extra == "several" else {"embedding": values[0]}

    def _response(self, result: GenerationResult, parts: list[dict[str, Any]], *, finished: bool) -> dict[str, Any]:
        tail = {
            "usageMetadata": _usage(result.usage),
            "modelVersion": result.model,
            "responseId": result.response_id,
        }
        word = result.finish_reason_raw or self.dialect.finish_word(result.finish_reason)
        if result.refusal is not None:
            return {"promptFeedback": {"blockReason": word, "blockReasonMessage": result.refusal}, **tail}
        content: dict[str, Any] = {"role": "model"}
        if parts:
            content["parts"] = parts
        candidate: dict[str, Any] = {"content": content, "index": 0}
        if finished:
            candidate["finishReason"] = word
        return {"candidates": [candidate], **tail}


def _model(received: Received) -> str:
    found = _PATH.fullmatch(received.path)
    return found.group(1) if found is not None else ""


def _frame(response: Mapping[str, Any], *, as_events: bool, first: bool) -> bytes:
    if as_events:
        return sse(response)
    return (b"[" if first else b",\r\n") + json_bytes(response)


def _part(part: Part) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if isinstance(part, TextPart):
        written = {"text": part.text}
    elif isinstance(part, ReasoningPart):
        written = {"text": part.text} if part.redacted else {"text": part.text, "thought": True}
    elif isinstance(part, ToolCallPart):
        known = {} if is_generated(part.id) else {"id": part.id}
        written = {"functionCall": {**known, "name": part.name, "args": dict(part.arguments)}}
    elif isinstance(part, ImagePart):
        data = base64.b64encode(part.data or b"").decode()
        written = {"inlineData": {"mimeType": part.media_type, "data": data}}
    if isinstance(part, ReasoningPart | ToolCallPart) and part.signature is not None:
        written["thoughtSignature"] = part.signature
    return written


def _pieces(part: Part, chunks: Sequence[str] | None) -> list[dict[str, Any]]:
    if isinstance(part, TextPart):
        return [{"text": text} for text in pieces(part.text, chunks)]
    if isinstance(part, ReasoningPart) and not part.redacted and part.signature is None:
        return [{"text": text, "thought": True} for text in pieces(part.text)]
    return [_part(part)]


def _usage(usage: Usage | None) -> dict[str, Any]:
    """Gemini counts thoughts beside the rest."""
    usage = usage or Usage()
    counted: dict[str, Any] = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": usage.output_tokens - usage.reasoning_tokens,
        "totalTokenCount": usage.total_tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": usage.input_tokens}],
    }
    if usage.reasoning_tokens:
        counted["thoughtsTokenCount"] = usage.reasoning_tokens
    if usage.cached_tokens:
        counted["cachedContentTokenCount"] = usage.cached_tokens
    return counted


def _error(error: ProviderError, param: str | None) -> dict[str, Any]:
    status = error.status or 500
    message = f"{param}: {error.message}" if param is not None else error.message
    body: dict[str, Any] = {"code": status, "message": message, "status": _WORDS.get(status, "UNKNOWN")}
    details: list[dict[str, Any]] = []
    if error.code is not None and error.code not in _WORDS.values():
        details.append({"@type": f"{_RPC}ErrorInfo", "reason": error.code, "domain": "googleapis.com"})
    if isinstance(error, QuotaExceededError):
        violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
        details.append({"@type": f"{_RPC}QuotaFailure", "violations": [violation]})
    if error.retry_after is not None:
        details.append({"@type": f"{_RPC}RetryInfo", "retryDelay": f"{error.retry_after:g}s"})
    return {"error": {**body, "details": details} if details else body}
