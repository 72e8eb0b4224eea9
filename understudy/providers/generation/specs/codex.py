"""What is known of OpenAI without importing its provider."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from understudy.domain.capabilities import Capabilities, ModelLimits
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

_MILLION = ModelLimits(context_tokens=1_050_000, max_output_tokens=128_000)
_GPT_5 = ModelLimits(context_tokens=400_000, max_output_tokens=128_000)
_CHAT_LATEST = ModelLimits(context_tokens=128_000, max_output_tokens=16_384)
_GPT_4_1 = ModelLimits(context_tokens=1_047_576, max_output_tokens=32_768)
_GPT_4O = ModelLimits(context_tokens=128_000, max_output_tokens=16_384)
_O_SERIES = ModelLimits(context_tokens=200_000, max_output_tokens=100_000)


def _narrow(settings: Any, capabilities: Capabilities) -> Capabilities:
    """Responses has neither a seed nor stop sequences; Chat Completions has both."""
    if settings.api == "chat":
        return capabilities
    return replace(capabilities, seed=False, stop_sequences=0)


SPEC = ProviderSpec(
    name="codex",
    title="OpenAI",
    aliases=("openai", "gpt"),
    real="understudy.providers.generation.openai:CodexGenerator",
    settings="understudy.config.models.generation:CodexSettings",
    credentials=("OPENAI_API_KEY",),
    capabilities=Capabilities(
        tools=True,
        tool_choice=True,
        vision=True,
        image_urls=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
        embeddings=True,
        model_listing=True,
        seed=True,
        stop_sequences=4,
        user=True,
        metadata=True,
        models=MappingProxyType(
            {
                "gpt-6": _MILLION,
                "gpt-5.6": _MILLION,
                "gpt-5.5": _MILLION,
                "gpt-5.4": _MILLION,
                "gpt-5.4-mini": _GPT_5,
                "gpt-5.4-nano": _GPT_5,
                "gpt-5": _GPT_5,
                "gpt-5.3-chat": _CHAT_LATEST,
                "gpt-5.2-chat": _CHAT_LATEST,
                "gpt-5.1-chat": _CHAT_LATEST,
                "gpt-5-chat": _CHAT_LATEST,
                "gpt-4.1": _GPT_4_1,
                "gpt-4o": _GPT_4O,
                "gpt-4o-2024-05-13": ModelLimits(context_tokens=128_000, max_output_tokens=4_096),
                "gpt-4-turbo": ModelLimits(context_tokens=128_000, max_output_tokens=4_096),
                "gpt-3.5-turbo": ModelLimits(context_tokens=16_385, max_output_tokens=4_096),
                "o1": _O_SERIES,
                "o3": _O_SERIES,
                "o4": _O_SERIES,
            }
        ),
    ),
    narrow=_narrow,
)
