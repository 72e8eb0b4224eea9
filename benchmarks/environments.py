"""One virtual environment per family of peers, under ``.bench``, made from pinned requirements."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
HOME = ROOT / ".bench"  # not .cache: building the documentation empties that
OURS = "understudy"


class NotInstalledError(Exception):
    """The environment could not be made; the message is pip's own last word."""


def python_of(name: str) -> Path:
    """The interpreter of the environment, whether or not it is there."""
    folder = HOME / "venvs" / name
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def prepare(name: str) -> Path:
    """Make the environment where it is missing or out of date; its interpreter. Raises NotInstalledError."""
    python = python_of(name)
    source = ROOT / "constraints" / "run.txt" if name == OURS else REQUIREMENTS / f"{name}.txt"
    _once(python, f"{name}-requirements", _digest([source]), lambda: _install(python, source))
    if name == OURS:
        package = [*sorted((ROOT / "understudy").rglob("*.py")), ROOT / "pyproject.toml"]
        _once(python, "understudy-wheel", _digest(package), lambda: _install_ours(python))
    return python


def _once(python: Path, stamp: str, digest: str, install: Callable[[], None]) -> None:
    mark = HOME / "stamps" / stamp
    if python.exists() and mark.exists() and mark.read_text() == digest:
        return
    install()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(digest)


def _install(python: Path, requirements: Path) -> None:
    if not python.exists():
        venv.create(python.parent.parent, with_pip=True, clear=True)
    hashes = ["--require-hashes"] if requirements.parent.name == "constraints" else []
    _pip(python, *hashes, "-r", str(requirements))


def _install_ours(python: Path) -> None:
    # As users have it: a built wheel, not a path into the tree.
    _pip(python, "--no-deps", "--no-build-isolation", "--force-reinstall", str(ROOT))


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotInstalledError((done.stderr.strip().splitlines() or ["pip failed without a word"])[-1][:300])


def _digest(paths: list[Path]) -> str:
    total = hashlib.sha256(sys.version.encode())
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def folder_size(python: Path) -> float:
    """Megabytes of what was installed, pip and compiled files left out."""
    places = (python.parent.parent / "lib").glob("python*/site-packages/*")
    ours = [place for place in places if place.name.split("-")[0] not in ("pip", "setuptools", "__pycache__")]
    files = [file for place in ours for file in (place.rglob("*") if place.is_dir() else [place])]
    return sum(file.stat().st_size for file in files if file.is_file() and file.suffix != ".pyc") / 1e6
