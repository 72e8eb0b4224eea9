"""Google's Gemini."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from understudy.config.models.generation import GeminiSettings
from understudy.domain.errors import ProviderError
from understudy.domain.generation import EmbeddingResult
from understudy.providers.generation.gemini.codec import GeminiCodec
from understudy.providers.generation.gemini.reading import counts_of, read_usage
from understudy.providers.generation.gemini.request import model_path
from understudy.providers.generation.gemini.spec import SPEC
from understudy.providers.generation.wire.http_generator import HttpGenerator
from understudy.providers.generation.wire.values import as_list, as_mapping
from understudy.providers.generation.wire.vectors import check_inputs, read_vectors

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["GeminiGenerator"]


class GeminiGenerator(HttpGenerator):
    """Gemini's generateContent; also an Embedder. The key goes in a header: a URL would be logged."""

    def __init__(self, settings: GeminiSettings, *, http: HttpClients) -> None:
        codec = GeminiCodec()
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            secret_headers={"x-goog-api-key": settings.api_key} if settings.api_key else {},
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
        resource = model_path(model)
        requests: list[dict[str, Any]] = [{"model": resource, "content": {"parts": [{"text": text}]}} for text in texts]
        if dimensions is not None:
            requests = [{**request, "outputDimensionality": dimensions} for request in requests]
        response = await self._client.request(
            "POST",
            f"/{resource}:batchEmbedContents",
            operation="embed",
            json={"requests": requests},
            timeout=timeout,
        )
        body = as_mapping(response.json())
        rows = [as_mapping(entry).get("values") for entry in as_list(body.get("embeddings"))]
        try:
            vectors = read_vectors(rows, expected=len(texts), api="Gemini")
        except ProviderError as error:
            self._place(error, operation="embed", phase="decode", headers=response.headers)
            raise
        return EmbeddingResult(
            vectors=vectors,
            provider=self.name,
            model=model,
            usage=read_usage(counts_of(body)),
            latency=perf_counter() - started,
        )
