"""What every text generator and embedder keeps, real or stand-in: import the class and give it a ``stage`` fixture.

    from understudy.testing.contracts.generation import GenerationStage, TextGeneratorContract

    class TestMine(TextGeneratorContract):
        @pytest.fixture
        def stage(self) -> GenerationStage:
            ...

The tests are coroutines: pytest-asyncio in its auto mode runs them. Nothing is skipped: what the generator's
capabilities declare must work, and what they do not declare must raise UnsupportedCapabilityError before anything is
sent.
"""

from __future__ import annotations

from understudy.testing.contracts.generation_answers import AnswerContract
from understudy.testing.contracts.generation_embedding import EmbedderContract
from understudy.testing.contracts.generation_failures import FailureContract
from understudy.testing.contracts.generation_requests import RequestContract
from understudy.testing.contracts.generation_stage import GenerationStage, ScriptedService

__all__ = ["EmbedderContract", "GenerationStage", "ScriptedService", "TextGeneratorContract"]


class TextGeneratorContract(AnswerContract, RequestContract, FailureContract):
    """The behaviour of the TextGenerator port, seen through the port alone."""
