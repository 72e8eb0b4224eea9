"""What the tests of the settings share: a folder of files, and loading from it without this machine's environment."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from understudy.config import LoadedSettings, load_settings
from understudy.domain.errors import ConfigurationError, Fault

Write = Callable[..., Path]
Load = Callable[..., LoadedSettings]
Faults = Callable[..., tuple[Fault, ...]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Writes ``settings.yaml``, or another file by name, into the folder."""

    def write_file(text: str, name: str = "settings.yaml") -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def load(write: Write, folder: Path) -> Load:
    """Loads a text as ``settings.yaml``, with an empty environment unless one is given."""

    def load_text(text: str | None = None, environ: Mapping[str, str] | None = None, **options: Any) -> LoadedSettings:
        if text is not None:
            write(text)
        return load_settings(folder, environ=environ or {}, **options)

    return load_text


@pytest.fixture
def faults(load: Load) -> Faults:
    """The faults of a text; fails where there are none."""

    def load_faults(
        text: str | None = None, environ: Mapping[str, str] | None = None, **options: Any
    ) -> tuple[Fault, ...]:
        with pytest.raises(ConfigurationError) as caught:
            load(text, environ, **options)
        return caught.value.faults

    return load_faults
