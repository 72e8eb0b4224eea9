"""``understudy mcp`` against a server of the SDK's own, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")
pytest.importorskip("uvicorn")

SERVER = """
import socket, uvicorn
try:
    from mcp.server import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server

server = Server("calculator")

@server.tool()
def add(a: int, b: int) -> int:
    "Adds two numbers."
    return a + b

with socket.socket() as listening:
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    print(listening.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="critical")).run(sockets=[listening])
"""


@pytest.fixture
def calculator(tmp_path: Path) -> Iterator[str]:
    """The server's URL; the settings list it."""
    command = [sys.executable, "-c", SERVER]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]  # noqa: S603 - our own
        try:
            url = f"http://127.0.0.1:{int(process.stdout.readline())}/mcp"
            (tmp_path / "settings.yaml").write_text(
                f"platform: {{mcp: {{use: real, servers: {{calculator: {{url: '{url}'}}}}}}}}"
            )
            yield url
        finally:
            process.kill()
            process.stdout.read()


@pytest.mark.slow
def test_tools_of_a_real_server_are_shown_called_and_checked(run: Any, calculator: str) -> None:
    table = run("mcp", "tools")
    assert table.exit_code == 0, table.output
    assert "Adds two numbers." in table.stdout
    assert run("mcp", "call", calculator, "add", "a=2", "b=3").stdout == "5\n"
    assert run("mcp", "call", "calculator", "nothing").exit_code == 1
    (probe,) = [
        each
        for each in json.loads(run("platform", "check", "--json").stdout)["services"]
        if each["service"] == "mcp calculator"
    ]
    assert (probe["use"], probe["ok"], probe["reachable"]) == ("real", True, True)
