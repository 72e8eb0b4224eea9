"""Numbers that fit: within bounds, of the right step."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

__all__ = ["numbers"]

_VARIANTS = 16


def numbers(schema: Mapping[str, Any], *, integer: bool) -> Iterator[int | float]:
    """Numbers likely to fit the plain ``schema``, those nearest to zero first."""
    low, high = _bound(schema, "inimum", max), _bound(schema, "aximum", min)
    for step in _steps(schema, integer=integer, low=low, high=high):
        for count in _nearest_to_zero(low, high, step):
            yield _plain(count * step)


def _bound(schema: Mapping[str, Any], name: str, tightest: Any) -> Fraction | None:
    given = [schema[key] for key in (f"m{name}", f"exclusiveM{name}") if key in schema]
    return Fraction(str(tightest(given))) if given else None


def _steps(
    schema: Mapping[str, Any], *, integer: bool, low: Fraction | None, high: Fraction | None
) -> Iterator[Fraction]:
    if "multipleOf" in schema:
        step = Fraction(str(schema["multipleOf"]))
        # A multiple of 1/3 that is whole is a multiple of 1; of 3/2, of 3.
        yield Fraction(step.numerator) if integer else step
        return
    yield Fraction(1)
    if not integer and low is not None and high is not None and high > low:
        # A power of two, so that every multiple is exact in floating point.
        yield Fraction(2) ** (math.floor(math.log2(high - low)) - 4)


def _nearest_to_zero(low: Fraction | None, high: Fraction | None, step: Fraction) -> Iterator[int]:
    """How often the step fits, from the value nearest to zero away from it."""
    least = math.ceil(low / step) if low is not None else None
    most = math.floor(high / step) if high is not None else None
    if least is not None and least > 0:
        counts: Iterable[int] = range(least, least + _VARIANTS)
    elif most is not None and most < 0:
        counts = range(most, most - _VARIANTS, -1)
    else:
        counts = (sign * count for count in range(_VARIANTS) for sign in ((1, -1) if count else (1,)))
    yield from (n for n in counts if (least is None or n >= least) and (most is None or n <= most))


def _plain(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)
