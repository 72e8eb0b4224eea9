"""Failures and users, alike for the stand-in and for the real client over the emulator."""

from __future__ import annotations

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.providers.http import HttpClients
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.mock import MockLlamaStackClient, MockLlamaStackService
from understudy.providers.llama_stack.service import LlamaStackService
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.platform_failures import FailingStage, PlatformFailureContract
from understudy.testing.emulators.llama_stack import LlamaStackEmulator

NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})
FILE = "file-00000000000000000000000000000000"
OPERATIONS = {
    "list_models": lambda client: client.list_models(),
    "create_vector_store": lambda client: client.create_vector_store("x"),
    "list_vector_stores": lambda client: client.list_vector_stores(),
    "delete_vector_store": lambda client: client.delete_vector_store("vs_1"),
    "list_vector_store_files": lambda client: client.list_vector_store_files("vs_1"),
    "get_vector_store_file": lambda client: client.get_vector_store_file("vs_1", FILE),
    "delete_vector_store_file": lambda client: client.delete_vector_store_file("vs_1", FILE),
    "upload_file": lambda client: client.upload_file(b"x", filename="x.txt"),
    "list_files": lambda client: client.list_files(),
    "get_file": lambda client: client.get_file(FILE),
    "get_file_content": lambda client: client.get_file_content(FILE),
    "delete_file": lambda client: client.delete_file(FILE),
    "create_response": lambda client: client.create_response("x", model="mock/llm"),
    "create_response_stream": lambda client: client.create_response_stream("x", model="mock/llm").result(),
    "get_response": lambda client: client.get_response("resp_1"),
}
CODES = {
    "unavailable": "SERVER_UNAVAILABLE",
    "unauthorised": "UNAUTHORIZED",
    "forbidden": "INTERNAL_ERROR",
    "not_found": "NOT_FOUND",
    "invalid_request": "INVALID_REQUEST",
    "rate_limited": "SERVER_UNAVAILABLE",
    "internal_error": "INTERNAL_ERROR",
    "connection_failed": "CONNECTION_FAILED",
}


def stage_of(service, client, asked):
    return FailingStage(
        provider="llama_stack",
        client=client,
        scenarios=service.scenarios,
        operations=OPERATIONS,
        codes=CODES,
        asked=asked,
    )


class TestStandIn(PlatformFailureContract):
    @pytest.fixture
    def stage(self):
        service = MockLlamaStackService()
        made = lambda identity: MockLlamaStackClient(identity, service=service)  # noqa: E731 - as short as what it is
        return stage_of(service, made, lambda: len(service.calls))


class TestEmulated(PlatformFailureContract):
    @pytest.fixture
    def stage(self):
        emulator = LlamaStackEmulator()
        http = HttpClients(NO_RETRIES, transport=AsgiTransport(emulator))
        real = LlamaStackService(LlamaStackSettings(base_url="https://stack.test"), http)
        made = lambda identity: HttpLlamaStackClient(identity, service=real)  # noqa: E731 - as short as what it is
        return stage_of(emulator.service, made, lambda: len(emulator.requests))
