"""What all stand-in clients of a container share: one server, its script, and the record of the calls."""

from __future__ import annotations

from typing import Any

from understudy.config.models.llama_stack_mock import LlamaStackMockSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.providers.llama_stack.mock.responses import Answers
from understudy.providers.llama_stack.mock.server import StackServer
from understudy.providers.scenarios import PlatformCalls, Scenarios

__all__ = ["OPERATIONS", "MockLlamaStackService"]

OPERATIONS = (
    "create_response",
    "create_response_stream",
    "create_response_stream_raw",
    "create_vector_store",
    "delete_file",
    "delete_vector_store",
    "delete_vector_store_file",
    "get_file",
    "get_file_content",
    "get_response",
    "get_vector_store_file",
    "list_files",
    "list_models",
    "list_vector_store_files",
    "list_vector_stores",
    "upload_file",
)
"""The operations by name, for scenarios."""


class MockLlamaStackService:
    """A Llama Stack server in this process.

    ``scenarios`` say which calls fail, ``answer`` what the models answer, ``calls`` what was asked; ``server`` has the
    files, vector stores and responses that all users share, as they do on a real server.
    """

    def __init__(self, settings: LlamaStackSettings | None = None) -> None:
        mock = LlamaStackMockSettings() if settings is None else settings.mock
        self._answers = Answers(mock.answers)
        self.server = StackServer(mock, self._answers)
        self.calls = PlatformCalls(name="the stand-in for llama_stack", kept=mock.calls_kept)
        self.scenarios = Scenarios(mock.scenarios, provider="llama_stack", operations=OPERATIONS)

    def answer(self, answer: str | None = None, **conditions: Any) -> None:
        """Let models answer this; ``conditions`` are the fields of the settings' ``answers``. The last added is first.

        Raises pydantic's ValidationError for a field that does not exist.
        """
        self._answers.answer(answer, **conditions)

    async def aclose(self) -> None:
        """Nothing to close."""
