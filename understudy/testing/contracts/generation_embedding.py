"""What every embedder keeps."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio

import pytest

from understudy.domain import errors
from understudy.domain.errors import InvalidRequestError, ProviderError
from understudy.domain.generation import Embedder
from understudy.testing.contracts.generation_stage import GenerationStage

__all__ = ["EmbedderContract"]


class EmbedderContract:
    """The behaviour of the Embedder port, for generators whose capabilities declare embeddings."""

    @pytest.fixture
    def stage(self) -> GenerationStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.fixture
    def embedder(self, stage: GenerationStage) -> Embedder:
        """The stage's generator."""
        generator: object = stage.generator
        assert stage.generator.capabilities.embeddings
        assert isinstance(generator, Embedder)
        return generator

    async def test_each_text_has_its_vector(self, embedder: Embedder) -> None:
        """In the order of the texts, all of one length, the same text the same vector."""
        result = await embedder.embed(["one text", "another", "one text"])
        assert len(result.vectors) == 3
        assert len({len(vector) for vector in result.vectors}) == 1
        first, other, again = result.vectors
        assert first == pytest.approx(again)
        assert first != pytest.approx(other)
        (alone,) = (await embedder.embed(["another"])).vectors
        assert alone == pytest.approx(other)

    async def test_the_result_says_who_made_it(self, embedder: Embedder) -> None:
        """Provider, model, and the time that it took."""
        result = await embedder.embed(["one text"])
        assert result.provider == embedder.name
        assert result.model
        assert result.latency >= 0
        assert result.usage is None or result.usage.input_tokens > 0

    async def test_dimensions_shorten_the_vectors(self, embedder: Embedder) -> None:
        """To as many numbers as were asked for."""
        result = await embedder.embed(["one text", "another"], dimensions=16)
        assert [len(vector) for vector in result.vectors] == [16, 16]

    async def test_nothing_to_embed_is_not_sent(self, stage: GenerationStage, embedder: Embedder) -> None:
        """Neither no texts nor one string in place of several."""
        with pytest.raises(InvalidRequestError):
            await embedder.embed([])
        with pytest.raises(InvalidRequestError):
            await embedder.embed("one string")
        assert stage.service.call_count == 0

    @pytest.mark.parametrize(
        "kind", [errors.AuthenticationError, errors.NotFoundError, errors.RateLimitError, errors.OverloadedError]
    )
    async def test_errors_have_their_class(
        self, stage: GenerationStage, embedder: Embedder, kind: type[ProviderError]
    ) -> None:
        """With provider and operation."""
        stage.script.when(operation="embed").raises(kind)
        with pytest.raises(ProviderError) as caught:
            await embedder.embed(["x"])
        assert type(caught.value) is stage.error(kind)
        assert (caught.value.provider, caught.value.operation) == (embedder.name, "embed")

    async def test_many_at_once_get_their_own_vectors(self, embedder: Embedder) -> None:
        """As each gets alone."""
        texts = [f"text {number}" for number in range(10)]
        together = await asyncio.gather(*(embedder.embed([text]) for text in texts))
        alone = (await embedder.embed(texts)).vectors
        for one, expected in zip(together, alone, strict=True):
            assert one.vectors[0] == pytest.approx(expected)
