"""What the command line's tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]

KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SYSTEMROOT", "COVERAGE_PROCESS_START")


@pytest.fixture
def bare_environment() -> dict[str, str]:
    """An environment without any key, setting or terminal wish."""
    import understudy

    here = str(Path(understudy.__file__).parents[1])  # the tree or the installed wheel, whichever is under test
    return {**{name: value for name, value in os.environ.items() if name in KEPT}, "PYTHONPATH": here}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, bare_environment: dict[str, str], tmp_path: Path) -> None:
    """Tests start in an empty folder, with no setting of the machine's in sight."""
    for name in set(os.environ) - set(bare_environment):
        if not name.startswith(("PYTEST_", "TMP", "TEMP")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    """Run a command in this process: ``run("ask", "hello", input="…")``."""
    from understudy.cli.root import cli

    def invoke(*args: str, input: str | bytes | None = None) -> Result:  # noqa: A002 - click's own name
        return CliRunner().invoke(cli, list(args), input=input, prog_name="understudy")

    return invoke


@pytest.fixture
def process(bare_environment: dict[str, str], tmp_path: Path) -> Process:
    """Run ``python -m understudy`` in a process of its own, in an empty folder and a bare environment."""

    def execute(
        *args: str,
        input: str = "",  # noqa: A002 - subprocess.run's own name
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = [sys.executable, "-m", "understudy", *args]
        return subprocess.run(  # noqa: S603 - our own program
            command,
            input=input,
            env={**bare_environment, **(env or {})},
            cwd=cwd or tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return execute
