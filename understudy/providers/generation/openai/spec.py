"""What is known of OpenAI without importing its provider."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from understudy.domain.capabilities import Capabilities, ModelLimits, RefusedOption
from understudy.domain.requests import ReasoningEffort
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

_NO_EFFORTS: frozenset[ReasoningEffort] = frozenset()

# What models refuse with 400 is told by OpenAI's guide ("parameter compatibility": sampling only without reasoning),
# the model pages and the SDK's own words on `stop`, and agrees with the profiles that pydantic-ai 2.68 verified live.
_SAMPLING: frozenset[RefusedOption] = frozenset({"temperature", "top_p"})


def _reasons(limits: ModelLimits, *efforts: ReasoningEffort) -> ModelLimits:
    """A model that always reasons, at these efforts only."""
    return replace(
        limits,
        unsupported=_SAMPLING,
        unsupported_with_reasoning=frozenset(),
        reasoning_efforts=frozenset(efforts) or None,
    )


_MILLION = ModelLimits(context_tokens=1_050_000, max_output_tokens=128_000, unsupported_with_reasoning=_SAMPLING)
_ALWAYS = _reasons(_MILLION, "low", "medium", "high", "xhigh", "max")
_PRO = _reasons(_MILLION, "medium", "high", "xhigh")
_GPT_5_X = ModelLimits(context_tokens=400_000, max_output_tokens=128_000, unsupported_with_reasoning=_SAMPLING)
_GPT_5 = _reasons(_GPT_5_X, "minimal", "low", "medium", "high")
_CHAT = ModelLimits(context_tokens=128_000, max_output_tokens=16_384, reasoning_efforts=_NO_EFFORTS)
_CHAT_LATEST = _reasons(_CHAT, "medium")
_OLD = ModelLimits(context_tokens=128_000, max_output_tokens=4_096, reasoning_efforts=_NO_EFFORTS)
_O_SERIES = _reasons(ModelLimits(context_tokens=200_000, max_output_tokens=100_000), "low", "medium", "high")
_O_SERIES_LATE = replace(_O_SERIES, unsupported=_SAMPLING | {"stop"})


def _narrow(settings: Any, capabilities: Capabilities) -> Capabilities:
    """Responses has neither a seed nor stop sequences; Chat Completions has both."""
    if settings.api == "chat":
        return capabilities
    return replace(capabilities, seed=False, stop_sequences=0)


SPEC = ProviderSpec(
    name="codex",
    title="OpenAI",
    aliases=("openai", "gpt"),
    real="understudy.providers.generation.openai.provider:CodexGenerator",
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
                "gpt-6-astra": _ALWAYS,
                "gpt-6.1-sol": _ALWAYS,
                "gpt-5.6": _MILLION,
                "gpt-5.5": _MILLION,
                "gpt-5.5-pro": _PRO,
                "gpt-5.4": _MILLION,
                "gpt-5.4-pro": _PRO,
                "gpt-5.4-mini": _GPT_5_X,
                "gpt-5.4-nano": _GPT_5_X,
                "gpt-5.3-codex": _GPT_5_X,
                "gpt-5.2": _GPT_5_X,
                "gpt-5.1": _GPT_5_X,
                "gpt-5": _GPT_5,
                "gpt-5-pro": _reasons(_GPT_5_X, "high"),
                "gpt-5.2-pro": _reasons(_GPT_5_X, "medium", "high", "xhigh"),
                "gpt-5.3-chat": _CHAT_LATEST,
                "gpt-5.2-chat": _CHAT_LATEST,
                "gpt-5.1-chat": _CHAT_LATEST,
                "gpt-5-chat": _CHAT,
                "gpt-4.1": ModelLimits(
                    context_tokens=1_047_576, max_output_tokens=32_768, reasoning_efforts=_NO_EFFORTS
                ),
                "gpt-4o": _CHAT,
                "gpt-4o-2024-05-13": _OLD,
                "gpt-4-turbo": _OLD,
                "gpt-3.5-turbo": replace(_OLD, context_tokens=16_385),
                "o1": _O_SERIES,
                "o3": _O_SERIES_LATE,
                "o3-mini": _O_SERIES,
                "o4": _O_SERIES_LATE,
            }
        ),
    ),
    narrow=_narrow,
)
