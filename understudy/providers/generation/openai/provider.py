"""OpenAI and the services that follow its APIs."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from understudy.config.models.generation import CodexSettings, ProviderSettings
from understudy.domain.generation import EmbeddingResult
from understudy.domain.secrets import Secret
from understudy.providers.generation.openai.chat import ChatCodec, ChatDialect
from understudy.providers.generation.openai.fields import chat_usage
from understudy.providers.generation.openai.responses import ResponsesCodec
from understudy.providers.generation.openai.spec import SPEC
from understudy.providers.generation.wire.codec import Codec
from understudy.providers.generation.wire.http_generator import HttpGenerator
from understudy.providers.generation.wire.vectors import check_inputs, read_vectors

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

__all__ = ["CodexGenerator", "bearer"]

_OWN_HOSTS = ("api.openai.com", ".openai.azure.com", ".cognitiveservices.azure.com")


def bearer(settings: ProviderSettings) -> dict[str, Secret]:
    """The credential's header; none where there is no credential, as for servers on the own machine."""
    if not settings.api_key:
        return {}
    return {"Authorization": Secret(f"Bearer {settings.api_key.reveal()}")}


class CodexGenerator(HttpGenerator):
    """OpenAI's Responses or Chat Completions, as ``api`` in the settings says; also an Embedder."""

    def __init__(self, settings: CodexSettings, *, http: HttpClients) -> None:
        codec = _codec(settings)
        headers = {"OpenAI-Organization": settings.organization, "OpenAI-Project": settings.project}
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            headers={name: value for name, value in headers.items() if value is not None},
            secret_headers=bearer(settings),
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
        timeout: float | None = None,  # noqa: ASYNC109 (the port's; the HTTP client holds it)
    ) -> EmbeddingResult:
        """A vector for each input; ``dimensions`` shortens them, ``timeout`` is in seconds.

        Raises InvalidRequestError where there is no input, else the service's ProviderError.
        """
        texts = check_inputs(inputs, provider=self.name)
        started = perf_counter()
        model = model or self._embedding_model
        body: dict[str, Any] = {"model": model, "input": texts, "encoding_format": "float"}
        if dimensions is not None:
            body["dimensions"] = dimensions
        response = await self._client.request("POST", "/embeddings", operation="embed", json=body, timeout=timeout)
        with self._reading("embed", response.headers):
            answer = response.json()
            rows = [entry["embedding"] for entry in sorted(answer["data"], key=lambda entry: entry["index"])]
            return EmbeddingResult(
                vectors=read_vectors(rows, expected=len(texts), api="OpenAI"),
                provider=self.name,
                model=answer.get("model") or model,
                usage=chat_usage(answer.get("usage")),
                latency=perf_counter() - started,
            )


def _codec(settings: CodexSettings) -> Codec:
    """OpenAI itself has renamed the output limit; most services that follow it know only the older name."""
    if settings.api == "responses":
        return ResponsesCodec()
    host = urlsplit(settings.base_url).hostname or ""
    return ChatCodec(ChatDialect(max_tokens="max_completion_tokens" if host.endswith(_OWN_HOSTS) else "max_tokens"))
