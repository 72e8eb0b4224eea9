"""The reference server of the MCP project, on loopback, where it is installed.

``npm install @modelcontextprotocol/server-everything`` anywhere, and UNDERSTUDY_MCP_EVERYTHING names its folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from understudy.config.models.platform import McpServer, McpSettings
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpTransport
from understudy.providers.http.clients import HttpClients
from understudy.providers.mcp.client import SdkMcpClient
from understudy.providers.mcp.service import McpService

pytestmark = pytest.mark.slow

FOLDER = os.environ.get("UNDERSTUDY_MCP_EVERYTHING")
PRELOAD = Path(__file__).with_name("loopback.cjs")
MODES: list[tuple[str, str, McpTransport]] = [("streamableHttp", "/mcp", "streamable-http"), ("sse", "/sse", "sse")]


@pytest.fixture(params=MODES, ids=[mode[0] for mode in MODES])
def server(request: pytest.FixtureRequest) -> Iterator[McpServer]:
    node = shutil.which("node")
    if FOLDER is None or node is None:
        pytest.skip("UNDERSTUDY_MCP_EVERYTHING does not name the package's folder, or there is no node")
    mode, path, transport = request.param
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, "--require", str(PRELOAD), str(Path(FOLDER) / "dist" / "index.js"), mode]
    # One of its tools shows the environment: nothing of ours is in it.
    environ = {"PORT": str(port), "PATH": os.environ.get("PATH", "")}
    running = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - the package that the caller named
    try:
        _await(port, running)
        yield McpServer(url=f"http://127.0.0.1:{port}{path}", transport=transport)
    finally:
        running.terminate()
        running.wait(timeout=10)


def _await(port: int, running: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, "the server has ended"
        time.sleep(0.05)
    raise AssertionError("the server does not listen")


async def test_the_reference_server_is_understood(server: McpServer, http: HttpClients) -> None:
    client = SdkMcpClient(RequestIdentity.of(None), McpService(McpSettings(servers={"all": server}, timeout=20), http))
    status = await client.check_connection_status("all")
    assert status.status == "connected", status.error
    tools = {tool.name for tool in await client.list_tools("all")}
    assert {"echo", "get-sum"} <= tools
    assert "hello" in (await client.call_tool("all", "echo", {"message": "hello"})).text
    assert "5" in (await client.call_tool("all", "get-sum", {"a": 2, "b": 3})).text
    assert "image" in {piece.type for piece in (await client.call_tool("all", "get-tiny-image")).content}
    assert (await client.call_tool("all", "echo", {})).is_error
    assert (await client.call_tool("all", "no-such-tool")).is_error
