"""The example of a third party's provider: built, installed, found by its entry point, and tested by its own suite."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import understudy

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "acme"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a module where the example's wheel is installed, in a folder with nothing but its tests."""
    source, installed, folder = (tmp_path_factory.mktemp(name) for name in ("source", "installed", "folder"))
    for path in EXAMPLE.iterdir():
        if path.is_file():
            shutil.copy(path, source)
    package = str(Path(str(understudy.__file__)).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "UNDERSTUDY"))}
    environ = {**kept, "PYTHONPATH": os.pathsep.join([str(installed), package]), "PYTHONDONTWRITEBYTECODE": "1"}

    def execute(*words: str, cwd: Path = folder) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - the example's own code
            [sys.executable, "-m", *words],
            cwd=cwd,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    built = execute("hatchling", "build", "-t", "wheel", "-d", str(installed), cwd=source)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = installed.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    for name in ("test_acme.py", "acme_emulator.py", "pyproject.toml"):
        shutil.copy(EXAMPLE / name, folder)
    return execute


def test_the_wheel_is_one_file_and_its_entry_point_is_found(run: Run):
    """The provider is listed wherever the package is installed."""
    done = run("understudy", "providers", "--profile", "test")
    assert done.returncode == 0, done.stderr
    assert "acme" in done.stdout


def test_it_keeps_the_contract(run: Run):
    """Its own tests pass, the whole suite for stand-in and provider, warnings being errors."""
    done = run("pytest", "-q", "-p", "no:cacheprovider", "test_acme.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
