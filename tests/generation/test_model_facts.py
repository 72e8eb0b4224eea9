"""What single models refuse with 400 is refused before sending, by the real provider and by its stand-in alike."""

import pytest

from understudy.config.models.generation import ClaudeSettings, CodexSettings, GeminiSettings
from understudy.domain.errors import InvalidRequestError, UnsupportedCapabilityError
from understudy.domain.requests import Tool
from understudy.providers.generation.anthropic.provider import ClaudeGenerator
from understudy.providers.generation.anthropic.spec import SPEC as CLAUDE
from understudy.providers.generation.gemini.provider import GeminiGenerator
from understudy.providers.generation.gemini.spec import SPEC as GEMINI
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.generation.openai.provider import CodexGenerator
from understudy.providers.generation.openai.spec import SPEC as CODEX

TOOLS = [Tool(name="t")]
FORCED = {"tools": TOOLS, "tool_choice": "required"}
PROVIDERS = {
    "claude": (CLAUDE, ClaudeSettings, ClaudeGenerator),
    "codex": (CODEX, CodexSettings, CodexGenerator),
    "gemini": (GEMINI, GeminiSettings, GeminiGenerator),
}
REFUSED = [
    ("claude", "claude-sonnet-5-5", {"temperature": 0.2}),
    ("claude", "claude-sonnet-5-5", {"top_p": 0.5}),
    ("claude", "claude-sonnet-5-5", FORCED),
    ("claude", "claude-opus-5-5", FORCED),
    ("claude", "claude-opus-5-5", {"reasoning_effort": "none"}),
    ("claude", "claude-fable-5-1", FORCED),
    ("claude", "claude-fable-5", {"reasoning_effort": "none"}),
    ("claude", "claude-haiku-5-5", {"temperature": 0}),
    ("claude", "claude-opus-4-7", {"temperature": 0.5}),
    ("claude", "claude-opus-4-6", {"reasoning_effort": "xhigh"}),
    ("claude", "claude-opus-4-6", {"reasoning_effort": "low", "temperature": 0.5}),
    ("claude", "claude-sonnet-4-5", {"reasoning_effort": "low", **FORCED}),
    ("codex", "o3", {"temperature": 0.2}),
    ("codex", "o1", {"reasoning_effort": "xhigh"}),
    ("codex", "gpt-4o", {"reasoning_effort": "low"}),
    ("codex", "gpt-5-mini", {"temperature": 0.2}),
    ("codex", "gpt-5", {"reasoning_effort": "none"}),
    ("codex", "gpt-5.4", {"temperature": 0.2, "reasoning_effort": "low"}),
    ("codex", "gpt-6-astra", {"reasoning_effort": "none"}),
    ("gemini", "gemini-3.8-flash", {"reasoning_effort": "minimal"}),
    ("gemini", "gemini-3-pro-preview", {"reasoning_effort": "medium"}),
]
TAKEN = [
    ("claude", "claude-sonnet-5-5", {"temperature": 1}),
    ("claude", "claude-sonnet-5-5", {"reasoning_effort": "none"}),
    ("claude", "claude-sonnet-5", FORCED),
    ("claude", "claude-opus-4-6", {"temperature": 0.5, "top_p": 0.5, **FORCED}),
    ("claude", "claude-opus-4-6", {"reasoning_effort": "max", **FORCED}),
    ("codex", "gpt-5.4-nano", {"temperature": 0}),
    ("codex", "gpt-5.2", {"temperature": 0, "reasoning_effort": "none"}),
    ("codex", "gpt-4o", {"temperature": 0}),
    ("codex", "gpt-5-chat-latest", {"temperature": 0}),
    ("gemini", "gemini-3-flash-preview", {"reasoning_effort": "minimal"}),
    ("gemini", "gemini-2.5-pro", {"reasoning_effort": "minimal"}),
]


@pytest.mark.parametrize(("provider", "model", "options"), REFUSED, ids=str)
async def test_what_the_service_refuses_for_a_model_is_not_sent(serve, answer, provider, model, options) -> None:
    spec, settings_type, real_type = PROVIDERS[provider]
    settings = settings_type(api_key="k", model=model)
    server, http = serve(answer({}))

    for generator in (real_type(settings, http=http), MockGenerator(settings, spec=spec)):
        with pytest.raises(UnsupportedCapabilityError, match="nothing was sent"):
            await generator.generate("hi", **options)
        with pytest.raises(UnsupportedCapabilityError, match="nothing was sent"):
            generator.stream("hi", **options)
    assert server.requests == []


@pytest.mark.parametrize(("provider", "model", "options"), TAKEN, ids=str)
async def test_what_the_service_takes_is_answered(provider, model, options) -> None:
    spec, settings_type, _ = PROVIDERS[provider]

    result = await MockGenerator(settings_type(model=model), spec=spec).generate("hi", **options)

    assert result.model == model


async def test_a_default_model_can_be_asked_with_every_option_that_its_page_names() -> None:
    for spec, settings_type, _ in PROVIDERS.values():
        generator = MockGenerator(settings_type(), spec=spec)
        limits = generator.capabilities.limits(generator.model)
        for effort in limits.reasoning_efforts or generator.capabilities.reasoning_efforts:
            assert (await generator.generate("hi", reasoning_effort=effort)).text


async def test_an_empty_prompt_is_not_sent_to_claude(serve, answer) -> None:
    server, http = serve(answer({}))
    settings = ClaudeSettings(api_key="k")

    for generator in (ClaudeGenerator(settings, http=http), MockGenerator(settings, spec=CLAUDE)):
        with pytest.raises(InvalidRequestError, match="nothing but empty text"):
            await generator.generate("")
    assert server.requests == []
