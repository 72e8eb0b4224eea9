"""Every example in README.md and docs/ runs, in the order of its page and in a folder of the page's own.

- ``python`` blocks of a page share one namespace and one event loop; ``await`` may stand outside of functions.
- ``console`` blocks: each line ``$ understudy …`` is run, as are ``echo … | understudy …`` and leading assignments;
  of ``$ make TARGET`` only the target must exist.
- A ``text`` block after ``<!-- output -->``, and what stands below a ``$`` line, is compared with what was printed.
  A line with nothing but "…" stands for any lines, "…" inside a line for any characters.
- ``yaml`` blocks are settings: each is validated. ``<!-- faults -->`` before one says that it must not be valid,
  ``<!-- defaults -->`` that every value in it is the default.
- ``title="NAME"`` writes the block into the page's folder; those called ``test_*.py`` are run by pytest
  in a process of their own at the end of the page.
- ``<!-- env: NAME=VALUE -->`` sets a variable for the rest of the page; ``<!-- exit: N -->`` is the next status.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from understudy import ConfigurationError, load_settings
from understudy.cli.root import cli
from understudy.config.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)(?: title=\"(?P<title>[\w./-]+)\")?[ ]*$")
DIRECTIVE = re.compile(r"^<!-- (?P<word>output|faults|defaults|env|exit)(?:: (?P<value>.*?))? -->$")
LANGUAGES = {"python", "console", "text", "yaml", "toml", "json", "sh", "mermaid"}
UNDER_PYTEST = ("PYTEST_CURRENT_TEST", "PYTEST_VERSION")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; ``line`` is that of its first line of content, ``directives`` are the comments before it."""

    language: str
    title: str | None
    text: str
    line: int
    directives: dict[str, str]


def blocks(page: Path) -> Iterator[Block]:
    lines = page.read_text(encoding="utf-8").splitlines()
    directives: dict[str, str] = {}
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if found := DIRECTIVE.match(line.strip()):
            directives[found["word"]] = found["value"] or ""
            continue
        fence = FENCE.match(line)
        if fence is None:
            assert not line.lstrip().startswith("```"), f"{page.name}:{number}: not a fence that this test understands"
            directives = directives if not line.strip() else {}
            continue
        start = number
        while lines[number].strip() != "```":
            number += 1
        content = [each.removeprefix(fence["indent"]) for each in lines[start:number]]
        number += 1
        yield Block(
            language=fence["language"],
            title=fence["title"],
            text="\n".join(content) + "\n",
            line=start + 1,
            directives=directives,
        )
        directives = {}


def agrees(shown: str, printed: str) -> bool:
    """Whether what the page shows is what was printed; "…" stands for anything."""
    pattern = ""
    for line in shown.strip("\n").splitlines():
        pieces = [re.escape(piece) for piece in line.rstrip().split("…")]
        pattern += r"(?:.*\n)*?" if line.strip() == "…" else ".*?".join(pieces) + r"\n"
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in lines)) is not None


