"""An emulated Llama Stack server, and clients of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.identity import RequestIdentity
from understudy.providers.http import HttpClients
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.mock import MockLlamaStackClient, MockLlamaStackService
from understudy.providers.llama_stack.service import LlamaStackService, Locate
from understudy.testing.asgi import App, AsgiTransport
from understudy.testing.emulators.llama_stack import LlamaStackEmulator

ALICE = RequestIdentity.of("alice-token-1234", user="alice")
URL = "https://stack.test"
MOCK = {"answers": [{"text": "fail upstream", "failed": "upstream says no"}]}

RealMaker = Callable[..., HttpLlamaStackClient]
MockMaker = Callable[..., MockLlamaStackClient]


@pytest.fixture
def emulator() -> LlamaStackEmulator:
    return LlamaStackEmulator(MockLlamaStackService(LlamaStackSettings.model_validate({"mock": MOCK})))


@pytest.fixture
def make_real(emulator: LlamaStackEmulator) -> RealMaker:
    """``make_real(identity, app=…, locate=…, **settings)``: the real client over an ASGI application."""

    def make(
        identity: RequestIdentity = ALICE,
        *,
        app: App | None = None,
        locate: Locate | None = None,
        namespace: str | None = None,
        **settings: Any,
    ) -> HttpLlamaStackClient:
        own = {"base_url": URL, "http": {"retry": {"backoff_base": 0}}, **settings}
        http = HttpClients(HttpSettings(), transport=AsgiTransport(app or emulator))
        service = LlamaStackService(LlamaStackSettings.model_validate(own), http, locate=locate)
        return HttpLlamaStackClient(identity, service=service, namespace=namespace)

    return make


@pytest.fixture
def make_mock() -> MockMaker:
    """``make_mock(identity, **mock)``: a stand-in with these settings of its own."""

    def make(identity: RequestIdentity = ALICE, **mock: Any) -> MockLlamaStackClient:
        service = MockLlamaStackService(LlamaStackSettings.model_validate({"mock": {**MOCK, **mock}}))
        return MockLlamaStackClient(identity, service=service)

    return make
