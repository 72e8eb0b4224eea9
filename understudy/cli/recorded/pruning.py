"""Which recordings may go, and their end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from understudy.cli.recorded.finding import Shelf
from understudy.providers.recording.notices import used_in
from understudy.providers.recording.shelf import Conversation

__all__ = ["candidates", "delete"]


def candidates(shelf: Shelf, *, expired: bool, unused: Path | None) -> list[tuple[Conversation, str]]:
    """The recordings that may go, each with the reason; what cannot be read is none of them.

    Raises OSError where the list of those in use cannot be read.
    """
    used = None if unused is None else used_in(unused)
    found: list[tuple[Conversation, str]] = []
    for each in shelf.conversations:
        reasons: list[str] = []
        if expired and each.expired and each.age is not None:
            reasons.append(f"{each.age.days} days old")
        if used is not None and each.path.resolve() not in used:
            reasons.append("not used")
        if reasons and each.problem is None:
            found.append((each, ", ".join(reasons)))
    return found


def delete(folder: Path, paths: Iterable[Path]) -> None:
    """Delete files, and the folders below ``folder`` that they leave empty. Raises OSError."""
    for path in paths:
        path.unlink()
        for parent in path.parents:
            if parent == folder or any(parent.iterdir()):
                break
            parent.rmdir()
