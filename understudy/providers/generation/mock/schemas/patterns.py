"""Texts that match a regular expression, found by walking its parse tree and taking the shortest way."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from understudy.providers.generation.mock.schemas.document import SchemaError
from understudy.providers.generation.mock.schemas.validation import search

__all__ = ["strings_matching"]

# The parser of the standard library's own ``re``; it has no public name and no stubs, and its tree is stable since 2.0.
_PARSER: Any = import_module("re._parser")

_PREFERRED = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_. @/:" + string.printable[:95]
_LONGEST = 4096
_VARIANTS = 12


def strings_matching(pattern: str, *, least: int, path: str) -> Iterator[str]:
    """Different texts in which ``pattern`` is found, of at least ``least`` characters; none where none was found."""
    try:
        tree = _PARSER.parse(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern))
    except re.error as error:
        raise SchemaError(f"the pattern {pattern!r} is not understood ({error})", path=path) from None
    seen: dict[str, None] = {}
    for lookaheads in (False, True):
        for variant in range(_VARIANTS):
            for more in _lengths(least):
                text = _Writer(more=more, variant=variant, lookaheads=lookaheads).write(tree)
                if len(text) >= least and text not in seen and search(pattern, text, path=path):
                    seen[text] = None
                    yield text
                    break
                if len(text) > _LONGEST:
                    break
    for text in [*seen] or [_Writer(more=0, variant=0, lookaheads=False).write(tree)]:
        # Where the pattern does not say how the text ends, anything may follow.
        for tail in _PREFERRED[:_VARIANTS]:
            longer = f"{text}{tail}".ljust(least, tail)
            if longer not in seen and search(pattern, longer, path=path):
                yield longer


def _lengths(least: int) -> Iterator[int]:
    """How often to repeat what may be repeated: a little more each time, and as long as asked for at last."""
    yield from range(4)
    if least > 3:
        yield from range(4, min(least, 64) + 1)
        yield least


class _Writer:
    """Writes one text for one parse tree: ``more`` repeats beyond the fewest, ``variant`` shifts every free choice."""

    def __init__(self, *, more: int, variant: int, lookaheads: bool) -> None:
        self._more = more
        self._variant = variant
        self._lookaheads = lookaheads
        self._groups: dict[int, str] = {}

    def write(self, tree: Any) -> str:
        return "".join(self._node(str(op), argument) for op, argument in tree)

    def _node(self, op: str, argument: Any) -> str:
        if op in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"):
            return chr(argument) if op == "LITERAL" else self._character(op, argument)
        if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            fewest, most, inner = argument
            return "".join(self.write(inner) for _ in range(min(int(fewest) + self._more, int(most))))
        if op == "SUBPATTERN":
            text = self.write(argument[-1])
            if argument[0] is not None:
                self._groups[argument[0]] = text
            return text
        if op == "BRANCH":
            branches = argument[1]
            return self.write(branches[self._variant % len(branches)])
        if op == "GROUPREF":
            return self._groups.get(argument, "")
        if op == "ATOMIC_GROUP":
            return self.write(argument)
        return self.write(argument[1]) if op == "ASSERT" and self._lookaheads else ""

    def _character(self, op: str, argument: Any) -> str:
        candidates = [char for char in _PREFERRED if _allows(op, argument, char)]
        if not candidates and op == "IN":
            first = next((value for name, value in argument if str(name) in ("LITERAL", "RANGE")), ord("?"))
            candidates = [chr(first if isinstance(first, int) else first[0])]
        return candidates[self._variant % len(candidates)] if candidates else ""


def _allows(op: str, argument: Any, char: str) -> bool:
    if op == "ANY":
        return char != "\n"
    if op == "NOT_LITERAL":
        return bool(ord(char) != argument)
    if op == "CATEGORY":
        return _in_category(str(argument), char)
    negated = str(argument[0][0]) == "NEGATE"
    found = any(_one_allows(str(name), value, char) for name, value in argument[1 if negated else 0 :])
    return found != negated


def _one_allows(op: str, argument: Any, char: str) -> bool:
    if op == "LITERAL":
        return bool(ord(char) == argument)
    if op == "RANGE":
        return bool(argument[0] <= ord(char) <= argument[1])
    return _in_category(str(argument), char)


def _in_category(name: str, char: str) -> bool:
    kind = name.removeprefix("CATEGORY_").removeprefix("UNI_")
    found = {
        "DIGIT": char.isdigit(),
        "SPACE": char.isspace(),
        "WORD": char.isalnum() or char == "_",
    }.get(kind.removeprefix("NOT_"), False)
    return found != kind.startswith("NOT_")
