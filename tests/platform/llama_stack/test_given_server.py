"""The contract of the port, held by a server that somebody else has started.

``UNDERSTUDY_LLAMA_STACK_URL`` says where it is, ``UNDERSTUDY_LLAMA_STACK_MODEL`` which of its models answers,
``UNDERSTUDY_LLAMA_STACK_PREFIX`` what stands before its paths (``/v1``), ``UNDERSTUDY_LLAMA_STACK_TOKEN`` as whom,
and ``UNDERSTUDY_LLAMA_STACK_FAILS`` that the model fails where it is asked to.
"""

from __future__ import annotations

import os

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.identity import RequestIdentity
from understudy.providers.http import HttpClients
from understudy.providers.llama_stack.client import HttpLlamaStackClient
from understudy.providers.llama_stack.service import LlamaStackService
from understudy.testing.contracts.llama_stack import LlamaStackContract

_VARIABLE = "UNDERSTUDY_LLAMA_STACK_"
# Read at import: the tests themselves run without the program's variables.
GIVEN = {name.removeprefix(_VARIABLE): value for name, value in os.environ.items() if name.startswith(_VARIABLE)}

if not GIVEN.get("URL"):
    pytest.skip(f"{_VARIABLE}URL names no server", allow_module_level=True)


class TestGivenServer(LlamaStackContract):
    upstream_fails = "FAILS" in GIVEN

    @pytest.fixture
    async def client(self):
        prefix = GIVEN.get("PREFIX", "/v1")
        settings = LlamaStackSettings(
            base_url=GIVEN["URL"], api_prefix=prefix, provider_data_header="x-ogx-provider-data"
        )
        identity = RequestIdentity.of(GIVEN.get("TOKEN", "a-users-token"))
        async with HttpClients(HttpSettings()) as http:
            yield HttpLlamaStackClient(identity, service=LlamaStackService(settings, http))

    @pytest.fixture
    def model(self):
        return GIVEN.get("MODEL", "")
