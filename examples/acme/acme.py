"""Acme as a provider: its settings, its wire format, its generator, and the spec that announces them.

The API: ``POST /answer`` takes model, system, messages and options, and answers with one JSON object, or, asked to
``stream``, with lines of ``{"piece": "…"}`` and that object without its text at the end. ``GET /models`` lists names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy import (
    Capabilities,
    ContextLengthExceededError,
    FinishReason,
    GenerationRequest,
    GenerationResult,
    ModelInfo,
    OverloadedError,
    ProviderError,
    ProviderSettings,
    ProviderSpec,
    QuotaExceededError,
    RateLimitError,
    StreamEvent,
    StreamInterruptedError,
    TextEvent,
    TextPart,
    Usage,
    UsageEvent,
)
from understudy.config.models.base import BaseUrl
from understudy.providers.generation.wire.codec import ErrorAnswer, Framing, WireRequest
from understudy.providers.generation.wire.http_generator import HttpGenerator
from understudy.providers.generation.wire.statuses import provider_error
from understudy.providers.generation.wire.values import as_count, as_list, as_mapping, as_text, not_the_protocol
from understudy.providers.http.clients import HttpClients

CODES: Mapping[str, type[ProviderError]] = {
    "too_long": ContextLengthExceededError,
    "no_credit": QuotaExceededError,
    "slow_down": RateLimitError,
    "busy": OverloadedError,
}
"""Acme's words that say more than a status does."""


class AcmeSettings(ProviderSettings):
    """``generation.plugins.acme``."""

    base_url: BaseUrl = "https://api.acme.example/v1"
    model: str = "acme-1"
    tone: str = "plain"


class AcmeCodec:
    """The wire format: pure functions, so that there is nothing to wait for and nothing to close."""

    framing: Framing = "ndjson"
    models_path = "/models"

    def __init__(self, tone: str) -> None:
        self._tone = tone

    def encode(self, request: GenerationRequest, *, model: str, stream: bool) -> WireRequest:
        body: dict[str, Any] = {
            "model": model,
            "tone": self._tone,
            "messages": [{"role": turn.role, "text": turn.text} for turn in request.turns],
            "stream": stream,
        }
        given = {
            "system": request.system_text or None,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "limit": request.max_output_tokens,
            "stop": list(request.stop) or None,
        }
        return WireRequest(path="/answer", body=body | {key: said for key, said in given.items() if said is not None})

    def decode(self, body: Any) -> GenerationResult:
        answer = as_mapping(body)
        if not isinstance(answer.get("text"), str):
            raise not_the_protocol("Acme", "it has no text")
        return read_end(answer, as_text(answer.get("text")))

    def decoder(self) -> AcmeDecoder:
        return AcmeDecoder()

    def error(self, answer: ErrorAnswer) -> ProviderError:
        return read_error(answer.body, status=answer.status, operation=answer.operation)

    def models(self, body: Any) -> tuple[ModelInfo, ...]:
        return tuple(ModelInfo(id=as_text(name)) for name in as_list(as_mapping(body).get("models")))


class AcmeDecoder:
    """Reads one stream; the line with ``why`` is its end."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._end: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    @property
    def done(self) -> bool:
        return self._end is not None

    def feed(self, data: Any, event: str | None) -> Iterator[StreamEvent]:  # noqa: ARG002 - lines have no event names
        line = as_mapping(data)
        if "error" in line:
            raise read_error(line, status=None, operation="stream")
        if "why" in line:
            self._end = line
            if (usage := read_usage(line)) is not None:
                yield UsageEvent(usage)
        elif "piece" in line:
            self._pieces.append(as_text(line.get("piece")))
            yield TextEvent(self._pieces[-1])
        else:
            raise not_the_protocol("Acme", "a line has neither a piece nor an end")

    def result(self) -> GenerationResult:
        if self._end is None:
            raise StreamInterruptedError("The stream ended before Acme said why.", partial_text=self.text)
        return read_end(self._end, self.text)


class AcmeGenerator(HttpGenerator):
    """What all providers do alike is HttpGenerator's: limits, sending, streaming, errors, health, models."""

    def __init__(self, settings: AcmeSettings, *, http: HttpClients) -> None:
        codec = AcmeCodec(settings.tone)
        client = http.client(
            provider=SPEC.name,
            base_url=settings.base_url,
            secret_headers={"x-api-key": settings.api_key} if settings.api_key else {},
            overrides=settings.http,
            errors=codec.error,
        )
        super().__init__(spec=SPEC, settings=settings, client=client, codec=codec)


def read_end(end: Mapping[str, Any], text: str) -> GenerationResult:
    why = as_text(end.get("why"))
    reasons = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}
    return GenerationResult(
        parts=(TextPart(text),) if text else (),
        finish_reason=reasons.get(why, FinishReason.OTHER),
        finish_reason_raw=why,
        usage=read_usage(end),
        model=as_text(end.get("model")),
        refusal=as_text(end.get("declined")) or None,
    )


def read_usage(end: Mapping[str, Any]) -> Usage | None:
    tokens = as_mapping(end.get("tokens"))
    if not tokens:
        return None
    return Usage(
        input_tokens=as_count(tokens.get("in")),
        output_tokens=as_count(tokens.get("out")),
        cached_tokens=as_count(tokens.get("cached")),
    )


def read_error(body: Any, *, status: int | None, operation: str) -> ProviderError:
    told = as_mapping(as_mapping(body).get("error"))
    return provider_error(
        as_text(told.get("message")) or "Acme did not say why.",
        status=status,
        code=as_text(told.get("code")) or None,
        codes=CODES,
        operation=operation,
    )


SPEC = ProviderSpec(
    name="acme",
    title="Acme",
    aliases=("acme-ai",),
    real="acme:AcmeGenerator",
    settings="acme:AcmeSettings",
    credentials=("ACME_API_KEY",),
    capabilities=Capabilities(temperature=(0.0, 1.0), stop_sequences=4, model_listing=True),
    distribution="understudy-acme",
)
