"""The site as it is built: strictly, and asking no third party for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(
    r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=[\"']?((?:https?:)?//[^\"'\s>]+)", re.IGNORECASE
)


@pytest.mark.slow
def test_the_site_builds_strictly_and_its_pages_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Fonts, scripts, styles and pictures come with the pages."""
    pytest.importorskip("zensical", reason="the site generator is in the docs group")
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100)  # noqa: S603 - the project's own tool
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))
    assert {link for page in pages for link in LOADED.findall(page.read_text(encoding="utf-8"))} == set()


def test_what_loads_from_elsewhere_would_be_found() -> None:
    """The pattern itself."""
    assert LOADED.findall('<link rel="x" href="https://fonts.example/a.css"><script async src=//cdn.example/b.js>') == [
        "https://fonts.example/a.css",
        "//cdn.example/b.js",
    ]
    assert LOADED.findall('<a href="https://example.com"> <img src="assets/a.png">') == []
