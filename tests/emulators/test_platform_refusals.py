"""What the emulators of the platform's services tell programs other than our own clients: refusals, start and stop."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from understudy.testing.asgi import App, AsgiTransport
from understudy.testing.emulators.kubernetes import KubernetesEmulator
from understudy.testing.emulators.llama_stack import LlamaStackEmulator
from understudy.testing.emulators.maas import MaasEmulator

SIGNED = {"authorization": "Bearer t"}
EMULATORS = [KubernetesEmulator, LlamaStackEmulator, MaasEmulator]


async def ask(app: App, method: str, path: str, **request: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=AsgiTransport(app), base_url="http://emulator.test") as client:
        return await client.request(method, path, **request)


@pytest.mark.parametrize("emulator", EMULATORS)
async def test_a_server_may_start_and_stop_it(emulator: Any) -> None:
    heard = iter(["lifespan.startup", "lifespan.shutdown"])
    said: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": next(heard)}

    async def send(message: Any) -> None:
        said.append(message["type"])

    await emulator()({"type": "lifespan"}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


@pytest.mark.parametrize(
    ("emulator", "path"),
    [
        (KubernetesEmulator, "/api/v1/namespaces/a/configmaps"),
        (LlamaStackEmulator, "/v1/chat/completions"),
        (MaasEmulator, "/maas-api/v1/tokens"),
    ],
)
async def test_a_body_that_is_no_json_is_refused(emulator: Any, path: str) -> None:
    answer = await ask(emulator(), "POST", path, content=b"{", headers=SIGNED | {"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()


async def test_a_token_that_was_not_given_out_is_refused() -> None:
    assert (await ask(LlamaStackEmulator(tokens=["t"]), "GET", "/v1/models")).status_code == 401
    assert (await ask(LlamaStackEmulator(tokens=["t"]), "GET", "/v1/models", headers=SIGNED)).status_code == 200
    assert (await ask(MaasEmulator(), "GET", "/maas-api/v1/models")).status_code == 401
    assert (await ask(MaasEmulator(tokens=["u"]), "GET", "/maas-api/v1/models", headers=SIGNED)).status_code == 401


@pytest.mark.parametrize("emulator", [LlamaStackEmulator, MaasEmulator])
async def test_a_path_that_is_not_the_services_is_not_there(emulator: Any) -> None:
    assert (await ask(emulator(), "GET", "/elsewhere", headers=SIGNED)).status_code == 404
