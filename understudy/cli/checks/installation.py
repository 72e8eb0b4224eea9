"""Python and the packages."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec

from understudy._version import __version__
from understudy.cli.checks.base import Examination, Finding, failure, ok, warning

__all__ = ["check_dependencies", "check_extras", "check_python", "check_yaml"]


def check_python(_examination: Examination) -> Iterator[Finding]:
    """Which Python and which understudy."""
    yield ok(f"understudy {__version__}, Python {platform.python_version()} on {platform.system()}")


def check_dependencies(_examination: Examination) -> Iterator[Finding]:
    """Whether what understudy needs is installed."""
    try:
        required = metadata.requires("understudy") or []
    except metadata.PackageNotFoundError:
        yield warning("understudy runs from a source tree and is not installed", fix="pip install -e .")
        return
    names = [line.split(";")[0] for line in required if "extra ==" not in line]
    missing = [name for name in map(_bare, names) if not _installed(name)]
    if missing:
        yield failure(f"not installed: {', '.join(missing)}", fix=f"pip install {' '.join(missing)}")
    else:
        yield ok(f"{len(names)} required packages are installed")


def check_extras(_examination: Examination) -> Iterator[Finding]:
    """Which optional parts are there; all of them may be absent."""
    try:
        distribution = metadata.metadata("understudy")
    except metadata.PackageNotFoundError:
        return
    required = metadata.requires("understudy") or []
    for extra in distribution.get_all("Provides-Extra") or []:
        names = [_bare(line) for line in required if f"extra == '{extra}'" in line or f'extra == "{extra}"' in line]
        missing = [name for name in names if not _installed(name)]
        if missing:
            yield ok(f'extra {extra}: not installed; pip install "understudy[{extra}]" adds it')
        else:
            yield ok(f"extra {extra}: installed")


def check_yaml(_examination: Examination) -> Iterator[Finding]:
    """Whether settings are read with the fast loader."""
    if find_spec("yaml._yaml") is not None:
        yield ok("settings are read with PyYAML's C loader")
    else:
        yield warning(
            "PyYAML has no C loader here: settings are read some 20 times slower",
            fix="Install a PyYAML wheel for this platform.",
        )


def _bare(requirement: str) -> str:
    """A requirement's package name: ``httpx`` of ``httpx<1,>=0.28``."""
    end = next((at for at, sign in enumerate(requirement) if sign in " <>=!~[;("), len(requirement))
    return requirement[:end]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
