"""YAML to a tree with origins: YAML 1.2 core types, no objects, no duplicate keys, bounded depth and size.

The parser's events are read, not its composed nodes: PyYAML's C composer recurses without a limit and takes the
interpreter down with it on a file of a few hundred kilobytes of ``[``.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, NamedTuple

import yaml

from understudy.config.problems import Problem, split_lines
from understudy.config.tree import Node, Origin, Span

__all__ = ["plain_scalar", "read_yaml"]

_MAX_DEPTH = 64
_MAX_NODES = 50_000
_TAG = "tag:yaml.org,2002:"
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_DIGITS = 300
_TAGGED: dict[str, tuple[type, ...]] = {
    f"{_TAG}int": (int,),
    f"{_TAG}float": (int, float),
    f"{_TAG}bool": (bool,),
    f"{_TAG}null": (type(None),),
}


def plain_scalar(text: str) -> Any:
    """The value of a scalar without quotes, by YAML 1.2's core schema, except that ``0123`` is a string.

    ``on``, ``NO``, ``1:30`` and dates are strings.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) <= _DIGITS and text[-1] in "0123456789.abcdefABCDEFNn":
        if _INT.fullmatch(text):
            return int(text)
        if _BASED.fullmatch(text):
            return int(text[2:], 8 if text[1] == "o" else 16)
        if _FLOAT.fullmatch(text):
            return float(text)
        if text in (".nan", ".NaN", ".NAN"):
            return math.nan
    infinite = _INFINITE.fullmatch(text)
    if infinite:
        return -math.inf if infinite.group(1) == "-" else math.inf
    return text


