"""A stand-in of each kind, and the sleep that none of them really sleeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from understudy.config.models.generation import (
    ClaudeSettings,
    CodexSettings,
    DeepSeekSettings,
    GeminiSettings,
    OllamaSettings,
    ProviderSettings,
)
from understudy.domain.requests import Tool
from understudy.providers.generation.anthropic.spec import SPEC as CLAUDE
from understudy.providers.generation.deepseek.spec import SPEC as DEEPSEEK
from understudy.providers.generation.gemini.spec import SPEC as GEMINI
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.generation.ollama.spec import SPEC as OLLAMA
from understudy.providers.generation.openai.spec import SPEC as CODEX

PROVIDERS: dict[str, tuple[type[ProviderSettings], Any]] = {
    "claude": (ClaudeSettings, CLAUDE),
    "codex": (CodexSettings, CODEX),
    "gemini": (GeminiSettings, GEMINI),
    "ollama": (OllamaSettings, OLLAMA),
    "deepseek": (DeepSeekSettings, DEEPSEEK),
}

Make = Callable[..., MockGenerator]


class Clock:
    """Counts the seconds that a stand-in would have slept."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    @property
    def total(self) -> float:
        return sum(self.waits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(clock: Clock) -> Make:
    def build(name: str = "claude", *, mock: dict[str, Any] | None = None, **settings: Any) -> MockGenerator:
        model, spec = PROVIDERS[name]
        return MockGenerator(model.model_validate({**settings, "mock": mock or {}}), spec=spec, sleep=clock.sleep)

    return build


@pytest.fixture(params=sorted(PROVIDERS))
def any_mock(request: pytest.FixtureRequest, make: Make) -> MockGenerator:
    return make(request.param)


@pytest.fixture
def weather() -> Tool:
    return Tool(
        name="get_weather",
        description="The weather in a city",
        parameters={
            "type": "object",
            "properties": {
                "city": {"type": "string", "minLength": 3},
                "unit": {"enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 7},
            },
            "required": ["city", "unit", "days"],
            "additionalProperties": False,
        },
    )
