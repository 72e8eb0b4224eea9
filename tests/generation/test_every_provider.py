"""What holds for each of the five providers, whatever its wire format."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

import httpx
import pytest

from understudy.config.models.generation import (
    ClaudeSettings,
    CodexSettings,
    DeepSeekSettings,
    GeminiSettings,
    OllamaSettings,
)
from understudy.config.models.http import HttpOverrides, HttpSettings
from understudy.domain.errors import ProviderError, RequestTimeoutError, ResponseDecodeError
from understudy.domain.secrets import Secret
from understudy.providers.generation.anthropic.provider import ClaudeGenerator
from understudy.providers.generation.deepseek.provider import DeepSeekGenerator
from understudy.providers.generation.gemini.provider import GeminiGenerator
from understudy.providers.generation.ollama.provider import OllamaGenerator
from understudy.providers.generation.openai.provider import CodexGenerator
from understudy.providers.http.clients import HttpClients

PROVIDERS = {
    "claude": (ClaudeGenerator, ClaudeSettings),
    "codex": (CodexGenerator, CodexSettings),
    "deepseek": (DeepSeekGenerator, DeepSeekSettings),
    "gemini": (GeminiGenerator, GeminiSettings),
    "ollama": (OllamaGenerator, OllamaSettings),
}
EMBEDDERS = ("codex", "gemini", "ollama")
VECTORS = {
    "codex": {"data": [{"index": 0, "embedding": [1.0]}]},
    "gemini": {"embeddings": [{"values": [1.0]}]},
    "ollama": {"embeddings": [[1.0]]},
}


def make(name: str, transport: httpx.AsyncBaseTransport, **sections: Any) -> Any:
    """The provider on ``transport``, with ``sections`` in its own ``http``."""

    async def at_once(_seconds: float) -> None:
        return None

    generator, settings = PROVIDERS[name]
    clients = HttpClients(HttpSettings(), transport=transport, sleep=at_once)
    own = {"api_key": Secret("sk-test"), "http": HttpOverrides.model_validate(sections)}
    return generator(settings(**own), http=clients)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_what_a_provider_changes_of_http_holds_for_it(name: str) -> None:
    asked: list[httpx.Request] = []

    def busy(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, json={})

    for retries in (0, 1):
        asked.clear()
        with pytest.raises(ProviderError):
            await make(name, httpx.MockTransport(busy), retry={"max_retries": retries}).generate("Hi")
        assert len(asked) == 1 + retries


@pytest.mark.parametrize("name", EMBEDDERS)
async def test_a_failure_to_embed_says_what_failed(name: str) -> None:
    broken = httpx.MockTransport(lambda _: httpx.Response(500, json={}))
    with pytest.raises(ProviderError) as caught:
        await make(name, broken, retry={"max_retries": 0}).embed(["a"])
    assert (caught.value.provider, caught.value.operation) == (name, "embed")


@pytest.mark.parametrize("name", EMBEDDERS)
async def test_embedding_waits_as_long_as_it_is_told_to(name: str) -> None:
    async def never(_request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(RequestTimeoutError) as caught:
        await make(name, httpx.MockTransport(never), retry={"max_retries": 0}).embed(["a"], timeout=0.01)
    assert caught.value.operation == "embed"


@pytest.mark.parametrize("name", EMBEDDERS)
async def test_how_long_embedding_took_is_told(name: str) -> None:
    started = perf_counter()
    result = await make(name, httpx.MockTransport(lambda _: httpx.Response(200, json=VECTORS[name]))).embed(["a"])
    assert result.vectors == ((1.0,),)
    assert 0 < result.latency <= perf_counter() - started


@pytest.mark.parametrize("name", EMBEDDERS)
async def test_vectors_that_are_not_there_are_told_by_the_name_of_the_api(name: str) -> None:
    api = {"codex": "OpenAI", "gemini": "Gemini", "ollama": "Ollama"}[name]
    empty = httpx.MockTransport(lambda _: httpx.Response(200, json={"data": [], "embeddings": []}))
    with pytest.raises(ResponseDecodeError, match=api):
        await make(name, empty).embed(["a"])
