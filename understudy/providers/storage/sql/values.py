"""The text of a typed value, as every engine reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from understudy.providers.storage.sql.types import DataKind

__all__ = ["checked_value", "digits_of", "moment"]

_DIGITS = 38
"""What a decimal of every engine can hold."""


def checked_value(kind: DataKind, text: str) -> str:
    """The text of a value in one form: ``2024-01-01 00:00:00`` for a TIMESTAMP, in UTC where it has a zone.

    Raises ValueError for what is no such value.
    """
    check = _CHECKS.get(kind)
    return text if check is None else check(text.strip())


def digits_of(texts: tuple[str, ...]) -> tuple[int, int]:
    """Precision and scale of the decimal type that holds every one of these numbers exactly."""
    numbers = [Decimal(text).as_tuple() for text in texts]
    scale = max((-number.exponent for number in numbers if isinstance(number.exponent, int)), default=0)
    scale = max(scale, 0)
    whole = max((len(number.digits) + int(number.exponent) for number in numbers), default=1)
    return max(whole, 1) + scale, scale


def moment(seconds: int) -> str:
    """A time in epoch seconds as a timestamp's text, in UTC. Raises ValueError for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} seconds are beyond the calendar") from error


def _whole(bits: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        number = int(text)
        if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            raise ValueError(f"{text} has more than {bits} bits")
        return str(number)

    return check


def _decimal(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no decimal") from error
    if not number.is_finite() or abs(number.adjusted()) > _DIGITS or digits_of((text,))[0] > _DIGITS:
        raise ValueError(f"{text[:80]} has more than {_DIGITS} digits")
    return format(number, "f")


def _real(text: str) -> str:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not finite")
    return repr(number)


def _boolean(text: str) -> str:
    word = {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text.lower())
    if word is None:
        raise ValueError(f"{text!r} is neither true nor false")
    return word


def _timestamp(text: str) -> str:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)).isoformat(sep=" ")


_CHECKS: Mapping[DataKind, Callable[[str], str]] = {
    "INTEGER": _whole(32),
    "BIGINT": _whole(64),
    "DECIMAL": _decimal,
    "DOUBLE": _real,
    "REAL": _real,
    "BOOLEAN": _boolean,
    "DATE": lambda text: date.fromisoformat(text).isoformat(),
    "TIMESTAMP": _timestamp,
}
