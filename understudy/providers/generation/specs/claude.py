"""What is known of Anthropic without importing its provider."""

from __future__ import annotations

from types import MappingProxyType

from understudy.domain.capabilities import Capabilities, ModelLimits
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

_MILLION = ModelLimits(context_tokens=1_000_000, max_output_tokens=128_000)
_CLAUDE_4_5 = ModelLimits(context_tokens=200_000, max_output_tokens=64_000)

SPEC = ProviderSpec(
    name="claude",
    title="Anthropic",
    aliases=("anthropic",),
    real="understudy.providers.generation.anthropic:ClaudeGenerator",
    settings="understudy.config.models.generation:ClaudeSettings",
    credentials=("ANTHROPIC_API_KEY",),
    capabilities=Capabilities(
        tools=True,
        tool_choice=True,
        vision=True,
        image_urls=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=frozenset({"none", "low", "medium", "high", "xhigh", "max"}),
        model_listing=True,
        temperature=(0.0, 1.0),
        user=True,
        models=MappingProxyType(
            {
                "claude-fable-5": _MILLION,
                "claude-mythos-5": _MILLION,
                "claude-opus-5": _MILLION,
                "claude-sonnet-5": _MILLION,
                "claude-haiku-5-5": ModelLimits(max_output_tokens=128_000),
                "claude-opus-4-8": _MILLION,
                "claude-opus-4-7": _MILLION,
                "claude-opus-4-6": _MILLION,
                "claude-sonnet-4-6": ModelLimits(context_tokens=1_000_000),
                "claude-opus-4-5": _CLAUDE_4_5,
                "claude-sonnet-4-5": _CLAUDE_4_5,
                "claude-haiku-4-5": _CLAUDE_4_5,
            }
        ),
    ),
)
