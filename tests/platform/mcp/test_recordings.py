"""Sessions with servers of the official SDK, recorded once and replayed without them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from understudy import ConfigurationError, RecordingMismatchError, RequestIdentity, open_container
from understudy.domain.errors import AuthenticationError, InvalidRequestError, NotFoundError
from understudy.domain.mcp import McpClient
from understudy.providers.recording.checking import check
from understudy.providers.recording.shelf import conversations

ANN = RequestIdentity.of("user-token-0123456789", user="ann", mcp_token="mcp-token-0123456789")


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.method} {request.url}")


@pytest.fixture
def settings(sdk_servers: Any, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def make(use: str, transport: str = "streamable-http", **recording: Any) -> dict[str, Any]:
        servers = {name: server.model_dump() for name, server in sdk_servers(transport).items()}
        if use == "replay":  # where the server is does not matter
            servers = {name: {**server, "url": f"https://{name}.test/mcp"} for name, server in servers.items()}
        return {
            "platform": {"mcp": {"use": use, "servers": servers, "timeout": 20}},
            "recording": {"folder": str(tmp_path / "tapes"), **recording},
        }

    return make


async def ask(client: McpClient) -> list[Any]:
    """Sessions one after the other, and what goes wrong in some."""
    config = await client.get_server_config("secured")
    found: list[Any] = [
        (config.title, config.version, config.protocol_version, config.capabilities),
        await client.list_tools("secured"),
        await client.call_tool("secured", "echo", {"text": "hello"}),
        await client.call_tool("secured", "add", {"a": 2, "b": 3}),
        await client.call_tool("secured", "fail", {}),
        await client.call_tool("open", "remember", {"key": "k", "value": "v"}),
        await client.call_tool("open", "recall", {"key": "k"}),
    ]
    with pytest.raises(NotFoundError) as caught:
        await client.list_tools("lost")
    return [*found, (caught.value.code, caught.value.status)]


async def test_sessions_are_replayed_without_a_server(settings, tmp_path):
    async with open_container(settings("record")) as container:
        recorded = await ask(container.platform.mcp(ANN))
    assert recorded[2].text == "hello"
    async with open_container(settings("replay"), transport=Closed()) as container:
        assert await ask(container.platform.mcp(ANN)) == recorded
        with pytest.raises(RecordingMismatchError) as caught:
            await container.platform.mcp(ANN).call_tool("secured", "echo", {"text": "bye"})
    assert any("'bye', recorded is 'hello'" in each for each in caught.value.differences)


async def test_each_server_has_a_folder_and_each_call_a_name(settings, tmp_path):
    async with open_container(settings("record")) as container:
        client = container.platform.mcp(ANN)
        await client.call_tool("secured", "echo", {"text": "hello"})
        await client.list_tools("open")
    folder = tmp_path / "tapes" / "platform" / "mcp"
    assert sorted(path.name for path in folder.iterdir()) == ["open", "secured"]
    names = sorted(path.stem for path in (folder / "secured").iterdir())
    assert "initialize" in names
    assert not [name for name in names if name.startswith(("get-", "delete-"))]
    assert any(name.startswith("tools-call-echo-") for name in names)
    (initialize,) = (folder / "open").glob("initialize.yaml")
    assert "understudy" not in json.dumps(yaml.safe_load(initialize.read_text())["exchanges"][0]["request"])


async def test_a_recorded_session_has_no_secret(settings, tmp_path):
    """No token, no session's name, no password among a tool's arguments or in its answer."""
    async with open_container(settings("record")) as container:
        client = container.platform.mcp(ANN)
        await client.call_tool("secured", "remember", {"key": "password", "value": "x"})
        await client.call_tool("secured", "echo", {"text": "my key is sk-proj-Zx81kq02LmPq, password=hunter2hunter2"})
        await client.call_tool("secured", "echo", {"text": json.dumps({"client_secret": "hidden-0123456789"})})
    files = [path for path in (tmp_path / "tapes").rglob("*") if path.is_file()]
    written = "\n".join(path.read_text() for path in files)
    assert "tools/call" in written
    for secret in (
        ANN.mcp_token.reveal(),
        "user-token-0123456789",
        "sk-proj-Zx81kq02LmPq",
        "hunter2hunter2",
        "hidden-0123456789",
        "mcp-session-id",
        "authorization",
    ):
        assert secret not in written.lower()
    found = conversations(tmp_path / "tapes", now=datetime.now(UTC), expires_after_days=None)
    assert [finding for each in found for finding in check(each)] == []
    assert {each.provider for each in found} == {"mcp/secured"}


async def test_a_refusal_is_replayed_as_the_error_that_it_was(settings):
    nobody = RequestIdentity.of("user-token-0123456789")
    async with open_container(settings("record")) as container:
        with pytest.raises(AuthenticationError):
            await container.platform.mcp(nobody).list_tools("secured")
    async with open_container(settings("replay"), transport=Closed()) as container:
        with pytest.raises(AuthenticationError):
            await container.platform.mcp(nobody).list_tools("secured")


@pytest.mark.parametrize("use", ["record", "replay"])
async def test_servers_that_speak_sse_are_refused_with_the_reason(settings, use):
    async with open_container(settings(use, "sse"), transport=Closed()) as container:
        client = container.platform.mcp(ANN)
        with pytest.raises(InvalidRequestError, match=r"neither recorded nor replayed.*streamable-http"):
            await client.list_tools("open")
        assert (await client.list_tools_with_status("open")).error.code == "INVALID_REQUEST"


@pytest.mark.parametrize("policy", ["once", "new"])
async def test_policies_that_would_cut_a_session_in_two_are_refused(settings, policy):
    async with open_container(settings("record", policy=policy), transport=Closed()) as container:
        with pytest.raises(ConfigurationError, match="a part of one would be replayed"):
            container.platform.mcp(ANN)


async def test_with_the_policy_none_recording_is_replaying(settings):
    async with open_container(settings("record")) as container:
        recorded = await container.platform.mcp(ANN).list_tools("open")
    async with open_container(settings("record", policy="none"), transport=Closed()) as container:
        assert await container.platform.mcp(ANN).list_tools("open") == recorded


async def test_servers_whose_names_are_no_folders_do_not_meet(settings, tmp_path):
    given = settings("record")
    servers = given["platform"]["mcp"]["servers"]
    given["platform"]["mcp"]["servers"] = {"a/b": servers["open"], "a:b": servers["open"], "..": servers["open"]}
    async with open_container(given) as container:
        for name in ("a/b", "a:b", ".."):
            await container.platform.mcp(ANN).list_tools(name)
    folder = tmp_path / "tapes" / "platform" / "mcp"
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 3
    assert not list((tmp_path / "tapes" / "platform").glob("*.yaml"))
