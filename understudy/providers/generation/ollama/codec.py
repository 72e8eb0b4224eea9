"""Ollama's chat API as a codec."""

from __future__ import annotations

from typing import Any

from understudy.domain.errors import ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult
from understudy.providers.generation.ollama.errors import answer_error
from understudy.providers.generation.ollama.request import encode_request
from understudy.providers.generation.ollama.stream import OllamaDecoder
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.values import as_text, listed, not_the_protocol

__all__ = ["OllamaCodec"]


class OllamaCodec:
    """Requests to, and answers from, ``/api/chat``."""

    framing: Framing = "ndjson"
    models_path = "/api/tags"

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form."""
        return WireRequest(path="/api/chat", body=encode_request(request, model=model, stream=stream))

    def decode(self, body: Any) -> GenerationResult:
        """The whole answer, read as a stream of one line."""
        decoder = OllamaDecoder()
        for _ in decoder.feed(body, None):
            pass
        if not decoder.done:
            raise not_the_protocol("Ollama", "it is not done")
        return decoder.result()

    def decoder(self) -> OllamaDecoder:
        """A reader for one stream."""
        return OllamaDecoder()

    def error(self, answer: ErrorAnswer) -> ProviderError:
        """The error that an answer with status 400 and above stands for."""
        return answer_error(answer)

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        """The models that the server has; it does not say their limits here."""
        entries = listed(body, "models", api="Ollama")
        names = [as_text(entry.get("model")) or as_text(entry.get("name")) for entry in entries]
        return tuple(ModelInfo(id=name, name=name) for name in names if name)
