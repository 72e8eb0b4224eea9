"""Settings of `use: record` and `use: replay`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import PositiveFloat

from understudy.config.models.base import Section

__all__ = ["Policy", "RecordingSettings", "Timing"]

Policy: TypeAlias = Literal["once", "new", "all", "none"]
Timing: TypeAlias = Literal["at_once", "recorded"]


class RecordingSettings(Section):
    """Where recordings are, and how they are made and played."""

    folder: Path = Path("recordings")
    """Below it, one folder per family and provider: `recordings/generation/claude`."""
    policy: Policy = "all"
    """For `use: record`: `all` asks the service each time and replaces the conversations that it meets; `new` asks only
    for what is not recorded; `once` adds no exchange to a conversation that is there; `none` only replays."""
    timing: Timing = "at_once"
    """For what is replayed: `recorded` waits as the service did, before the answer, between its pieces and between
    retries."""
    expires_after_days: PositiveFloat | None = 90
    """From which age on a recording is old: playing it is logged as a warning, and still answers. null: never."""
    used_list: Path | None = None
    """A file to which the path of each recording is added when it is first played or written, for
    `understudy recordings prune --unused`. Several processes may add to one."""
