"""What is known of Ollama without importing its provider."""

from __future__ import annotations

from understudy.domain.capabilities import Capabilities
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

# The limits are the model's file's and the server's settings', so none is known here.
SPEC = ProviderSpec(
    name="ollama",
    title="Ollama",
    aliases=("local",),
    real="understudy.providers.generation.ollama.provider:OllamaGenerator",
    settings="understudy.config.models.generation:OllamaSettings",
    credentials=("OLLAMA_API_KEY",),
    needs_credentials=False,
    capabilities=Capabilities(
        tools=True,
        vision=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=frozenset({"none", "low", "medium", "high"}),
        embeddings=True,
        model_listing=True,
        seed=True,
    ),
)
