"""Anthropic's Claude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.config.models.generation import ClaudeSettings
from understudy.providers.generation.anthropic.codec import API_VERSION, AnthropicCodec
from understudy.providers.generation.anthropic.spec import SPEC
from understudy.providers.generation.wire.http_generator import HttpGenerator

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["ClaudeGenerator"]


class ClaudeGenerator(HttpGenerator):
    """Anthropic's Messages API."""

    def __init__(self, settings: ClaudeSettings, *, http: HttpClients) -> None:
        codec = AnthropicCodec(default_max_output_tokens=settings.max_output_tokens)
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            headers={"anthropic-version": API_VERSION},
            secret_headers={"x-api-key": settings.api_key} if settings.api_key else {},
            overrides=settings.http,
            errors=codec.error,
        )
        super().__init__(spec=SPEC, settings=settings, client=client, codec=codec)
