"""What a backend's database driver is wrapped in: one statement at a time, rows as tuples, transactions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.domain.storage import RuntimeOptions

__all__ = ["Connection", "ResultColumn", "Rows"]


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result; ``type`` is the engine's own name for it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What a statement gave. ``affected`` is the number of rows that it changed, None where the engine does not say."""

    columns: tuple[ResultColumn, ...] = ()
    rows: Sequence[tuple[Any, ...]] = ()
    affected: int | None = None

    def scalar(self) -> Any:
        """The first value of the first row; None where there is none."""
        return self.rows[0][0] if self.rows else None


class Connection(ABC):
    """One connection to a database. Used by one command at a time; the driver's own exceptions pass through."""

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Make ready for the next command: mark its statements by its run and tags, where the engine keeps marks.

        ``limit`` is how many seconds the command may take, None for no limit; for drivers that need a limit of their
        own, to give up a server that is gone. The default does nothing.
        """
        _ = options, limit

    @abstractmethod
    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all.

        ``parameters`` are bound, never pasted. A statement that only changes rows has ``affected`` and no columns.
        """

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns that a query would give; a driver that can tell without running it overrides this."""
        return self.execute(sql).columns

    @abstractmethod
    def begin(self) -> None:
        """Begin a transaction. Backends without transactions do nothing."""

    @abstractmethod
    def commit(self) -> None:
        """Commit it."""

    @abstractmethod
    def rollback(self) -> None:
        """Roll it back."""

    @abstractmethod
    def interrupt(self) -> None:
        """Stop the statement that runs in another thread; the engine then raises in that thread.

        Where a driver cannot be stopped from outside, the backend passes the limit to the engine and does nothing here.
        """

    def usable(self) -> bool:
        """Whether another command may use it; False after a failure that leaves its state unknown."""
        return True

    def reset(self) -> bool:
        """Undo what a user's own statement may have left: the current schema, variables, temporary tables.

        False, the default, where that is not sure; then the connection is closed.
        """
        return False

    @abstractmethod
    def close(self) -> None:
        """Close it. Closing twice is harmless."""

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block did, or roll all of it back where it raised."""
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()
