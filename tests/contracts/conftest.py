"""Generators on a stage: the stand-ins themselves, and the real providers over emulators of their services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.domain import errors
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.http.clients import HttpClients
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.generation import GenerationStage
from understudy.testing.emulators import EMULATORS, emulate

KEY = "sk-test-0123456789"
"""Not a credential of anything: what the tests send and the emulators accept."""

PARTICULARS: Mapping[str, dict[str, Any]] = {
    "claude": {"model": "claude-opus-4-6"},
    "ollama": {"unsaid": frozenset({"cached_tokens", "reasoning_tokens", "refusal"})},
}
"""What is different about an API: see GenerationStage."""

ON_THE_WIRE: Mapping[str, dict[str, Any]] = {
    "codex.chat": {"unsaid": frozenset({"reasoning"})},
    "ollama": {"merged": {errors.QuotaExceededError: errors.RateLimitError}},
}
"""And of its service alone."""


def section(name: str) -> ProviderSettings:
    provider, _, api = name.partition(".")
    given = {**({"api": api} if api else {}), "api_key": KEY}
    return type(getattr(GenerationSettings(), provider)).model_validate(given)


def play(name: str, *, use: str) -> GenerationStage:
    provider = name.partition(".")[0]
    settings, spec = section(name), EMULATORS[provider][0]
    particulars = PARTICULARS.get(name, {})
    if use == "mock":
        mock = MockGenerator(settings, spec=spec)
        return GenerationStage(generator=mock, service=mock, **particulars)
    emulator = emulate(provider, settings=settings, keys=[KEY])
    particulars = {**particulars, **ON_THE_WIRE.get(name, {})}
    no_retries = HttpSettings.model_validate({"retry": {"max_retries": 0}})
    http = HttpClients(no_retries, transport=AsgiTransport(emulator))
    stranger = build_real(spec, settings.model_copy(update={"api_key": Secret("sk-another-0123456789")}), http)
    generator = build_real(spec, settings, http)
    return GenerationStage(generator=generator, service=emulator, stranger=stranger, **particulars)


@pytest.fixture
def staged() -> Callable[..., GenerationStage]:
    """Puts an API's generator on a stage: ``staged("codex.chat", use="real")``."""
    return play
