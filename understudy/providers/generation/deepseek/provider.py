"""DeepSeek: Chat Completions with reasoning of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.config.models.generation import DeepSeekSettings
from understudy.providers.generation.deepseek.spec import SPEC
from understudy.providers.generation.openai.chat import ChatCodec, ChatDialect
from understudy.providers.generation.openai.provider import bearer
from understudy.providers.generation.wire.http_generator import HttpGenerator

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["DeepSeekGenerator"]

DIALECT = ChatDialect(max_tokens="max_tokens", json_schemas=False, thinking_switch=True, returns_reasoning=True)


class DeepSeekGenerator(HttpGenerator):
    """DeepSeek's Chat Completions. Its structured output is any JSON object, so the schema is put into words."""

    def __init__(self, settings: DeepSeekSettings, *, http: HttpClients) -> None:
        codec = ChatCodec(DIALECT)
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            secret_headers=bearer(settings),
            overrides=settings.http,
            errors=codec.error,
        )
        super().__init__(spec=SPEC, settings=settings, client=client, codec=codec)