class _Stop(Exception):  # noqa: N818 - a signal inside this module, not an error of the library
    """The file cannot be read further."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__()


def read_yaml(text: str, name: str, problems: list[Problem]) -> Node | None:
    """The tree of one YAML document; an empty document is an empty mapping.

    What is wrong goes to ``problems``; the answer is None where there is no tree to go on with.
    """
    before = len(problems)
    try:
        node = _Reader(text, name, problems).document()
    except _Stop as stop:
        problems.append(stop.problem)
    except yaml.MarkedYAMLError as error:
        problems.append(_syntax_problem(error, text, name))
    except yaml.reader.ReaderError as error:
        problems.append(_character_problem(error, text, name))
    else:
        return node if len(problems) == before else None
    return None


class _Anchor(NamedTuple):
    """A value that aliases repeat: how many values it holds, and how deep."""

    node: Node
    size: int
    height: int


def _height(node: Node) -> int:
    children = node.children.values() if node.children is not None else node.items or ()
    return 1 + max(map(_height, children), default=-1)


class _Reader:
    def __init__(self, text: str, name: str, problems: list[Problem]) -> None:
        loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._next = loader(text).get_event
        self._name = name
        self._problems = problems
        self._anchors: dict[str, _Anchor | None] = {}
        self._count = 0
        self._path: list[str | int] = []
        self._end = (0, 0)  # of the list or mapping read last

    def document(self) -> Node:
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return Node({}, Origin(self._name, 1, 1))
        node = self._node(self._next(), 0)
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._stop(event, "a second YAML document begins here", "Keep one document in a file.")
        return node

    def _node(self, event: Any, depth: int) -> Node:
        self._count += 1
        if self._count > _MAX_NODES:
            raise self._stop(event, f"the file has more than {_MAX_NODES} values, aliases counted in full")
        if depth > _MAX_DEPTH:
            raise self._stop(event, f"values are nested more than {_MAX_DEPTH} deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            node = Node(self._scalar(event), self._origin(event), span=_span(event))
            if event.anchor:
                self._anchors[event.anchor] = _Anchor(node, 1, 0)
            return node
        before = self._count
        if event.anchor:
            self._anchors[event.anchor] = None
        self._check_tag(event, "map" if isinstance(event, yaml.MappingStartEvent) else "seq")
        value = self._mapping(depth) if isinstance(event, yaml.MappingStartEvent) else self._sequence(depth)
        node = Node(value, self._origin(event), span=Span(_span(event).start, self._end))
        if event.anchor:
            self._anchors[event.anchor] = _Anchor(node, self._count - before + 1, _height(node))
        return node

    def _alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self._anchors:
            raise self._stop(event, "this alias has no anchor before it", "Quote the value if the * belongs to it.")
        anchor = self._anchors[event.anchor]
        if anchor is None:
            raise self._stop(event, "this alias stands inside the value that it repeats")
        self._count += anchor.size
        if self._count > _MAX_NODES:
            raise self._stop(event, f"the file has more than {_MAX_NODES} values, aliases counted in full")
        if depth + anchor.height > _MAX_DEPTH:
            raise self._stop(event, f"values are nested more than {_MAX_DEPTH} deep")
        return anchor.node

    def _sequence(self, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self._path.append(len(items))
            items.append(self._node(event, depth + 1))
            self._path.pop()
        self._end = _span(event).end
        return items

    def _mapping(self, depth: int) -> dict[str, Node]:
        own: dict[str, Node] = {}
        bases: list[Node] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._stop(event, "a key must be plain text, not a mapping, a list or an alias")
            key = str(event.value)
            origin = self._origin(event)
            self._path.append(key)
            value = self._node(self._next(), depth + 1)
            self._path.pop()
            if key == "<<" and event.implicit[0]:
                bases.extend(self._merged(value, event))
            elif key in own:
                self._problems.append(
                    Problem(
                        reason=f"the key is there twice; the first one is on line {_key_line(own[key])}",
                        origin=origin,
                        path=(*self._path, key),
                        hint="Remove one of them, or put what they hold together.",
                    )
                )
            else:
                own[key] = replace(value, key=origin)
        self._end = _span(event).end
        for base in bases:
            for key, node in (base.children or {}).items():
                kept = own.setdefault(key, node)
                if kept is not node:
                    own[key] = replace(kept, shadowed=(*kept.shadowed, node))
        return own

    def _merged(self, value: Node, event: Any) -> list[Node]:
        bases = value.items if value.items is not None else [value]
        if not all(base.children is not None for base in bases):
            raise self._stop(event, "<< takes a mapping or a list of mappings")
        return bases

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        plain, _ = event.implicit
        if plain:
            return plain_scalar(text)
        if event.tag in (None, "!", f"{_TAG}str"):
            return text
        kinds = _TAGGED.get(event.tag)
        if kinds is None:
            raise self._unknown_tag(event)
        value = plain_scalar(text)
        if type(value) not in kinds:
            raise self._stop(event, "the value does not fit its tag")
        return value

    def _check_tag(self, event: Any, expected: str) -> None:
        if event.tag not in (None, "!", _TAG + expected):
            raise self._unknown_tag(event)

    def _unknown_tag(self, event: Any) -> _Stop:
        return self._stop(event, "settings take no tags but YAML's own", "Nothing in a settings file is ever executed.")

    def _origin(self, event: Any) -> Origin:
        return Origin(self._name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _stop(self, event: Any, reason: str, hint: str | None = None) -> _Stop:
        return _Stop(Problem(reason=reason, origin=self._origin(event), hint=hint))


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span((start.line, start.column), (end.line, end.column))


def _key_line(node: Node) -> int:
    return node.key.line if node.key is not None else node.origin.line


_TAB = "a tab stands where YAML wants spaces"
_SYNTAX = (
    ("mapping values are not allowed", "a ':' is out of place here", "Quote a value that has ': ' in it."),
    ("could not find expected ':'", "this is no 'key: value'", "Put a colon and a space after the key."),
    ("cannot start any token", "a character stands here that no plain value can begin with", "Quote the value."),
    ("unexpected end of stream", "this quote is never closed", None),
    ("unknown escape", "this is no escape sequence", "In single quotes a backslash is only a backslash."),
    ("<block end>", "the indentation does not fit, or a bracket or quote is out of place", None),
    ("expected ',' or", "a bracket is not closed, or a comma is missing", None),
    ("node content", "a value is missing, or a bracket is not closed", None),
    ("undefined tag handle", "settings take no tags but YAML's own", "Quote the value if the ! belongs to it."),
)
_AT_START = ("could not find expected ':'", "unexpected end of stream", "expected ',' or")


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, name: str) -> Problem:
    """The parser's words, put plainly; what it quotes from the file is left out."""
    said = str(error.problem or error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and any(words in said for words in _AT_START):
        mark = error.context_mark
    line, column = _place(text, mark.line, mark.column) if mark is not None else (0, 0)
    origin = Origin(name, line, column)
    if any(rest[column - 1 :].startswith("\t") for rest in split_lines(text)[line - 1 : line]):
        return Problem(reason=f"not YAML: {_TAB}", origin=origin, hint="Indent with spaces.")
    for words, reason, hint in _SYNTAX:
        if words in said:
            return Problem(reason=f"not YAML: {reason}", origin=origin, hint=hint)
    plain = re.sub(r"'[^']*'|\"[^\"]*\"", "…", said) or "it cannot be read"
    return Problem(reason=f"not YAML: {plain}", origin=origin)


def _place(text: str, line: int, column: int) -> tuple[int, int]:
    """Line and column from 1. What is missing at the end is missing after the last text, not after blank lines."""
    lines = split_lines(text.rstrip())
    return (line + 1, column + 1) if line < len(lines) else (len(lines), len(lines[-1]) + 1)


def _character_problem(error: yaml.reader.ReaderError, text: str, name: str) -> Problem:
    found = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    position = found.start() if found else min(error.position, len(text))
    before = split_lines(text[:position])
    line, column = len(before), len(before[-1]) + 1
    return Problem(reason="a control character that YAML does not allow", origin=Origin(name, line, column))
