"""Label selectors and field selectors, as the API server reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from understudy.providers.kubernetes.reading import mapping

__all__ = ["SelectorError", "field_selector", "label_selector"]

_Test: TypeAlias = Callable[[Mapping[str, Any]], bool]

_KEY = r"(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VALUE = r"[A-Za-z0-9._-]*"
_SET = re.compile(rf"({_KEY})\s+(in|notin)\s+\(([^()]*)\)")
_EQUAL = re.compile(rf"({_KEY})\s*(==|=|!=)\s*({_VALUE})")
_THERE = re.compile(rf"(!?)\s*({_KEY})")
_COMMA = re.compile(r",(?![^(]*\))")
_FIELDS = ("metadata.name", "metadata.namespace")


class SelectorError(Exception):
    """The selector cannot be read; the API server answers 400."""


def label_selector(selector: str) -> _Test:
    """Whether labels meet every requirement of ``selector``. Raises SelectorError for one that cannot be read."""
    tests = [_requirement(part.strip()) for part in _COMMA.split(selector) if part.strip()]
    return lambda labels: all(test(labels) for test in tests)


def field_selector(selector: str) -> _Test:
    """Whether an object's name and namespace are those of ``selector``. Raises SelectorError for other fields."""
    tests = [_field(part) for part in selector.split(",") if part]
    return lambda item: all(test(mapping(item, "metadata")) for test in tests)


def _field(part: str) -> _Test:
    found = re.fullmatch(r"([\w.]+)(==|=|!=)(.*)", part)
    if found is None or found[1] not in _FIELDS:
        raise SelectorError(f"field label not supported: {part.partition('=')[0]}")
    key, unequal, value = found[1].rpartition(".")[2], found[2] == "!=", found[3]
    return lambda metadata: (metadata.get(key) != value) == unequal


def _requirement(part: str) -> _Test:
    if found := _SET.fullmatch(part):
        key, wanted = found[1], {value.strip() for value in found[3].split(",")}
        if found[2] == "in":
            return lambda labels: labels.get(key) in wanted
        return lambda labels: labels.get(key) not in wanted
    if found := _EQUAL.fullmatch(part):
        key, value = found[1], found[3]
        if found[2] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _THERE.fullmatch(part):
        key, absent = found[2], bool(found[1])
        return lambda labels: (key in labels) != absent
    raise SelectorError(f"unable to parse requirement: {part!r}")
