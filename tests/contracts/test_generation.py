"""The contracts of text generators and embedders, held by every API's stand-in and by its real provider."""

from __future__ import annotations

import pytest

from understudy.testing.contracts.generation import EmbedderContract, TextGeneratorContract

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


def test_no_embedder_is_left_out(staged):
    """The lists above name every API that declares embeddings."""
    assert [api for api in APIS if staged(api, use="mock").generator.capabilities.embeddings] == list(EMBEDDERS)
