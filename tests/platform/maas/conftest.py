"""An emulated MaaS, and clients of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import MaasSettings
from understudy.domain.identity import RequestIdentity
from understudy.providers.http import HttpClients
from understudy.providers.maas.client import HttpMaasClient
from understudy.providers.maas.mock import MockMaasClient, MockMaasService
from understudy.providers.maas.service import FindDomain, MaasService
from understudy.testing.asgi import App, AsgiTransport
from understudy.testing.emulators.maas import MaasEmulator

ALICE = RequestIdentity.of("alice-token-1234", user="alice")
URL = "https://maas.test/maas-api"

RealMaker = Callable[..., HttpMaasClient]
MockMaker = Callable[..., MockMaasClient]


@pytest.fixture
def emulator() -> MaasEmulator:
    return MaasEmulator()


@pytest.fixture
def make_real(emulator: MaasEmulator) -> RealMaker:
    """``make_real(identity, app=…, find_domain=…, **settings)``: the real client over an ASGI application."""

    def make(
        identity: RequestIdentity = ALICE,
        *,
        app: App | None = None,
        find_domain: FindDomain | None = None,
        **settings: Any,
    ) -> HttpMaasClient:
        own = {"base_url": URL, "http": {"retry": {"backoff_base": 0}}, **settings}
        http = HttpClients(HttpSettings(), transport=AsgiTransport(app or emulator))
        service = MaasService(MaasSettings.model_validate(own), http, find_domain=find_domain)
        return HttpMaasClient(identity, service=service)

    return make


@pytest.fixture
def make_mock() -> MockMaker:
    """``make_mock(identity, clock=…, wall=…, **settings)``: a stand-in with these settings."""

    def make(identity: RequestIdentity = ALICE, *, hooks: Any = None, **settings: Any) -> MockMaasClient:
        service = MockMaasService(MaasSettings.model_validate(settings), **(hooks or {}))
        return MockMaasClient(identity, service=service)

    return make
