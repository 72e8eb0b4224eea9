"""Settings of the stand-in for a Llama Stack server: its models, what they answer, and what fails."""

from __future__ import annotations

from typing import Self

from pydantic import NonNegativeInt, PositiveInt, model_validator

from understudy.config.models.base import Section
from understudy.config.models.scenarios import ScenarioSettings

__all__ = ["LlamaStackMockSettings", "StackAnswerSettings"]


class StackAnswerSettings(Section):
    """What a model answers. The first whose conditions a request meets is given."""

    text: str | None = None
    """The last message has this in it; absent: any message."""
    model: str = "*"
    """The model's id; `*` and `?` stand for any characters."""
    answer: str | None = None
    """The text."""
    chunks: tuple[str, ...] = ()
    """The text, in the pieces in which it is streamed."""
    failed: str | None = None
    """The model's server fails with these words: status 500, or a stream that ends with `failed`."""
    break_after: NonNegativeInt | None = None
    """A stream is lost after so many pieces of text."""
    times: PositiveInt | None = None
    """How often, before the next one gets its turn; absent: always."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.answer is not None) + bool(self.chunks) + (self.failed is not None) != 1:
            raise ValueError("give one of answer, chunks and failed")
        return self


class LlamaStackMockSettings(Section):
    """The stand-in's server."""

    models: tuple[str, ...] = ("mock/llm",)
    """The models that answer prompts."""
    embedding_model: str = "mock/embedding"
    """The model that vector stores use where they name none."""
    embedding_dimension: PositiveInt = 384
    """Its vectors' length."""
    answers: tuple[StackAnswerSettings, ...] = ()
    """What models answer; without one that fits, an answer made from the request."""
    scenarios: tuple[ScenarioSettings, ...] = ()
    """Calls that fail."""
    calls_kept: NonNegativeInt = 1000
    """How many calls are remembered for assertions; older ones are forgotten."""
