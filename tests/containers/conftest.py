"""Helpers of the container's tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import understudy


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[[str], str]:
    """Run a script in an interpreter of its own, where nothing is imported yet, and return what it prints."""

    def run(script: str) -> str:
        # The same package that the tests run against: the tree, or the installed wheel.
        environment = os.environ | {"PYTHONPATH": str(Path(understudy.__file__).parents[1]), "PYTHONWARNINGS": "error"}
        done = subprocess.run(  # noqa: S603  # the test's own script
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def mock_settings() -> dict[str, object]:
    """Settings of which everything is a stand-in, and claude the default."""
    return {"generation": {"use": "mock", "default": "claude"}}


@pytest.fixture
def real_settings() -> dict[str, object]:
    """Settings of which claude and codex are real, with keys that no service knows."""
    return {
        "generation": {"default": "claude", "claude": {"api_key": "sk-claude-1"}, "codex": {"api_key": "sk-codex-1"}}
    }
