"""The contracts of text generators and embedders, held by every API's stand-in and by its real provider."""

from __future__ import annotations

import pytest

from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.spec import ProviderSpec
from understudy.testing.contracts.generation import EmbedderContract, GenerationStage, TextGeneratorContract

APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
EMBEDDERS = ("codex", "codex.chat", "gemini", "ollama")


@pytest.mark.parametrize("api", APIS)
class TestStandIns(TextGeneratorContract):
    @pytest.fixture
    def stage(self, api, staged):
        return staged(api, use="mock")


@pytest.mark.parametrize("api", APIS)
class TestRealProviders(TextGeneratorContract):
    @pytest.fixture
    def stage(self, api, staged):
        return staged(api, use="real")


@pytest.mark.parametrize("api", EMBEDDERS)
class TestEmbeddingStandIns(EmbedderContract):
    @pytest.fixture
    def stage(self, api, staged):
        return staged(api, use="mock")


@pytest.mark.parametrize("api", EMBEDDERS)
class TestRealEmbedders(EmbedderContract):
    @pytest.fixture
    def stage(self, api, staged):
        return staged(api, use="real")


class TestWhatDeclaresNothing(TextGeneratorContract):
    """Every capability is refused by a stand-in that declares none but streaming."""

    @pytest.fixture
    def stage(self):
        return bare(Capabilities())


def bare(capabilities):
    spec = ProviderSpec(
        name="bare", title="Bare", real="nowhere:Nothing", settings=ProviderSettings, capabilities=capabilities
    )
    mock = MockGenerator(ProviderSettings(model="bare-1"), spec=spec)
    return GenerationStage(generator=mock, service=mock)


async def test_streams_are_refused_by_what_does_not_stream():
    """No built-in is without; a third party's may be."""
    contract = TextGeneratorContract()
    await contract.test_streaming_is_refused_where_it_is_not_declared(bare(Capabilities(streaming=False)))


def test_no_embedder_is_left_out(staged):
    """The lists above name every API that declares embeddings."""
    assert [api for api in APIS if staged(api, use="mock").generator.capabilities.embeddings] == list(EMBEDDERS)
