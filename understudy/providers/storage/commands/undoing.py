"""What is made in several steps is taken back where one fails, on engines whose DDL no transaction takes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from understudy.domain.storage import LogLevel

if TYPE_CHECKING:
    from understudy.providers.storage.session import Session

__all__ = ["Undo", "undoing"]

Undo = list[tuple[str, Callable[[], object]]]
"""What would take back each step that was done, and what it made, in words."""


@contextmanager
def undoing(session: Session) -> Iterator[Undo]:
    """Where the block raises, what it has put into the list is called, the last first.

    What cannot be taken back is told to the user, who must clear it up; the block's own error goes on.
    """
    steps: Undo = []
    try:
        yield steps
    except Exception:
        for what, take_back in reversed(steps):
            try:
                take_back()
            except Exception as error:  # noqa: BLE001 - the first error matters; this one is told in a message
                reason = session.backend.translate(error).message
                session.log(LogLevel.WARNING, f"{what} was made and could not be taken back: {reason}")
        raise
