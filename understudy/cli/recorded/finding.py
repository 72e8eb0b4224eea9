"""The recordings that a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from understudy.cli.options import SettingsChoice
from understudy.domain.errors import ConfigurationError, Fault, near_match
from understudy.providers.recording.shelf import Conversation, conversations

if TYPE_CHECKING:
    from understudy.config.models.settings import Settings

__all__ = ["Shelf", "open_shelf"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The recordings of a folder, as the settings see them."""

    folder: Path
    conversations: Sequence[Conversation]
    settings: Settings

    @property
    def expires_after_days(self) -> float | None:
        """The age in days from which on they are old; None: never."""
        return self.settings.recording.expires_after_days

    def chosen(self, words: Sequence[str]) -> Sequence[Conversation]:
        """Those that are named; all where none is. Raises click.UsageError."""
        return [self.named(word) for word in words] if words else self.conversations

    def named(self, word: str) -> Conversation:
        """The one with this path, this name, or this part of it. Raises click.UsageError for none and for several."""
        exact = [each for each in self.conversations if each.name == word or each.path == Path(word)]
        found = exact or [each for each in self.conversations if word in each.name]
        if len(found) == 1:
            return found[0]
        names = [each.name for each in self.conversations]
        if found:
            raise click.UsageError(f"{word!r} names {len(found)} recordings: {', '.join(each.name for each in found)}.")
        near = near_match(word, names) or near_match(word, [name.rpartition("/")[2] for name in names])
        meant = f" Did you mean {near!r}?" if near else " `understudy recordings list` shows those that there are."
        raise click.UsageError(f"No recording in {self.folder} is called {word!r}.{meant}")

    def readable(self, word: str) -> Conversation:
        """The named one. Raises ConfigurationError where its file cannot be read, and click.UsageError."""
        found = self.named(word)
        if found.problem is not None:
            hint = "Mend the file, or delete it and record it again."
            raise ConfigurationError([Fault(where=str(found.path), reason=found.problem, hint=hint)])
        return found


def open_shelf(choice: SettingsChoice, folder: Path | None) -> Shelf:
    """The recordings of ``folder``, or of the settings'. Raises ConfigurationError for faults of the settings."""
    from understudy.providers.generation.choosing.catalog import generation_registry

    settings = choice.load(generation_registry()).settings
    place = folder or settings.recording.folder
    after = settings.recording.expires_after_days
    return Shelf(place, conversations(place, now=datetime.now(UTC), expires_after_days=after), settings)
