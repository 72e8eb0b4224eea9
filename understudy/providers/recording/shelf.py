"""All recordings below a folder, as the command line looks at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from understudy.domain.errors import ConfigurationError
from understudy.providers.recording.age import age_of, is_expired
from understudy.providers.recording.exchanges import Recorded
from understudy.providers.recording.files import found_in, read

__all__ = ["Conversation", "conversations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One file. ``family`` and ``provider`` are what its folder says; ``size`` is in bytes.

    ``problem`` says why it cannot be read; then there are no exchanges. ``age`` is that of the oldest exchange, None
    where the file does not say.
    """

    path: Path
    name: str
    family: str
    provider: str
    size: int
    exchanges: tuple[Recorded, ...] = ()
    age: timedelta | None = None
    expired: bool = False
    problem: str | None = None


def conversations(folder: Path, *, now: datetime, expires_after_days: float | None) -> list[Conversation]:
    """The recordings below ``folder``, sorted by path; none where there is no folder."""
    inner = (path for path in folder.rglob("*") if path.is_dir() and not path.name.startswith("."))
    return [
        _conversation(path, folder, now=now, after_days=expires_after_days)
        for place in sorted([folder, *inner])
        for path in found_in(place)
    ]


def _conversation(path: Path, folder: Path, *, now: datetime, after_days: float | None) -> Conversation:
    relative = path.relative_to(folder)
    family, *provider = relative.parts[:-1] or ("",)
    exchanges, problem = _read(path)
    age = age_of(exchanges, now=now)
    return Conversation(
        path=path,
        name=relative.as_posix(),
        family=family,
        provider="/".join(provider),
        size=path.stat().st_size,
        exchanges=tuple(exchanges),
        age=age,
        expired=is_expired(age, after_days),
        problem=problem,
    )


def _read(path: Path) -> tuple[Iterable[Recorded], str | None]:
    try:
        return read(path, as_written=True), None
    except ConfigurationError as error:
        return (), error.faults[0].reason
