"""Anthropic's Messages API as a codec."""

from __future__ import annotations

from typing import Any, Final

from understudy.domain.errors import ProviderError
from understudy.domain.generation import ModelInfo
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import GenerationResult
from understudy.providers.generation.anthropic.errors import answer_error, stream_error
from understudy.providers.generation.anthropic.reading import message_result, read_block
from understudy.providers.generation.anthropic.request import encode_request
from understudy.providers.generation.anthropic.stream import AnthropicDecoder
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.values import (
    as_count,
    as_list,
    as_mapping,
    as_optional_text,
    as_text,
    listed,
    not_the_protocol,
)

__all__ = ["API_VERSION", "AnthropicCodec"]

API_VERSION: Final = "2023-06-01"
"""The API's version. The next one, 2026-10-21, refuses temperature and top_p on all models."""


class AnthropicCodec:
    """Requests to, and answers from, ``/v1/messages``."""

    framing: Framing = "sse"
    models_path = "/v1/models?limit=1000"

    def __init__(self, *, default_max_output_tokens: int = 16_384) -> None:
        self._default_max_output_tokens = default_max_output_tokens

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        """The wire form; the API demands a limit of tokens, so a request without one gets the settings'."""
        body = encode_request(
            request, model=model, stream=stream, default_max_output_tokens=self._default_max_output_tokens
        )
        return WireRequest(path="/v1/messages", body=body)

    def decode(self, body: Any) -> GenerationResult:
        """The whole answer."""
        message = as_mapping(body)
        if message.get("error"):
            raise stream_error(message)
        content = message.get("content")
        if not isinstance(content, list) and (content is not None or message.get("type") != "message"):
            raise not_the_protocol("Anthropic", "it is not a message with content")
        parts = (read_block(as_mapping(block)) for block in as_list(content))
        return message_result(message, tuple(part for part in parts if part is not None))

    def decoder(self) -> AnthropicDecoder:
        """A reader for one stream."""
        return AnthropicDecoder()

    def error(self, answer: ErrorAnswer) -> ProviderError:
        """The error that an answer with status 400 and above stands for."""
        return answer_error(answer)

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        """The models in the answer to ``models_path``."""
        return tuple(
            ModelInfo(
                id=name,
                name=as_optional_text(entry.get("display_name")),
                context_tokens=as_count(entry.get("max_input_tokens")) or None,
                max_output_tokens=as_count(entry.get("max_tokens")) or None,
            )
            for entry in listed(body, "data", api="Anthropic")
            if (name := as_text(entry.get("id")))
        )
