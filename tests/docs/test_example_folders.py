"""The programs in examples/ run as their reader would run them, with stand-ins, and so do their own tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import understudy
from understudy import load_settings

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "examples").glob("*/settings.yaml"))


def execute(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "UNDERSTUDY"))}
    package = Path(str(understudy.__file__)).parents[1]  # of the tree or of the installed wheel
    environ = {**kept, "PYTHONPATH": str(package), "PYTHONDONTWRITEBYTECODE": "1", "UNDERSTUDY_PROFILE": "test"}
    return subprocess.run(  # noqa: S603 - the project's own examples
        [sys.executable, *words], cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_its_settings_are_valid_real_and_under_test(folder: Path) -> None:
    """Both profiles load, without any key in the environment."""
    assert load_settings(folder, profile="", environ={}).settings.generation.use == "real"
    assert load_settings(folder, profile="test", environ={}).settings.generation.use == "mock"


def test_the_quickstart_answers() -> None:
    """The program prints who answers and the answer."""
    done = execute("ask.py", "Hello?", folder=ROOT / "examples" / "quickstart")
    assert (done.returncode, done.stderr) == (0, "")
    name, text = done.stdout.splitlines()
    assert name.startswith("claude (")
    assert "stand-in" in text


def test_the_quickstart_passes_its_own_test() -> None:
    """Its test file runs by itself."""
    done = execute("-m", "pytest", "-q", "-p", "no:cacheprovider", folder=ROOT / "examples" / "quickstart")
    assert done.returncode == 0, done.stdout + done.stderr
