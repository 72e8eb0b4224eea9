"""``${X}``, ``${X:default}`` and ``${file:path}`` inside string values; ``$${`` is a literal ``${``.

Only values of settings files are interpolated, after they were parsed, so that a variable can change a value but never
the structure. The result is a string; validation makes a number of it where one is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from understudy.config.problems import Problem
from understudy.config.tree import KeyPath, Node, Unfilled

__all__ = ["interpolate", "unfilled"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_FILE = 64 * 1024
_MAX_DEPTH = 8


class _Fault(Exception):  # noqa: N818 - a signal inside this module, not an error of the library
    def __init__(self, reason: str, hint: str | None = None) -> None:
        self.reason = reason
        self.hint = hint
        super().__init__()


def interpolate(node: Node, *, folder: Path, environ: Mapping[str, str]) -> Node:
    """The tree with its strings filled in; ``${file:…}`` is relative to ``folder``.

    What cannot be filled in becomes ``Unfilled``.
    """
    return _Interpolation(folder, environ).visit(node)


def unfilled(node: Node, path: KeyPath = ()) -> Iterator[Problem]:
    """The problems of the texts that could not be filled in and that nothing replaced."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from unfilled(child, (*path, key))
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from unfilled(item, (*path, index))
    elif isinstance(node.value, Unfilled):
        yield Problem(reason=node.value.reason, origin=node.origin, path=path, hint=node.value.hint)


class _Interpolation:
    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        # By identity: what aliases repeat is filled in once, so that a small file cannot become a large tree.
        self._done: dict[int, Node] = {}

    def visit(self, node: Node) -> Node:
        """The value, filled in."""
        if isinstance(node.value, dict):
            return replace(node, value={key: self.visit(child) for key, child in node.value.items()})
        if isinstance(node.value, list):
            return replace(node, value=[self.visit(item) for item in node.value])
        if not isinstance(node.value, str) or "${" not in node.value:
            return node
        if id(node.value) not in self._done:
            self._done[id(node.value)] = self._fill(node)
        done = self._done[id(node.value)]
        return replace(node, value=done.value, derived=done.derived)

    def _fill(self, node: Node) -> Node:
        filler = _Filler(self._folder, self._environ)
        try:
            text = filler.fill(node.value)
        except _Fault as fault:
            return replace(node, value=Unfilled(fault.reason, fault.hint))
        return replace(node, value=text, derived=filler.derived)


class _Filler:
    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ
        self.derived = False

    def fill(self, text: str, depth: int = 0) -> str:
        """``text`` with every ``${…}`` replaced."""
        done = ""
        position = 0
        while (start := text.find("${", position)) >= 0:
            if start > position and text[start - 1] == "$":
                done += text[position : start - 1] + "${"
                position = start + 2
                continue
            end = _closing_brace(text, start + 2)
            done += text[position:start] + self._value(text[start + 2 : end], depth)
            position = end + 1
        return done + text[position:]

    def _value(self, inner: str, depth: int) -> str:
        if inner.startswith("file:"):
            self.derived = True
            return self._file(inner.removeprefix("file:"))
        name, colon, default = inner.partition(":")
        if not _NAME.fullmatch(name):
            raise _Fault("what stands in ${…} is not a variable's name", "Write $${ for a literal ${.")
        value = self._environ.get(name)
        if value is not None:
            self.derived = True
            return value
        if colon:
            if depth == _MAX_DEPTH:
                raise _Fault(f"defaults are nested more than {_MAX_DEPTH} deep")
            return self.fill(default, depth + 1)
        raise _Fault(
            f"the environment variable {name} is not set",
            f"Set {name}, or write ${{{name}:default}} (${{{name}:}} for an empty text).",
        )

    def _file(self, name: str) -> str:
        if not name or "\0" in name:
            raise _Fault("${file:…} names no file")
        path = self._folder / name
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_FILE + 1)
            if len(content) > _MAX_FILE:
                raise _Fault(f"the file {name} has more than {_MAX_FILE // 1024} KiB; it should hold one value")
            text = content.decode("utf-8")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise _Fault(f"the file {name} cannot be read: {why}", "Paths are relative to the settings file.") from None
        except UnicodeDecodeError:
            raise _Fault(f"the file {name} is not UTF-8 text") from None
        return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _closing_brace(text: str, position: int) -> int:
    """Where the ``}`` stands that closes the ``${`` before ``position``; ``${…}`` inside a default is skipped."""
    depth = 0
    while position < len(text):
        if text.startswith("${", position):
            depth += 1
        elif text[position] == "}":
            if depth == 0:
                return position
            depth -= 1
        position += 1
    raise _Fault("a ${ is never closed by a }", "Write $${ for a literal ${.")
