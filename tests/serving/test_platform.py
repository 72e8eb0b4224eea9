"""The platform's emulators over real HTTP, as ``understudy emulate`` serves them, asked by our clients."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import understudy
from understudy.domain import errors

TOKEN = "a-users-token"

SETTINGS: dict[str, Any] = {
    "platform": {
        "llama_stack": {"mock": {"answers": [{"text": "moon", "chunks": ["Ti", "tan"]}]}},
        "maas": {"mock": {"models": [{"id": "granite"}]}},
        "kubernetes": {
            "mock": {
                "namespaces": ["team"],
                "users": {
                    "ann": {"token": TOKEN, "permissions": [{"namespaces": ["team"]}]},
                    "root": {"token": "root-token", "admin": True},
                },
            }
        },
    }
}

Serve = Callable[..., str]


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[Serve]:
    """``emulated("maas", "--key", "k")``: the URL that the command prints; ended by Ctrl-C."""
    (tmp_path / "settings.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    package = str(Path(str(understudy.__file__)).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "UNDERSTUDY"))}
    servers: list[subprocess.Popen[str]] = []

    def serve(*words: str) -> str:
        server = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "understudy", "emulate", *words],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": package},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        servers.append(server)
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:"), server.communicate(timeout=30)
        return url

    yield serve
    for server in servers:
        server.send_signal(signal.SIGINT)
        _, said = server.communicate(timeout=30)
        assert "not the service itself" in said
        assert "Traceback" not in said


def container(**platform: Any) -> Any:
    return understudy.open_container({"http": {"retry": {"max_retries": 0}}, "platform": platform})


def user(token: str = TOKEN) -> understudy.RequestIdentity:
    return understudy.RequestIdentity.of(token, user="ann")


async def test_a_llama_stack_server_answers_and_keeps_its_state(emulated):
    """Models, a streamed response by the settings' script, and a store that another client finds."""
    url = emulated("llama-stack", "--key", TOKEN)
    async with container(llama_stack={"base_url": url}) as opened:
        client = opened.platform.llama_stack(user())
        (model, *_) = [each.id for each in await client.list_models() if each.kind == "llm"]
        events = [event async for event in client.create_response_stream("A moon?", model=model)]
        assert [event.delta for event in events if hasattr(event, "delta") and isinstance(event.delta, str)] == [
            "Ti",
            "tan",
        ]
        store = await client.create_vector_store("notes")
        other = opened.platform.llama_stack(user())
        assert [each.id for each in await other.list_vector_stores()] == [store.id]
        with pytest.raises(errors.AuthenticationError):
            await opened.platform.llama_stack(user("another-token")).list_models()


async def test_models_as_a_service_issue_tokens(emulated):
    """Below the path that the URL has."""
    url = emulated("maas", "--key", TOKEN)
    assert url.endswith("/maas-api")
    async with container(maas={"base_url": url}) as opened:
        client = opened.platform.maas(user())
        assert [model.id for model in await client.list_models()] == ["granite"]
        assert (await client.issue_token(expiration="1h")).token
        with pytest.raises(errors.AuthenticationError):
            await opened.platform.maas(user("another-token")).list_models()


async def test_a_cluster_knows_its_users_and_what_they_may(emulated):
    """Those of the settings, by their tokens."""
    url = emulated("kubernetes")
    async with container(kubernetes={"base_url": url}) as opened:
        ann, root = (opened.platform.kubernetes(user(token)) for token in (TOKEN, "root-token"))
        assert [await each.get_user() for each in (ann, root)] == ["ann", "root"]
        assert [await each.is_cluster_admin() for each in (ann, root)] == [False, True]
        with pytest.raises(errors.AuthenticationError):
            await opened.platform.kubernetes(user("another-token")).get_user()


async def test_a_key_is_a_user_of_the_cluster(emulated):
    """Beside those of the settings."""
    url = emulated("kubernetes", "--key", "given")
    async with container(kubernetes={"base_url": url}) as opened:
        assert await opened.platform.kubernetes(user("given")).get_user() == "user-1"


@pytest.mark.slow
async def test_the_official_client_works_on_the_served_cluster(emulated, monkeypatch):
    """Config maps are written, found and refused as on a real one."""
    official = pytest.importorskip("kubernetes", reason="the official client is not installed")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    url = emulated("kubernetes")

    def use() -> None:
        configuration = official.client.Configuration(host=url, api_key={"authorization": f"Bearer {TOKEN}"})
        with official.client.ApiClient(configuration) as client:
            core = official.client.CoreV1Api(client)
            metadata = official.client.V1ObjectMeta(name="one", labels={"a": "b"})
            core.create_namespaced_config_map("team", official.client.V1ConfigMap(metadata=metadata, data={"k": "v"}))
            listed = core.list_namespaced_config_map("team", label_selector="a=b")
            assert [item.data for item in listed.items] == [{"k": "v"}]
            with pytest.raises(official.client.ApiException) as caught:
                core.list_namespaced_config_map("default")
            assert caught.value.status == 403

    await asyncio.to_thread(use)


def test_a_name_that_nobody_knows_is_told_with_the_near_one(tmp_path, monkeypatch):
    """Services of the platform included."""
    from click.testing import CliRunner

    from understudy.cli.root import cli

    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["emulate", "kubernets"])
    assert done.exit_code == 4
    assert "Did you mean 'kubernetes'?" in done.output


def test_services_are_completed():
    """Beside the providers."""
    from understudy.cli.emulate import emulate

    (argument,) = [parameter for parameter in emulate.params if parameter.name == "name"]
    found = [item.value for item in argument.shell_complete(emulate.make_context("emulate", ["x"]), "ma")]
    assert found == ["maas"]
