"""The platform's services, recorded over their emulators with a user's token and replayed without anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy import RecordingMismatchError, RequestIdentity, open_container
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators.kubernetes import KubernetesEmulator
from understudy.testing.emulators.llama_stack import LlamaStackEmulator
from understudy.testing.emulators.maas import MaasEmulator

TOKEN = "ada-token-0123456789"  # not a credential of anything
ADA = RequestIdentity.of(TOKEN, user="ada")
URL = {"maas": "https://maas.test/maas-api", "kubernetes": "https://cluster.test", "llama_stack": "https://stack.test"}


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.url}")


def settings(name: str, use: str, folder: Path) -> dict[str, Any]:
    return {"platform": {name: {"use": use, "base_url": URL[name]}}, "recording": {"folder": str(folder)}}


async def ask_maas(client: Any) -> list[Any]:
    token = await client.issue_token()
    assert token is not None
    return [await client.list_models()]


async def ask_kubernetes(client: Any) -> list[Any]:
    return [await client.get_user(), await client.list_namespaces(), await client.can_list_namespaces()]


async def ask_llama_stack(client: Any) -> list[Any]:
    """An upload, whose parts are separated by something else each time, and a file's bytes."""
    found = await client.list_models()
    file = await client.upload_file(b"some \xff bytes", filename="a.bin")
    content = await (await client.get_file_content(file.file_id)).read()
    return [found, file, content]


SERVICES: dict[str, tuple[Callable[[], Any], Callable[[Any], Awaitable[list[Any]]]]] = {
    "maas": (MaasEmulator, ask_maas),
    "kubernetes": (KubernetesEmulator, ask_kubernetes),
    "llama_stack": (LlamaStackEmulator, ask_llama_stack),
}


@pytest.mark.parametrize("name", SERVICES)
async def test_what_was_recorded_is_replayed(name: str, tmp_path: Path) -> None:
    make, ask = SERVICES[name]
    async with open_container(settings(name, "record", tmp_path), transport=AsgiTransport(make())) as container:
        recorded = await ask(getattr(container.platform, name)(ADA))
    async with open_container(settings(name, "replay", tmp_path), transport=Closed()) as container:
        assert await ask(getattr(container.platform, name)(ADA)) == recorded

    files = list((tmp_path / "platform" / name).iterdir())
    assert files
    assert not any(TOKEN in file.read_text() for file in files)


async def test_a_token_that_was_issued_is_not_in_the_recording(tmp_path: Path) -> None:
    emulator = MaasEmulator()
    async with open_container(settings("maas", "record", tmp_path), transport=AsgiTransport(emulator)) as container:
        issued = (await container.platform.maas(ADA).issue_token()).token.reveal()
    assert all(issued not in file.read_text() for file in (tmp_path / "platform" / "maas").iterdir())


@pytest.mark.parametrize("name", SERVICES)
async def test_a_replay_of_nothing_says_so(name: str, tmp_path: Path) -> None:
    async with open_container(settings(name, "replay", tmp_path), transport=Closed()) as container:
        with pytest.raises(RecordingMismatchError, match="there are no recordings in") as caught:
            await SERVICES[name][1](getattr(container.platform, name)(ADA))
    assert caught.value.folder == str(tmp_path / "platform" / name)
