"""Acme keeps the contract of text generators, as a stand-in and over its wire. Needs pytest-asyncio."""

import pytest
from acme import SPEC, AcmeGenerator, AcmeSettings
from acme_emulator import emulate_acme

import understudy
from understudy.config.models.http import HttpSettings
from understudy.providers.http import HttpClients
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.generation import GenerationStage, TextGeneratorContract

SETTINGS = AcmeSettings.model_validate({"api_key": "a-key"})
ONE_TRY = HttpSettings.model_validate({"retry": {"max_retries": 0}})


class TestTheStandIn(TextGeneratorContract):
    @pytest.fixture
    def stage(self) -> GenerationStage:
        mock = understudy.MockGenerator(SETTINGS, spec=SPEC)
        return GenerationStage(generator=mock, service=mock)


class TestTheProvider(TextGeneratorContract):
    @pytest.fixture
    def stage(self) -> GenerationStage:
        emulator = emulate_acme(SETTINGS)
        http = HttpClients(ONE_TRY, transport=AsgiTransport(emulator))
        return GenerationStage(generator=AcmeGenerator(SETTINGS, http=http), service=emulator)


async def test_its_settings_reach_the_service() -> None:
    emulator = emulate_acme(SETTINGS)
    settings = {"generation": {"default": "acme", "plugins": {"acme": {"api_key": "a-key", "tone": "warm"}}}}
    async with understudy.open_container(settings, transport=AsgiTransport(emulator)) as container:
        assert (await container.generator().generate("hi")).provider == "acme"
    assert emulator.requests[-1].fields["tone"] == "warm"
    assert emulator.requests[-1].headers["x-api-key"] != "a-key"
