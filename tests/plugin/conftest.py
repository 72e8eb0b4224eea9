"""Projects of their own in which the plugin runs, each in a process of its own, as its users have it."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import understudy

SETTINGS = """\
generation:
  default: claude
  claude: {api_key: not-a-key}
"""

ASYNCIO = {"asyncio_mode": "auto", "asyncio_default_fixture_loop_scope": "function"}

Project = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Runs a test file in a folder with settings of real providers: ``project(source, "-n", "2", ini={...})``."""
    package = str(Path(str(understudy.__file__)).parents[1])  # of the tree or of the installed wheel
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([package, os.environ.get("PYTHONPATH", "")]))
    for name in [name for name in os.environ if name.startswith(("PYTEST_XDIST", "PYTEST_ADDOPTS"))]:
        monkeypatch.delenv(name)
    installed = any(point.name == "understudy" for point in entry_points(group="pytest11"))
    plugin = () if installed else ("-p", "understudy.integrations.pytest_plugin")

    def run(source: str, *arguments: str, ini: dict[str, str] | None = None, settings: str = SETTINGS):
        lines = {**(ASYNCIO if "no:asyncio" not in arguments else {}), "filterwarnings": "error", **(ini or {})}
        pytester.makeini("[pytest]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items()))
        pytester.path.joinpath("settings.yaml").write_text(settings, encoding="utf-8")
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("--strict-markers", "-p", "no:cacheprovider", *plugin, *arguments)

    return run
