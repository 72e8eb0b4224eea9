"""How old recordings are, and from when on they are old."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from understudy.providers.recording.exchanges import Recorded

__all__ = ["age_of", "is_expired", "recorded_at"]


def recorded_at(exchange: Recorded) -> datetime | None:
    """When an exchange was recorded; None where its file does not say, or not in a way that can be read."""
    try:
        at = datetime.fromisoformat(exchange.at)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def age_of(exchanges: Iterable[Recorded], *, now: datetime) -> timedelta | None:
    """The age of the oldest exchange; None where no file says when it was made."""
    known = [at for at in map(recorded_at, exchanges) if at is not None]
    return max(timedelta(), now - min(known)) if known else None


def is_expired(age: timedelta | None, after_days: float | None) -> bool:
    """Whether a recording of this age is older than ``after_days``; one of unknown age never is."""
    return age is not None and after_days is not None and age > timedelta(days=after_days)
