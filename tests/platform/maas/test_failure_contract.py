"""Failures and users, alike for the stand-in and for the real client over the emulator."""

from __future__ import annotations

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import MaasSettings
from understudy.providers.http import HttpClients
from understudy.providers.maas.client import HttpMaasClient
from understudy.providers.maas.mock import MockMaasClient, MockMaasService
from understudy.providers.maas.service import MaasService
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.maas import MaasUserContract, MaasUserStage
from understudy.testing.contracts.platform_failures import FailingStage, PlatformFailureContract
from understudy.testing.emulators.maas import MaasEmulator

NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})
OPERATIONS = {
    "list_models": lambda client: client.list_models(),
    "issue_token": lambda client: client.issue_token(),
    "revoke_all_tokens": lambda client: client.revoke_all_tokens(),
}
CODES = {
    "unavailable": "SERVER_UNAVAILABLE",
    "unauthorised": "UNAUTHORIZED",
    "forbidden": "INVALID_RESPONSE",
    "not_found": "INVALID_RESPONSE",
    "invalid_request": "INVALID_REQUEST",
    "rate_limited": "INVALID_RESPONSE",
    "internal_error": "SERVER_UNAVAILABLE",
    "connection_failed": "SERVER_UNAVAILABLE",
}


def played(use):
    """The service's state, what makes a client, and what counts the requests."""
    if use == "mock":
        service = MockMaasService()
        return service, lambda identity: MockMaasClient(identity, service=service), lambda: len(service.calls)
    emulator = MaasEmulator()
    http = HttpClients(NO_RETRIES, transport=AsgiTransport(emulator))
    real = MaasService(MaasSettings(base_url="https://maas.test/maas-api"), http)
    return emulator.service, lambda identity: HttpMaasClient(identity, service=real), lambda: len(emulator.requests)


@pytest.mark.parametrize("use", ["mock", "emulated"])
class TestFailures(PlatformFailureContract):
    @pytest.fixture
    def stage(self, use):
        service, client, asked = played(use)
        return FailingStage(
            provider="maas",
            client=client,
            scenarios=service.scenarios,
            operations=OPERATIONS,
            codes=CODES,
            asked=asked,
        )


@pytest.mark.parametrize("use", ["mock", "emulated"])
class TestUsers(MaasUserContract):
    @pytest.fixture
    def stage(self, use):
        service, client, asked = played(use)
        return MaasUserStage(client=client, is_valid=service.server.is_valid, asked=asked)
