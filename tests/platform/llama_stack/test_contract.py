"""The contract of the port, held by the stand-in and by the real client over an emulator."""

from __future__ import annotations

import pytest

from understudy.domain.llama_stack import LlamaStackClient
from understudy.testing.contracts.llama_stack import LlamaStackContract


class TestMock(LlamaStackContract):
    @pytest.fixture
    def client(self, make_mock):
        return make_mock()

    @pytest.fixture
    def model(self):
        return "mock/llm"


class TestEmulated(LlamaStackContract):
    @pytest.fixture
    def client(self, make_real):
        return make_real()

    @pytest.fixture
    def model(self):
        return "mock/llm"


def test_both_are_clients_of_the_port(make_mock, make_real):
    """They have all its methods."""
    assert isinstance(make_mock(), LlamaStackClient)
    assert isinstance(make_real(), LlamaStackClient)
