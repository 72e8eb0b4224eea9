"""The contracts against the services themselves, where the environment asks for it: see docs/testing.md.

``UNDERSTUDY_LIVE=1`` with the providers' own variables; a provider without any is left out, with the reason.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest

from understudy.config.models.http import HttpSettings
from understudy.providers.http.clients import HttpClients
from understudy.testing.contracts.generation import EmbedderContract, GenerationStage, TextGeneratorContract
from understudy.testing.contracts.live import SWITCH, live_settings, live_stage
from understudy.testing.drift import Answering, check_drift
from understudy.testing.emulators import EMULATORS

if os.environ.get(SWITCH) != "1":
    pytest.skip(f"{SWITCH} is not 1: no live service is asked", allow_module_level=True)

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(600)]

APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
EMBEDDERS = ("codex", "gemini", "ollama")
# Read at import: the tests themselves run without the program's variables.
GIVEN = {name: live_settings(spec, os.environ) for name, (spec, _) in EMULATORS.items()}


def given(api):
    """The settings of one API, or the reason why it is left out."""
    provider, _, kind = api.partition(".")
    settings = GIVEN[provider]
    return settings if isinstance(settings, str) or not kind else settings.model_copy(update={"api": kind})


@pytest.fixture
async def stage(api) -> AsyncIterator[GenerationStage]:
    async with live_stage(EMULATORS[api.partition(".")[0]][0], given(api)) as stage:
        yield stage


@pytest.mark.parametrize("api", APIS)
class TestLiveServices(TextGeneratorContract):
    @pytest.fixture
    def stage(self, stage):
        return stage


@pytest.mark.parametrize("api", EMBEDDERS)
class TestLiveEmbedders(EmbedderContract):
    @pytest.fixture
    def stage(self, stage):
        return stage


@pytest.mark.parametrize("api", APIS)
async def test_the_stand_in_does_as_the_live_service(api):
    """What a script would show of a stand-in is held against the service instead, field by field."""
    settings = given(api)
    if isinstance(settings, str):
        pytest.skip(settings)
    async with HttpClients(HttpSettings()) as http:
        report = await check_drift(Answering.made(EMULATORS[api.partition(".")[0]][0], settings, http))
    assert [(check.name, check.differences, check.real_error) for check in report.drifted] == []
