"""The pages themselves: short README, links that lead somewhere, generated parts that are current."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
import yaml

from understudy.domain import errors
from understudy.domain.requests import GenerationOptions
from understudy.domain.results import GenerationResult, StreamEvent
from understudy.providers.generation.choosing.catalog import BUILT_IN
from understudy.providers.generation.mock.calls import CallLog
from understudy.providers.generation.mock.matching import Conditions

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def prose(page: Path) -> str:
    """The page without its fenced blocks and code spans."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", lambda span: "`" * len(span[0]), text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the site generator makes them."""
    text = re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", text, flags=re.MULTILINE):
        plain = unicodedata.normalize("NFKD", re.sub(r"[`*]", "", heading)).encode("ascii", "ignore").decode()
        slug = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())
        number = 0
        while (unique := f"{slug}_{number}" if number else slug) in found:
            number += 1
        found.add(unique)
    return found


def links(page: Path) -> Iterator[str]:
    yield from re.findall(r"\]\(([^)\s]+)\)", prose(page))


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """scripts/generate_docs.py as a module."""
    spec = importlib.util.spec_from_file_location("generate_docs", ROOT / "scripts" / "generate_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_internal_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    """Relative links name files that exist, with anchors that are headings there."""
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link}: there is no such file"
        assert target.is_relative_to(ROOT), f"{link}: outside of the repository"
        assert not anchor or anchor in anchors(target), f"{link}: {target.name} has no such heading"


def test_generated_pages_and_blocks_are_current(generator: ModuleType) -> None:
    """Running scripts/generate_docs.py would change nothing."""
    stale = [path.name for path, text in generator.pages() if path.read_text(encoding="utf-8") != text]
    assert not stale, "run scripts/generate_docs.py"


def test_the_readme_is_short_and_begins_with_the_two_commands() -> None:
    """At most 150 lines, the first commands are `make run` and `make test`."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150
    fence = lines.index("```sh")
    assert fence < 5
    assert [line.partition("#")[0].strip() for line in lines[fence + 1 : fence + 3]] == ["make run", "make test"]


def test_every_page_is_in_the_navigation_once() -> None:
    """Nothing is written that nobody finds, and nothing is linked that is not there."""

    def entries(node: object) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from entries(child)

    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(entries(config["nav"])) == sorted(str(page.relative_to(DOCS)) for page in PAGES[1:])


def test_every_built_in_provider_has_a_page_of_the_same_name() -> None:
    """One page per provider."""
    assert {name for name, _, _ in BUILT_IN} == {page.stem for page in (DOCS / "providers").glob("*.md")}


@pytest.mark.parametrize("name", [name for name, _, _ in BUILT_IN])
def test_a_providers_page_says_what_becomes_of_every_option(name: str) -> None:
    """Each option of a request is in the page's tables, or among what is not supported."""
    text = (DOCS / "providers" / f"{name}.md").read_text(encoding="utf-8")
    if "As [codex](codex.md)" in text:
        text += (DOCS / "providers" / "codex.md").read_text(encoding="utf-8")
    common = {"model", "timeout", "idempotency_key"}  # alike for all: docs/generation.md
    assert not [
        option for option in GenerationOptions.__annotations__ if option not in common and f"`{option}`" not in text
    ]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("generation.md", [*GenerationOptions.__annotations__]),
        ("generation.md", [field.name for field in dataclasses.fields(GenerationResult)]),
        ("generation.md", [event.__name__ for event in get_args(StreamEvent)]),
        ("mock.md", [*Conditions.__annotations__]),
        ("mock.md", [name for name in vars(CallLog) if name.startswith("assert_")]),
        ("testing.md", ["overrides", "override", "transport", "set", "emulate"]),
    ],
)
def test_a_guide_leaves_nothing_of_its_subject_out(page: str, words: list[str]) -> None:
    """Options, results, events, conditions and assertions are all named."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert not [word for word in words if not re.search(rf"`[^`\n]*\b{word}\b|\b{word}[(=]", text)]


def test_every_error_has_its_cause_and_remedy() -> None:
    """docs/errors.md leaves none out."""
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    classes = [getattr(errors, name) for name in errors.__all__]
    names = {cls.__name__ for cls in classes if isinstance(cls, type) and issubclass(cls, errors.UnderstudyError)}
    assert not [name for name in sorted(names) if f"`{name}`" not in text]


def test_every_dependency_is_explained() -> None:
    """docs/dependencies.md has a row for each core dependency and each extra, and for nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=\[]", each)[0] for each in project["dependencies"]} | {
        f"[{extra}]" for extra in project.get("optional-dependencies", {})
    }
    rows = re.findall(r"^\| `([^`]+)` \|", (DOCS / "dependencies.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(rows) == declared


def test_the_design_map_names_code_and_tests_that_exist() -> None:
    """Every path in the table is there; what is not built names none."""
    text = (DOCS / "design-map.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:understudy|tests|scripts|docs|constraints)/[\w./-]*)`", text)
    assert paths
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing
    named = re.findall(r"`(tests/[\w./-]+\.py)::(\w+)`", text)
    assert not [name for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")]
