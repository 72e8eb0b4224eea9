"""``understudy stack``: tables and JSON of what a Llama Stack server holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

TOKEN = "sha256~command-line-ada"


@pytest.mark.parametrize("command", ["models", "stores", "files"])
def test_everything_is_shown_as_a_table_and_as_json(run: Any, command: str) -> None:
    table, data = run("stack", command), run("stack", command, "--json")
    assert (table.exit_code, data.exit_code) == (0, 0), table.output + data.output
    for each in json.loads(data.stdout):
        assert each["id"] in table.stdout
    if command == "models":
        assert "mock/llm" in table.stdout
    else:
        assert table.stdout.strip() == "None."


def test_the_token_is_read_from_a_file_from_standard_input_and_from_the_environment(
    run: Any, seen: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}-file\n")
    assert run("stack", "models", "--token-file", "token").exit_code == 0
    assert run("stack", "models", "--token-file", "-", input=f"{TOKEN}-input\n").exit_code == 0
    monkeypatch.setenv("UNDERSTUDY_TOKEN", f"{TOKEN}-variable")
    assert run("stack", "models").exit_code == 0
    assert seen == [f"Bearer {TOKEN}-{where}" for where in ("file", "input", "variable")]


def test_a_token_on_the_command_line_works_and_is_warned_of(run: Any, seen: list[str]) -> None:
    done = run("stack", "models", "--token", TOKEN)
    assert (done.exit_code, seen) == (0, [f"Bearer {TOKEN}"])
    assert "history" in done.stderr
    assert TOKEN not in done.output


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["--token", "a", "--token-file", "token"], "two tokens"),
        (["--token-file", "empty"], "empty"),
        (["--token-file", "nowhere"], "nowhere"),
        (["--token-file", "binary"], "UTF-8"),
    ],
)
def test_a_token_that_cannot_be_read_is_a_fault_of_the_command_line(
    run: Any, tmp_path: Path, args: list[str], reason: str
) -> None:
    (tmp_path / "token").write_text("b")
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xff")
    done = run("stack", "models", *args)
    assert done.exit_code == 2
    assert reason in done.stderr


def test_a_malformed_token_is_refused_and_not_shown(run: Any, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN} {TOKEN}")
    done = run("stack", "models", "--token-file", "token")
    assert done.exit_code == 1
    assert "white space" in done.stderr
    assert TOKEN not in done.output


def test_a_real_service_gets_no_made_up_token(run: Any) -> None:
    done = run(
        "stack", "models", "--set", "platform.use=real", "--set", "platform.llama_stack.base_url=https://x.example"
    )
    assert done.exit_code == 1
    assert "no user's token" in done.stderr


def test_a_server_that_nobody_names_is_told(run: Any) -> None:
    done = run("stack", "models", "--set", "platform.use=real", "--token-file", "-", input=TOKEN)
    assert done.exit_code == 1
    assert "platform.llama_stack.base_url" in done.stderr


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Authorization values that stand-ins of Llama Stack were made with."""
    from understudy.providers.llama_stack.mock import MockLlamaStackClient

    values: list[str] = []
    original = MockLlamaStackClient.__init__

    def remember(self: Any, identity: Any, **kwargs: Any) -> None:
        values.append(identity.authorization.reveal())
        original(self, identity, **kwargs)

    monkeypatch.setattr(MockLlamaStackClient, "__init__", remember)
    return values
