"""What is known of Anthropic without importing its provider."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from understudy.domain.capabilities import Capabilities, ModelLimits, RefusedOption
from understudy.domain.requests import ReasoningEffort
from understudy.providers.spec import ProviderSpec

__all__ = ["SPEC"]

_EFFORTS: frozenset[ReasoningEffort] = frozenset({"none", "low", "medium", "high", "xhigh", "max"})

# What models refuse with 400 is told by Anthropic's page of each model ("What's new in ...", "Migration guide") and
# agrees with the profiles that pydantic-ai 2.68 verified live. `xhigh` on Opus 4.6 is in the recordings too.
_SAMPLING: frozenset[RefusedOption] = frozenset({"temperature", "top_p"})
_LATE = ModelLimits(context_tokens=1_000_000, max_output_tokens=128_000, unsupported=_SAMPLING)
_UNFORCED = replace(_LATE, unsupported=_SAMPLING | {"tool_choice"})
_THINKS = replace(_LATE, reasoning_efforts=_EFFORTS - {"none"})
_THINKS_UNFORCED = replace(_UNFORCED, reasoning_efforts=_EFFORTS - {"none"})

# Before 4.7 only thinking excludes a temperature, and a budget of it excludes forced tools too.
_CLAUDE_4_6 = ModelLimits(
    context_tokens=1_000_000,
    unsupported_with_reasoning=frozenset({"temperature"}),
    reasoning_efforts=_EFFORTS - {"xhigh"},
)
_CLAUDE_4_5 = ModelLimits(
    context_tokens=200_000,
    max_output_tokens=64_000,
    unsupported_with_reasoning=frozenset({"temperature", "tool_choice"}),
)

SPEC = ProviderSpec(
    name="claude",
    title="Anthropic",
    aliases=("anthropic",),
    real="understudy.providers.generation.anthropic.provider:ClaudeGenerator",
    settings="understudy.config.models.generation:ClaudeSettings",
    credentials=("ANTHROPIC_API_KEY",),
    capabilities=Capabilities(
        tools=True,
        tool_choice=True,
        vision=True,
        image_urls=True,
        structured_output=True,
        reasoning=True,
        reasoning_efforts=_EFFORTS,
        model_listing=True,
        temperature=(0.0, 1.0),
        user=True,
        empty_text=False,
        models=MappingProxyType(
            {
                "claude-fable-5": _THINKS,
                "claude-fable-5-1": _THINKS_UNFORCED,
                "claude-fable-5-2": _THINKS_UNFORCED,
                "claude-mythos-5": _THINKS,
                "claude-mythos-5-1": _THINKS_UNFORCED,
                "claude-mythos-5-2": _THINKS_UNFORCED,
                "claude-opus-5": _LATE,
                "claude-opus-5-5": _THINKS_UNFORCED,
                "claude-sonnet-5": _LATE,
                "claude-sonnet-5-5": _UNFORCED,
                "claude-haiku-5-5": replace(_LATE, context_tokens=None),
                "claude-opus-4-8": _LATE,
                "claude-opus-4-7": _LATE,
                "claude-opus-4-6": replace(_CLAUDE_4_6, max_output_tokens=128_000),
                "claude-sonnet-4-6": _CLAUDE_4_6,
                "claude-opus-4-5": _CLAUDE_4_5,
                "claude-sonnet-4-5": _CLAUDE_4_5,
                "claude-haiku-4-5": _CLAUDE_4_5,
            }
        ),
    ),
)
