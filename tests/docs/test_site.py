"""The check of the built site; `make docs` builds the site and runs it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<link rel="x" href="https://fonts.example/a.css">', ["a.html: https://fonts.example/a.css"]),
        ("<script async src=//cdn.example/b.js></script>", ["a.html: //cdn.example/b.js"]),
        ("<img alt='' src='http://pictures.example/c.png'>", ["a.html: http://pictures.example/c.png"]),
        ('<a href="https://example.com">followed, not loaded</a> <img src="assets/d.png">', []),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_found(tmp_path: Path, page: str, found: list[str]) -> None:
    """Scripts, styles and pictures count; links do not."""
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    foreign = runpy.run_path(str(ROOT / "scripts" / "check_site.py"))["foreign"]
    assert list(foreign(tmp_path)) == found
