"""What the tests of the platform's commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder with settings of which everything is a stand-in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "settings.yaml").write_text(
        "platform:\n"
        "  use: mock\n"
        "  mcp:\n"
        "    servers:\n"
        "      docs: {url: 'https://docs.example/mcp', description: Searches the documentation}\n"
    )


@pytest.fixture
def run() -> Run:
    """Run a command in this process: ``run("stack", "models")``."""
    from understudy.cli.root import cli

    def invoke(*args: str, input: str | None = None) -> Result:  # noqa: A002 - click's own name
        return CliRunner().invoke(cli, list(args), input=input, prog_name="understudy")

    return invoke
