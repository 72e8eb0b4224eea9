"""How long a token is to live: seconds, or a duration as Go writes it."""

from __future__ import annotations

import re

from understudy.domain.errors import InvalidRequestError

__all__ = ["LEAST", "expiration_of", "go_duration", "seconds_of"]

LEAST = 600.0
"""The shortest life of a token that services grant, in seconds."""

_MOST = 10 * 365 * 24 * 3600.0  # Go's own limit is 292 years; nobody means more than ten
_DURATION = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PARTS = re.compile(r"([\d.]+)([a-zµ]+)")


def seconds_of(expiration: str | float) -> float | None:
    """The seconds that ``expiration`` means; None where it is neither a number nor a duration."""
    if isinstance(expiration, bool):
        return None
    if isinstance(expiration, int | float):
        return float(expiration)
    if expiration.isascii() and expiration.isdecimal():
        return float(expiration)
    if not re.fullmatch(f"(?:{_DURATION.pattern})+", expiration):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _PARTS.findall(expiration))


def expiration_of(operation: str, expiration: str | int) -> str | int:
    """``expiration`` as it is sent: seconds as a number. Raises InvalidRequestError for what services refuse."""
    seconds = seconds_of(expiration)
    if seconds is None:
        raise _invalid(operation, "expiration is neither seconds nor a duration such as 30m or 4h.")
    if not LEAST <= seconds <= _MOST:
        raise _invalid(operation, "expiration must be at least 10 minutes and at most 10 years.")
    return int(seconds) if isinstance(expiration, int) or expiration.isdecimal() else expiration


def go_duration(seconds: float) -> str:
    """Seconds as Go writes them: ``4h0m0s``."""
    whole, rest = divmod(seconds, 1)
    minutes, left = divmod(int(whole), 60)
    hours, minutes = divmod(minutes, 60)
    tail = f"{left + rest:g}s"
    if hours:
        return f"{hours}h{minutes}m{tail}"
    return f"{minutes}m{tail}" if minutes else tail


def _invalid(operation: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"{message} Nothing was sent.",
        provider="maas",
        operation=operation,
        phase="send",
        code="INVALID_REQUEST",
        hint="",
    )
