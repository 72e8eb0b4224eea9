"""What is known of Gemini without importing its provider."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from understudy.domain.capabilities import Capabilities, ModelLimits
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

_GEMINI = ModelLimits(context_tokens=1_048_576, max_output_tokens=65_536)

# The levels that the Gemini API's page on thinking lists for these models; others of Gemini 3 take all that it has.
_THREE_LEVELS = replace(_GEMINI, reasoning_efforts=frozenset({"low", "medium", "high"}))

SPEC = ProviderSpec(
    name="gemini",
    title="Google Gemini",
    aliases=("google",),
    real="understudy.providers.generation.gemini.provider:GeminiGenerator",
    settings="understudy.config.models.generation:GeminiSettings",
    credentials=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    capabilities=Capabilities(
        tools=True,
        tool_choice=True,
        vision=True,
        image_urls=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=frozenset({"minimal", "low", "medium", "high", "xhigh"}),
        embeddings=True,
        model_listing=True,
        seed=True,
        stop_sequences=5,
        models=MappingProxyType(
            {
                "gemini-3": _GEMINI,
                "gemini-3.8-flash": _THREE_LEVELS,
                "gemini-3.7-flash": _THREE_LEVELS,
                "gemini-3.1-pro": _THREE_LEVELS,
                "gemini-3-pro": replace(_GEMINI, reasoning_efforts=frozenset({"low", "high"})),
                "gemini-2.5-flash": _GEMINI,
                "gemini-2.5-pro": _GEMINI,
                "gemini-2.0-flash": ModelLimits(context_tokens=1_048_576, max_output_tokens=8_192),
                # Models that make images or speech have other limits, which are not published in one place.
                "gemini-3-pro-image": ModelLimits(),
                "gemini-3.1-flash-image": ModelLimits(),
                "gemini-3.1-flash-lite-image": ModelLimits(),
                "gemini-3.1-flash-tts": ModelLimits(),
                "gemini-3.8-flash-tts": ModelLimits(),
                "gemini-3.8-flash-lite-tts": ModelLimits(),
                "gemini-2.5-flash-image": ModelLimits(),
                "gemini-2.5-flash-preview-tts": ModelLimits(),
                "gemini-2.5-pro-preview-tts": ModelLimits(),
            }
        ),
    ),
)
