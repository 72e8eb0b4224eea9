"""Mutation testing: change the code bit by bit, and see whether its tests notice.

Each area of ``[tool.mutants]`` in pyproject.toml runs in a copy of its own under .mutants/, with the tests that are
about it, and keeps its results there: a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parent.parent
COPIES = ROOT / ".mutants"
BESIDE = [
    "docs",
    "examples",
    "scripts",
    "settings.yaml",
    "settings.test.yaml",
    "README.md",
    "CHANGELOG.md",
    "mkdocs.yml",
]
# Tests that count calls see those that mutmut adds.
PYTEST = ["-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", "-k", "not cheap and not costs"]
WORDS: dict[int | None, str] = {
    **dict.fromkeys((1, 3), "killed"),
    0: "survived",
    **dict.fromkeys((5, 33), "not reached"),
    **dict.fromkeys((-24, 24, 36, 152, 255), "timed out"),
    None: "not tried",
}


class Area(TypedDict):
    """What to change, and the tests that should notice."""

    mutate: list[str]
    tests: list[str]


def areas() -> dict[str, Area]:
    """The areas of pyproject.toml, by name."""
    found: dict[str, Area] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutants"]
    return found


def copy(area: Area, folder: Path) -> None:
    """Bring the copy up to date and tell mutmut there what to do."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listing.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    settings = {
        "source_paths": ["understudy"],
        "only_mutate": area["mutate"],
        "also_copy": BESIDE,
        "pytest_add_cli_args": PYTEST,
        "pytest_add_cli_args_test_selection": area["tests"],
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    with (folder / "pyproject.toml").open("a") as project:
        project.write("\n".join(["", "[tool.mutmut]", *lines, ""]))


def results(folder: Path) -> tuple[collections.Counter[str], list[str]]:
    """How many mutants ended how, and the names of those that no test noticed."""
    counts: collections.Counter[str] = collections.Counter()
    survivors: list[str] = []
    for notes in sorted((folder / "mutants").rglob("*.meta")):
        for name, status in json.loads(notes.read_text())["exit_code_by_key"].items():
            word = WORDS.get(status, "crashed")
            counts[word] += 1
            if word == "survived":
                survivors.append(name)
    return counts, survivors


def main() -> int:
    """Run an area, or a part of one, and print how it went."""
    known = areas()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("area", nargs="?", choices=sorted(known), help="one area; all of them where it is left out")
    parser.add_argument("names", nargs="*", metavar="NAME", help="mutants of that area, by name or pattern, tried anew")
    parser.add_argument("--children", type=int, default=2, help="how many are tried at a time (default: 2)")
    parser.add_argument("--show", action="store_true", help="run nothing; print what the last run found")
    asked = parser.parse_args()
    for name in [asked.area] if asked.area else sorted(known):
        folder = COPIES / name
        if not asked.show:
            copy(known[name], folder)
            command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(asked.children), *asked.names]
            subprocess.run(command, cwd=folder, check=True)
        counts, survivors = results(folder)
        print(f"{name}: {sum(counts.values())} mutants;", ", ".join(f"{n} {word}" for word, n in counts.most_common()))
        print(*survivors, sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
