"""How an assertion about a call shows what differs: short values whole, long ones where they part."""

from __future__ import annotations

import difflib
import re
from pprint import pformat

__all__ = ["difference", "short"]

_SHORT = 120
_LONGEST = 300
_BEFORE, _AFTER = 30, 60
_WIDTH = 100
_MOST = 40


def difference(name: str, expected: object, was: object) -> str:
    """Both values under ``name``, in indented lines.

    Short ones are shown whole; of long texts the place where they part, of texts with several lines and of other large
    values the lines that differ.
    """
    if isinstance(expected, re.Pattern) or _is_short(expected, was):
        return f"  {name}: expected {short(expected)}\n  {' ' * len(name)}   but was {short(was)}"
    if isinstance(expected, str) and isinstance(was, str) and "\n" not in expected + was:
        return _parting(name, expected, was)
    lines = list(
        difflib.unified_diff(_lines(expected), _lines(was), "expected", "was", n=2, lineterm=""),
    )
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], f"… and {len(lines) - _MOST} lines more"]
    return "\n".join([f"  {name} differs:", *(f"    {line[:_LONGEST]}" for line in lines)])


def short(value: object) -> str:
    """``value`` as Python writes it, cut where it is long; of a regular expression its pattern."""
    shown = repr(value.pattern) if isinstance(value, re.Pattern) else repr(value)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _is_short(*values: object) -> bool:
    return all(len(repr(value)) <= _SHORT and not (isinstance(value, str) and "\n" in value) for value in values)


def _parting(name: str, expected: str, was: str) -> str:
    pairs = zip(expected, was, strict=False)
    place = next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(expected), len(was)))
    begin = max(place - _BEFORE, 0)
    told = (
        f"{'…' if begin else ''}{text[begin : place + _AFTER]!r}{'…' * (place + _AFTER < len(text))}"
        for text in (expected, was)
    )
    return "\n".join(
        [f"  {name} differs from character {place} on:", *map("    {} {}".format, ("expected", "but was "), told)]
    )


def _lines(value: object) -> list[str]:
    return value.splitlines() if isinstance(value, str) else pformat(value, width=_WIDTH).splitlines()
