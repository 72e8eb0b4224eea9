"""What is known of DeepSeek without importing its provider."""

from __future__ import annotations

from types import MappingProxyType

from understudy.domain.capabilities import Capabilities, ModelLimits
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

SPEC = ProviderSpec(
    name="deepseek",
    title="DeepSeek",
    real="understudy.providers.generation.deepseek.provider:DeepSeekGenerator",
    settings="understudy.config.models.generation:DeepSeekSettings",
    credentials=("DEEPSEEK_API_KEY",),
    capabilities=Capabilities(
        tools=True,
        tool_choice=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
        model_listing=True,
        stop_sequences=16,
        models=MappingProxyType({"deepseek-v4": ModelLimits(context_tokens=1_000_000, max_output_tokens=384_000)}),
    ),
)
