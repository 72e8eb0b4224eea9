"""Explains why a request matches nothing: the nearest recorded one, and where the two differ."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from understudy.providers.recording.exchanges import Asked

__all__ = ["Candidate", "nearest"]

_ABSENT = object()
_SHOWN = 60
_COMPARED = 400
_MOST = 20
_FAR = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A recorded request, where it stands, and how it differs from the one that was made."""

    where: str
    differences: tuple[str, ...]


def nearest(wanted: Asked, recorded: Iterable[tuple[str, Asked]]) -> Candidate | None:
    """The recorded request that differs least, the first of several; None where nothing is recorded.

    One to another path is never nearer than one to the same.
    """
    best: tuple[float, Candidate] | None = None
    for where, other in recorded:
        found = _compared(wanted, other)
        far = sum(each.weight for each in found)
        far += _FAR * ((wanted.method, wanted.path) != (other.method, other.path))
        if best is None or far < best[0]:
            best = (far, Candidate(where, tuple(each.words for each in found[:_MOST])))
    return None if best is None else best[1]


@dataclass(frozen=True, slots=True)
class _Difference:
    """``weight`` is 1 and up to 1 more, the less two texts have in common."""

    words: str
    weight: float


def _compared(wanted: Asked, recorded: Asked) -> list[_Difference]:
    return [
        *_differences("method", wanted.method, recorded.method),
        *_differences("path", wanted.path, recorded.path),
        *_differences("body", _readable(wanted), _readable(recorded)),
    ]


def _readable(asked: Asked) -> Any:
    return asked.body if asked.is_json else asked.body.decode("utf-8", "replace")


def _differences(where: str, wanted: Any, recorded: Any) -> Iterator[_Difference]:
    if isinstance(wanted, dict) and isinstance(recorded, dict):
        for name in dict.fromkeys([*recorded, *wanted]):
            yield from _differences(f"{where}.{name}", wanted.get(name, _ABSENT), recorded.get(name, _ABSENT))
    elif isinstance(wanted, list) and isinstance(recorded, list):
        for place in range(max(len(wanted), len(recorded))):
            yield from _differences(f"{where}[{place}]", _at(wanted, place), _at(recorded, place))
    elif _plain(wanted) != _plain(recorded):
        words = f"{where} is {_show(wanted, recorded)}, recorded is {_show(recorded, wanted)}"
        yield _Difference(words, 1 + _unlike(wanted, recorded))


def _unlike(one: Any, other: Any) -> float:
    if isinstance(one, str) and isinstance(other, str):
        return 1 - difflib.SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).quick_ratio()
    return 1.0


def _at(items: list[Any], place: int) -> Any:
    return items[place] if place < len(items) else _ABSENT


def _plain(value: Any) -> Any:
    return value if value is _ABSENT else json.dumps(value, sort_keys=True)


def _show(value: Any, other: Any) -> str:
    """The value; of a long text, the part from a little before where it goes another way than ``other``."""
    if value is _ABSENT:
        return "absent"
    if not isinstance(value, str):
        text = json.dumps(value, sort_keys=True, ensure_ascii=False)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    same = 0
    if isinstance(other, str):
        same = next(
            (at for at, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other))
        )
    start = max(0, same - 20) if len(value) > _SHOWN else 0
    part = value[start : start + _SHOWN]
    return f"{'…' if start else ''}{part!r}{'…' if start + _SHOWN < len(value) else ''}"
