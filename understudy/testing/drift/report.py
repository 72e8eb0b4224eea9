"""What came of the questions, as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.testing.drift.shapes import Shape

__all__ = ["Check", "Difference", "DriftReport", "differences"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field of which the service and its stand-in tell different things; None where one has no such field."""

    field: str
    real: str | None
    stand_in: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question, answered by both.

    ``real_error`` has the service's error in words, redacted, where it answered with one. ``unchecked`` says why the
    question could not be answered: a limit, a timeout; such a check says nothing about drift.
    """

    name: str
    real: Shape = field(default_factory=dict)
    stand_in: Shape = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    real_error: str | None = None
    unchecked: str | None = None

    @property
    def ok(self) -> bool:
        """Whether both told the same."""
        return not self.differences and self.unchecked is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """All questions to one provider."""

    provider: str
    model: str
    checks: Sequence[Check]

    @property
    def ok(self) -> bool:
        """Whether every question was answered, and the stand-in does as the service does."""
        return all(check.ok for check in self.checks)

    @property
    def drifted(self) -> tuple[Check, ...]:
        """The checks in which they differ."""
        return tuple(check for check in self.checks if check.differences)

    @property
    def unchecked(self) -> tuple[Check, ...]:
        """The checks that could not be made."""
        return tuple(check for check in self.checks if check.unchecked is not None)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "provider": self.provider,
            "model": self.model,
            "ok": self.ok,
            "checks": [_as_dict(check) for check in self.checks],
        }


def differences(real: Shape, stand_in: Shape) -> tuple[Difference, ...]:
    """Every field that is not the same; of an answer held against an error, only that."""
    fields = [*real, *(name for name in stand_in if name not in real)]
    if real["outcome"] != stand_in["outcome"]:
        fields = [name for name in fields if name in ("outcome", "error")]
    return tuple(
        Difference(field=name, real=real.get(name), stand_in=stand_in.get(name))
        for name in fields
        if real.get(name) != stand_in.get(name)
    )


def _as_dict(check: Check) -> Mapping[str, Any]:
    return {
        "name": check.name,
        "ok": check.ok,
        "differences": [
            {"field": each.field, "real": each.real, "stand_in": each.stand_in} for each in check.differences
        ],
        "unchecked": check.unchecked,
        "real_error": check.real_error,
        "real": dict(check.real),
        "stand_in": dict(check.stand_in),
    }
