"""The ports of the generation family: text generators and embedders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Unpack, runtime_checkable

from understudy.domain.capabilities import Capabilities
from understudy.domain.health import Health
from understudy.domain.requests import GenerationOptions, Prompt
from understudy.domain.results import GenerationResult, GenerationStream, Usage

__all__ = ["Embedder", "EmbeddingResult", "ModelInfo", "TextGenerator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that the provider lists. Limits in tokens, None where the provider does not say."""

    id: str
    name: str | None = None
    context_tokens: int | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingResult:
    """One vector per input, in the order of the inputs."""

    vectors: tuple[tuple[float, ...], ...] = field(repr=False)
    provider: str
    model: str
    usage: Usage | None = None
    latency: float = 0.0


@runtime_checkable
class TextGenerator(Protocol):
    """A provider of generated text, real or stand-in.

    All methods raise ProviderError subclasses when the service fails, and UnsupportedCapabilityError, before any
    traffic, when asked for what ``capabilities`` does not declare.
    """

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        ...

    @property
    def model(self) -> str:
        """The model that answers when a request names none."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        ...

    async def generate(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationResult:
        """The whole answer."""
        ...

    def generate_stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> AsyncIterator[str]:
        """The answer's text, piece by piece."""
        ...

    def stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationStream:
        """The answer as typed events; the last one is a FinishEvent with the whole result."""
        ...

    async def health_check(self) -> Health:
        """Whether the service answers; never raises ProviderError, reports it instead."""
        ...

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The models that this credential may use."""
        ...

    async def aclose(self) -> None:
        """Release what this provider holds; the shared pool is not its own. May be called twice."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """A provider of embeddings."""

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        ...

    async def embed(
        self,
        inputs: Sequence[str],
        /,
        *,
        model: str | None = None,
        dimensions: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the total deadline, which the HTTP layer keeps
    ) -> EmbeddingResult:
        """A vector for each input. ``dimensions`` shortens them where the model can; ``timeout`` is in seconds."""
        ...
