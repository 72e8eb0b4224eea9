"""The contract of the port, held by the stand-in, by the real client over an emulator, and by a given server.

``UNDERSTUDY_MAAS_URL`` says where a server is that somebody else has started, ``UNDERSTUDY_MAAS_TOKEN`` as whom.
"""

from __future__ import annotations

import os

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import MaasSettings
from understudy.domain.identity import RequestIdentity
from understudy.domain.maas import MaasClient
from understudy.providers.http import HttpClients
from understudy.providers.maas.client import HttpMaasClient
from understudy.providers.maas.service import MaasService
from understudy.testing.contracts.maas import MaasContract

# Read at import: the tests themselves run without the program's variables.
GIVEN_URL = os.environ.get("UNDERSTUDY_MAAS_URL")
GIVEN_TOKEN = os.environ.get("UNDERSTUDY_MAAS_TOKEN", "a-users-token")


class TestMock(MaasContract):
    @pytest.fixture
    def client(self, make_mock):
        return make_mock()


class TestEmulated(MaasContract):
    @pytest.fixture
    def client(self, make_real):
        return make_real()


if GIVEN_URL is not None:

    class TestGivenServer(MaasContract):
        @pytest.fixture
        async def client(self):
            async with HttpClients(HttpSettings()) as http:
                service = MaasService(MaasSettings(base_url=GIVEN_URL), http)
                yield HttpMaasClient(RequestIdentity.of(GIVEN_TOKEN), service=service)


def test_both_are_clients_of_the_port(make_mock, make_real):
    """They have all its methods."""
    assert isinstance(make_mock(), MaasClient)
    assert isinstance(make_real(), MaasClient)
