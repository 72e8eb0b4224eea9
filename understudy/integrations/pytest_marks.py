"""What ``@pytest.mark.understudy(...)`` says of a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from understudy.domain.errors import near_match

__all__ = ["Marks"]

_WORDS = ("profile", "set", "use", "network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The markers of a test, its class and its module together; the nearest counts most. ``values`` are by path."""

    profile: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, item: pytest.Item) -> Self:
        """Raises pytest.UsageError for what the marker does not take."""
        profile: str | None = None
        values: dict[str, Any] = {}
        for mark in reversed(list(item.iter_markers("understudy"))):
            _check(mark, item)
            profile = mark.kwargs.get("profile", profile)
            for name, use in mark.kwargs.get("use", {}).items():
                values[f"{name}.use" if "." in name else f"generation.{name}.use"] = use
            values.update(mark.kwargs.get("set", {}))
        return cls(profile=profile, values=values)

    def nested(self) -> dict[str, Any]:
        """The values as mappings within mappings, as ``load_settings`` takes them from code."""
        found: dict[str, Any] = {}
        for key, value in self.values.items():
            *sections, last = key.split(".")
            section = found
            for name in sections:
                section = section.setdefault(name, {})
            section[last] = value
        return found


def _check(mark: pytest.Mark, item: pytest.Item) -> None:
    if mark.args:
        raise pytest.UsageError(f"{item.nodeid}: the marker understudy takes keywords only: {', '.join(_WORDS)}.")
    for word, value in mark.kwargs.items():
        if word not in _WORDS:
            near = near_match(word, _WORDS)
            meant = f" Did you mean {near!r}?" if near else f" It takes: {', '.join(_WORDS)}."
            raise pytest.UsageError(f"{item.nodeid}: the marker understudy has no {word!r}.{meant}")
        if word in ("set", "use") and not isinstance(value, Mapping):
            raise pytest.UsageError(
                f"{item.nodeid}: the marker's {word} is a mapping, as in {word}={_EXAMPLES[word]}, not {value!r}."
            )


_EXAMPLES = {"set": '{"generation.default": "gemini"}', "use": '{"claude": "real"}'}
