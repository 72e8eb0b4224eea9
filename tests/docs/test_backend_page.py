"""The page on storage backends shows Delta Lake as it is in the tree."""

import re
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-a-storage-backend.md"
BLOCK = re.compile(r'^```python title="(understudy/[\w./]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)
SHOWN = BLOCK.findall(PAGE.read_text("utf-8"))


@pytest.mark.parametrize(("file", "code"), SHOWN, ids=[file.rpartition("/")[2] for file, _ in SHOWN])
def test_the_code_that_is_shown_is_the_code_that_runs(file: str, code: str) -> None:
    """Letter by letter, but for the indentation of what is within a class or a call."""
    there = (ROOT / file).read_text("utf-8")
    assert code in there or indent(code, "    ") in there


def test_each_part_of_the_example_is_shown() -> None:
    """The spec, the capabilities, the class, and one of its parts."""
    assert {file.rpartition("/")[2] for file, _ in SHOWN} >= {
        "spec.py",
        "capabilities.py",
        "backend.py",
        "statements.py",
    }
