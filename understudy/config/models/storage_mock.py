"""Settings of the storage family's stand-in."""

from __future__ import annotations

from pydantic import Field, PositiveInt

from understudy.config.models.base import Section

__all__ = ["StorageFault", "StorageMockSettings"]


class StorageFault(Section):
    """A command that fails, and how. The first fault that takes a command fails it."""

    command: str | None = None
    """The command's short name (`CreateTable`); absent: any."""
    code: int = Field(ge=0)
    """The stable code: 1001 for a lost connection, 2007 for a missing permission; see the error tables."""
    message: str = "the stand-in's script says so"
    """What the error says."""
    nth: PositiveInt = 1
    """From which of the commands that it takes on it fails them: 1 is the first."""
    times: PositiveInt | None = None
    """How many it fails, before it steps aside; absent: every one from then on."""
    retryable: bool = False
    """Whether the error says that the same command may succeed later."""


class StorageMockSettings(Section):
    """The stand-in of a storage backend: DuckDB in memory behind the backend's name, rules and capabilities."""

    faults: tuple[StorageFault, ...] = ()
    """Commands that fail."""
