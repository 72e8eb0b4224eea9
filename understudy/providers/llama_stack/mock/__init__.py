"""A Llama Stack server in this process: what is created can be listed, read and deleted."""

from understudy.providers.llama_stack.mock.client import MockLlamaStackClient
from understudy.providers.llama_stack.mock.service import MockLlamaStackService

__all__ = ["MockLlamaStackClient", "MockLlamaStackService"]