class PageRun:
    """One page's run: its folder, its namespace, and what was printed last."""

    def __init__(self, page: Path, folder: Path, runner: asyncio.Runner, patch: pytest.MonkeyPatch) -> None:
        self.page = page
        self.folder = folder
        self.runner = runner
        self.patch = patch
        self.names: dict[str, Any] = {"__name__": "example"}
        self.printed = ""
        self.tests: list[str] = []

    def run(self, block: Block) -> None:
        assert block.language in LANGUAGES, f"{self.page.name}:{block.line}: a block says what language it is in"
        if "env" in block.directives:
            self.patch.setenv(*block.directives["env"].split("=", 1))
        if block.title:
            path = self.folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        runners = {"python": self.python, "console": self.console, "yaml": self.yaml, "text": self.text}
        match block.language:
            case "toml":
                tomllib.loads(block.text)
            case "json":
                json.loads(block.text)
            case "sh":
                assert not re.search(r"^understudy ", block.text, re.MULTILINE), "a command of ours is a console block"
            case language if language in runners:
                runners[language](block)

    def python(self, block: Block) -> None:
        if block.title and block.title.startswith("test_"):
            self.tests.append(block.title)
            return
        if block.title:
            compile(block.text, block.title, "exec")
            return
        code = compile(
            "\n" * (block.line - 1) + block.text,
            str(self.page),
            "exec",
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
            dont_inherit=True,
        )
        out = StringIO()
        with redirect_stdout(out):
            if code.co_flags & inspect.CO_COROUTINE:
                self.runner.run(eval(code, self.names))  # noqa: S307 - the documentation's own code is what is tested
            else:
                exec(code, self.names)  # noqa: S102 - as above
        self.printed = out.getvalue()

    def finish(self) -> None:
        """Run the test files of the page as their reader would."""
        if not self.tests:
            return
        options = ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
        if not any(point.name == "understudy" for point in entry_points(group="pytest11")):
            options += ["-p", "understudy.integrations.pytest_plugin"]  # the tree, which is not installed
        command = [sys.executable, "-m", "pytest", *options, *self.tests]
        environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        package = Path(inspect.getfile(load_settings)).parents[1]  # of the tree or of the installed wheel
        done = subprocess.run(  # noqa: S603 - the documentation's own tests are what is tested
            command,
            cwd=self.folder,
            env={**environ, "PYTHONPATH": str(package.parent)},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        assert done.returncode == 0, f"{self.page.name}:\n{done.stdout}\n{done.stderr}"

    def console(self, block: Block) -> None:
        expected = int(block.directives.get("exit", 0))
        commands = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
        assert not commands[0].strip(), f"{self.page.name}:{block.line}: a console block begins with '$ '"
        for each in commands[1:]:
            command, _, shown = each.partition("\n")
            if command.startswith("make "):
                assert f"\n{command.split()[1]}:" in (ROOT / "Makefile").read_text(encoding="utf-8"), command
                continue
            status, printed = self.command(command)
            where = f"{self.page.name}:{block.line}: $ {command}"
            assert status == expected, f"{where}\nended with status {status}:\n{printed}"
            if shown.strip():
                assert agrees(shown, printed), f"{where}\nshows:\n{shown}\nprinted:\n{printed}"
            self.printed = printed

    def command(self, line: str) -> tuple[int, str]:
        """Run ``[NAME=VALUE…] understudy …``, or ``echo WORDS | understudy …``, in this process, outside of pytest."""
        said, bar, rest = line.rpartition(" | ")
        words = shlex.split(rest)
        environ: dict[str, str | None] = dict.fromkeys(UNDER_PYTEST)
        while re.match(r"\w+=", words[0]):
            name, _, value = words.pop(0).partition("=")
            environ[name] = value
        assert words[0] == "understudy", f"not a command that this test knows: {line}"
        given = None
        if bar:
            echo, *echoed = shlex.split(said)
            assert echo == "echo", f"not a command that this test knows: {line}"
            given = " ".join(echoed) + "\n"
        result = CliRunner().invoke(cli, words[1:], prog_name="understudy", env=environ, input=given)
        return result.exit_code, result.output

    def yaml(self, block: Block) -> None:
        name = block.title or "fragment.yaml"
        path = self.folder / name
        path.write_text(block.text, encoding="utf-8")
        base, profile = path, ""
        if found := re.fullmatch(r"settings\.([a-z0-9-]+)\.yaml", name):
            base, profile = self.folder / "settings.yaml", found[1]
        if "faults" in block.directives:
            with pytest.raises(ConfigurationError):
                load_settings(base, profile=profile)
            return
        loaded = load_settings(base, profile=profile)
        if "defaults" in block.directives:
            said = [found for found in map(loaded.explain, loaded.keys()) if str(found.origin) != "default"]
            assert said
            assert not [each.key for each in said if each.value != each.shadowed[-1].value]

    def text(self, block: Block) -> None:
        if "output" in block.directives:
            where = f"{self.page.name}:{block.line}"
            assert agrees(block.text, self.printed), f"{where} shows:\n{block.text}\nprinted:\n{self.printed}"


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder without settings above it, no key or setting in the environment, a terminal of 100 columns."""
    for name in [*(variable.name for variable in VARIABLES), *os.environ]:
        if name.startswith("UNDERSTUDY") or name in {variable.name for variable in VARIABLES} | {"OLLAMA_API_KEY"}:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    modules = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_example_of_the_page_does_what_it_shows(
    page: Path, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks run in order; a failure's traceback has the page's own line numbers."""
    with asyncio.Runner() as runner:
        run = PageRun(page, clean_environment, runner, monkeypatch)
        for block in blocks(page):
            run.run(block)
        run.finish()


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a … c\n", "a b b c\n", True),
        ("a\n…\nd\n", "a\nb\nc\nd\n", True),
        ("a\n…\nd\n", "a\nd\n", True),
        ("a\n…\n", "b\na\n", False),
        ("a\n", "a\nb\n", False),
    ],
)
def test_what_is_shown_is_held_against_what_was_printed(shown: str, printed: str, same: bool) -> None:
    """The comparison itself: exact, but for the ellipsis."""
    assert agrees(shown, printed) is same
