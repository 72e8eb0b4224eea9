"""Ollama: models on the own machine, or in Ollama's cloud."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from understudy.config.models.generation import OllamaSettings
from understudy.domain.errors import ProviderError
from understudy.domain.generation import EmbeddingResult
from understudy.domain.results import Usage
from understudy.domain.secrets import Secret
from understudy.providers.generation.ollama.codec import OllamaCodec
from understudy.providers.generation.ollama.spec import SPEC
from understudy.providers.generation.wire.http_generator import HttpGenerator
from understudy.providers.generation.wire.values import as_count, as_list, as_mapping, as_text
from understudy.providers.generation.wire.vectors import check_inputs, read_vectors

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["OllamaGenerator"]


class OllamaGenerator(HttpGenerator):
    """Ollama's chat API; also an Embedder. Only Ollama's cloud, or a proxy, asks for a key."""

    def __init__(self, settings: OllamaSettings, *, http: HttpClients) -> None:
        codec = OllamaCodec()
        key = settings.api_key
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            secret_headers={"Authorization": Secret(f"Bearer {key.reveal()}")} if key else {},
            overrides=settings.http,
            errors=codec.error,
        )
        super().__init__(spec=SPEC, settings=settings, client=client, codec=codec)
        self._embedding_model = settings.embedding_model

    async def embed(
        self,
        inputs: Sequence[str],
        /,
        *,
        model: str | None = None,
        dimensions: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the port's name; the HTTP client enforces it
    ) -> EmbeddingResult:
        """A vector for each input; ``dimensions`` shortens them, ``timeout`` is in seconds.

        Raises InvalidRequestError where there is no input, else the service's ProviderError.
        """
        texts = check_inputs(inputs, provider=self.name)
        started = perf_counter()
        model = model or self._embedding_model
        wanted: dict[str, Any] = {"model": model, "input": texts}
        if dimensions is not None:
            wanted["dimensions"] = dimensions
        response = await self._client.request("POST", "/api/embed", operation="embed", json=wanted, timeout=timeout)
        body = as_mapping(response.json())
        try:
            vectors = read_vectors(as_list(body.get("embeddings")), expected=len(texts), api="Ollama")
        except ProviderError as error:
            self._place(error, operation="embed", phase="decode", headers=response.headers)
            raise
        return EmbeddingResult(
            vectors=vectors,
            provider=self.name,
            model=as_text(body.get("model")) or model,
            usage=Usage(input_tokens=as_count(body.get("prompt_eval_count"))),
            latency=perf_counter() - started,
        )
