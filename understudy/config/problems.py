"""What is wrong with the settings, gathered while loading and told all at once, with secrets masked."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from understudy.config.fields import Catalog
from understudy.config.tree import KeyPath, Node, Origin, Span, format_key
from understudy.domain.errors import Fault
from understudy.domain.secrets import MASK

__all__ = ["Problem", "Source", "describe_problems", "split_lines"]

_WORD = re.compile(r"[^\s\[\]{},\"'&*!|>#%@`:?-][^\s\[\]{},\"']*")
_WORDY = re.compile(r"[\w.-]+")
_ANCHOR = re.compile(r"(?<=[&!])[^\s,\[\]{}]+")
_WIDTH = 160
_SHORTEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault before it is put into words: ``path`` is the settings key, empty where a whole file is meant."""

    reason: str
    origin: Origin | None = None
    path: KeyPath = ()
    hint: str | None = None


@dataclass(slots=True, kw_only=True)
class Source:
    """A settings file: its name as shown, its lines and, once it has been read, its tree."""

    name: str
    lines: list[str] = field(default_factory=list, repr=False)
    tree: Node | None = None


def describe_problems(problems: Iterable[Problem], sources: Iterable[Source], catalog: Catalog) -> tuple[Fault, ...]:
    """Faults, by file and line, then those that come from elsewhere; duplicates left out.

    A line of a file is quoted with every value masked except those that ``catalog`` knows and that may be shown. A file
    that could not be read as YAML is quoted with nothing but known keys and punctuation left.
    """
    by_name = {source.name: source for source in sources}
    order = {name: index for index, name in enumerate(by_name)}

    def place(problem: Problem) -> tuple[int, int, int]:
        origin = problem.origin or Origin("")
        return order.get(origin.name, len(order)), origin.line, origin.column

    faults: dict[Fault, None] = {}
    for problem in sorted(problems, key=place):
        origin = problem.origin
        source = by_name.get(origin.name) if origin is not None and origin.line else None
        fault = Fault(
            where=format_key(_shown_path(problem.path, catalog)),
            reason=problem.reason,
            origin=str(origin) if origin is not None else None,
            excerpt=_excerpt(source, origin, catalog) if source is not None and origin is not None else None,
            hint=problem.hint,
        )
        faults[fault] = None
    return tuple(faults)


def _shown_path(path: KeyPath, catalog: Catalog) -> KeyPath:
    """The path, with what is no key and looks like a credential masked: braces make a key of a value."""
    return tuple(
        MASK if isinstance(key, str) and _is_credential(key) and catalog.slot(path[: index + 1]) is None else key
        for index, key in enumerate(path)
    )


def _is_credential(word: str) -> bool:
    return len(word) >= _SHORTEST and any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)


def _hide_credential(match: re.Match[str]) -> str:
    return _stars(match) if _is_credential(match.group()) else match.group()


def _excerpt(source: Source, origin: Origin, catalog: Catalog) -> str | None:
    if origin.line > len(source.lines):
        return None
    line = source.lines[origin.line - 1]
    column = min(origin.column - 1, len(line))
    if source.tree is None:
        text, caret = _only_structure(line, column, catalog.all_names())
    else:
        text, caret = _mask_values(line, origin.line - 1, column, source.tree, catalog)
    gutter = f"{origin.line} | "
    start = max(0, caret - _WIDTH // 2)
    text = text[start : start + _WIDTH].replace("\t", " ")
    return f"{gutter}{text.rstrip()}\n{' ' * (len(gutter) - 2)}| {' ' * (caret - start)}^"


def _only_structure(line: str, column: int, names: Collection[str]) -> tuple[str, int]:
    """The line with every word replaced that is not a known key: what is broken may be a credential."""

    def replaced(match: re.Match[str]) -> str:
        word = match.group()
        return word if word.rstrip(":") in names else "…"

    before = _WORD.sub(replaced, line[:column])
    return before + _WORD.sub(replaced, line[column:]), len(before)


def _mask_values(line: str, number: int, column: int, tree: Node, catalog: Catalog) -> tuple[str, int]:
    """The line with its values masked but the open ones, and the caret's column in it; comments are left out."""
    pieces: list[tuple[int, int, bool]] = []
    for path, node, span in _pieces(tree, (), catalog):
        if span.start[0] <= number <= span.end[0]:
            start = span.start[1] if span.start[0] == number else 0
            end = span.end[1] if span.end[0] == number else len(line)
            pieces.append((start, end, catalog.is_open(path, node.value)))
    text, position, caret = "", 0, column
    for start, end, is_shown in sorted(pieces, key=lambda piece: (piece[0], piece[2])):
        if start < position or end <= start:
            continue
        shown = _ANCHOR.sub(_stars, line[start:end]) if is_shown else MASK
        text += _hide_stray(line[position:start]) + shown
        if column >= end:
            caret += len(shown) - (end - start)
        elif column > start and not is_shown:
            caret = len(text) - len(shown)
        position = end
    rest = _hide_stray(line[position:])
    comment = re.search(r"(?:^|\s)#", rest)
    return text + (rest[: comment.start()] if comment else rest), caret


def _hide_stray(text: str) -> str:
    """What is not a value and may be a credential all the same: a key that looks like one, an anchor, a tag."""
    text = _WORDY.sub(_hide_credential, text)
    return _ANCHOR.sub(_stars, text)


def _stars(match: re.Match[str]) -> str:
    return "*" * len(match.group())


def _pieces(node: Node, path: KeyPath, catalog: Catalog) -> Iterator[tuple[KeyPath, Node, Span]]:
    """Every value that is shown or masked as one: scalars, and what should have been one."""
    compound = isinstance(node.value, dict | list)
    if compound and catalog.is_open(path, node.value):
        inner: Iterable[tuple[str | int, Node]] = (
            node.children.items() if node.children is not None else enumerate(node.items or ())
        )
        for key, child in inner:
            yield from _pieces(child, (*path, key), catalog)
    elif node.span is not None:
        yield path, node, node.span
    # A value that another one replaced, by a merge key of the same file, still stands on its line.
    for hidden in node.shadowed:
        yield from _pieces(hidden, path, catalog)


def split_lines(text: str) -> list[str]:
    """The lines as YAML counts them."""
    return re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)
