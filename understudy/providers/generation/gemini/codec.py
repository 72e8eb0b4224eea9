"""Gemini's generateContent API as a codec."""

from __future__ import annotations

from typing import Any

from understudy.domain.errors import ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult
from understudy.providers.generation.gemini.errors import answer_error, frame_error
from understudy.providers.generation.gemini.request import encode_request, model_path
from understudy.providers.generation.gemini.stream import GeminiDecoder
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.values import as_count, as_optional_text, as_text, listed

__all__ = ["GeminiCodec"]


class GeminiCodec:
    """Requests to, and answers from, ``models/…:generateContent`` and ``:streamGenerateContent``."""

    framing: Framing = "sse"
    models_path = "/models?pageSize=1000"

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form."""
        call = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return WireRequest(path=f"/{model_path(model)}:{call}", body=encode_request(request, model=model))

    def decode(self, body: Any) -> GenerationResult:
        """The whole answer, read as a stream of one frame."""
        if isinstance(body, list):
            raise frame_error(body)
        decoder = GeminiDecoder()
        for _ in decoder.feed(body, None):
            pass
        return decoder.so_far()

    def decoder(self) -> GeminiDecoder:
        """A reader for one stream."""
        return GeminiDecoder()

    def error(self, answer: ErrorAnswer) -> ProviderError:
        """The error that an answer with status 400 and above stands for."""
        return answer_error(answer)

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        """The models in the answer to ``models_path``; names without the ``models/`` that begins each."""
        return tuple(
            ModelInfo(
                id=name.removeprefix("models/"),
                name=as_optional_text(entry.get("displayName")),
                context_tokens=as_count(entry.get("inputTokenLimit")) or None,
                max_output_tokens=as_count(entry.get("outputTokenLimit")) or None,
            )
            for entry in listed(body, "models", api="Gemini")
            if (name := as_text(entry.get("name")))
        )
