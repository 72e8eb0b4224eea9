"""``understudy mcp``: tools shown and called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """
platform:
  use: mock
  mcp:
    servers:
      docs: {url: 'https://docs.example/mcp'}
      weather: {url: 'https://weather.example/mcp'}
    mock:
      servers:
        weather:
          tools:
            forecast: {description: The weather to come, text: Rain.}
            storm: {text: The station is down., is_error: true}
            table: {structured: {rain: 3}}
"""


@pytest.fixture(autouse=True)
def _servers(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(SETTINGS)


def test_the_tools_of_every_listed_server_are_shown(run: Any) -> None:
    table = run("mcp", "tools")
    assert table.exit_code == 0
    for word in ("docs", "echo", "weather", "forecast", "The weather to come"):
        assert word in table.stdout
    found = json.loads(run("mcp", "tools", "--json").stdout)
    assert {name: [tool["name"] for tool in status["tools"]] for name, status in found.items()} == {
        "docs": ["echo"],
        "weather": ["forecast", "storm", "table"],
    }
    assert found["docs"]["tools"][0]["input_schema"]["properties"]


@pytest.mark.parametrize("server", ["weather", "https://weather.example/mcp"])
def test_one_server_is_named_by_name_or_url(run: Any, server: str) -> None:
    done = run("mcp", "tools", server)
    assert done.exit_code == 0
    assert "forecast" in done.stdout
    assert "echo" not in done.stdout


def test_a_server_that_is_not_listed_is_refused(run: Any) -> None:
    done = run("mcp", "tools", "https://evil.example/mcp")
    assert done.exit_code == 1
    assert "not listed" in done.stderr


def test_a_tool_is_called_with_values_and_with_json(run: Any) -> None:
    assert run("mcp", "call", "docs", "echo", "text=hello there").stdout == "hello there\n"
    assert run("mcp", "call", "docs", "echo", "--args", '{"text": "hi"}').stdout == "hi\n"
    assert run("mcp", "call", "docs", "echo", "--args", '{"text": "hi"}', "text=more").stdout == "more\n"
    assert "rain" in run("mcp", "call", "weather", "table").stdout
    result = json.loads(run("mcp", "call", "weather", "forecast", "--json").stdout)
    assert (result["content"][0]["text"], result["is_error"]) == ("Rain.", False)


def test_a_tool_that_fails_is_a_failure_of_the_command(run: Any) -> None:
    done = run("mcp", "call", "weather", "storm")
    assert done.exit_code == 1
    assert "The station is down." in done.stdout
    assert "storm failed" in done.stderr
    assert run("mcp", "call", "weather", "nothing").exit_code == 1


@pytest.mark.parametrize(
    ("args", "reason"), [(["text"], "NAME=VALUE"), (["=x"], "NAME=VALUE"), (["--args", "[1]"], "JSON object")]
)
def test_arguments_that_are_none_are_a_fault_of_the_command_line(run: Any, args: list[str], reason: str) -> None:
    done = run("mcp", "call", "docs", "echo", *args)
    assert done.exit_code == 2
    assert reason in done.stderr


def test_the_token_for_mcp_servers_is_the_one_that_is_sent(run: Any, tmp_path: Path) -> None:
    """Not the user's own, where both are there."""
    (tmp_path / "settings.yaml").write_text(
        SETTINGS.replace("weather:\n          tools:", "weather:\n          token: mcp-token\n          tools:")
    )
    (tmp_path / "token").write_text("ada-token")
    (tmp_path / "mcp").write_text("mcp-token\n")
    refused = run("mcp", "tools", "weather", "--token-file", "token")
    assert refused.exit_code == 1
    assert "UNAUTHORIZED" in refused.stderr
    assert run("mcp", "tools", "weather", "--token-file", "token", "--mcp-token-file", "mcp").exit_code == 0
