"""Vectors of the stand-in: deterministic, of length 1, and near to each other for texts that are alike."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import InvalidRequestError
from understudy.providers.generation.mock.embeddings import unit_vector


def _cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


@given(st.text(), st.integers(min_value=1, max_value=300))
def test_every_text_has_one_vector_of_length_one(text, dimensions):
    vector = unit_vector(text, dimensions)
    assert len(vector) == dimensions
    assert math.isclose(math.hypot(*vector), 1)
    assert vector == unit_vector(text, dimensions)


async def test_texts_that_share_words_are_nearer(make):
    found = await make("codex").embed(["the red house", "the red door", "quantum field theory"])
    house, door, theory = found.vectors
    assert _cosine(house, door) > _cosine(house, theory) + 0.3


@pytest.mark.parametrize(("name", "dimensions"), [("codex", 1536), ("gemini", 3072), ("ollama", 768)])
async def test_dimensions_model_and_usage_are_the_providers(make, name, dimensions):
    mock = make(name)
    found = await mock.embed(["one", "two words"])
    assert [len(vector) for vector in found.vectors] == [dimensions, dimensions]
    assert found.provider == name
    assert found.model
    assert found.usage.input_tokens >= 3
    assert [len(vector) for vector in (await mock.embed(["x"], dimensions=64, model="m")).vectors] == [64]


async def test_nothing_to_embed_is_refused(make):
    with pytest.raises(InvalidRequestError):
        await make("codex").embed([])
    with pytest.raises(InvalidRequestError):
        await make("codex").embed("one string")
