"""A session of Exasol, through the vendor's driver."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from understudy.domain.storage import RuntimeOptions
from understudy.providers.storage.connection import Connection, ResultColumn, Rows

if TYPE_CHECKING:
    from pyexasol import ExaConnection

__all__ = ["ExasolSession"]


class ExasolSession(Connection):
    """One session, which commits every statement by itself unless a transaction was begun."""

    def __init__(self, connection: ExaConnection) -> None:
        self.driver: Any = connection  # of the driver's methods only some are typed
        """The driver's own, for files that go over its connection."""
        self._seconds = 0
        self._broken = False

    def prepare(self, options: RuntimeOptions, *, limit: float | None) -> None:
        """Limit each statement of the next command, beside the limit from outside: 0 is no limit."""
        _ = options
        seconds = 0 if limit is None else math.ceil(limit) + 1
        if seconds != self._seconds:
            self.driver.set_query_timeout(seconds)
            self._seconds = seconds

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all. Nothing is ever bound."""
        _ = parameters
        with self._watched(), self.driver.execute(sql) as statement:
            if statement.result_type != "resultSet":
                return Rows(affected=statement.rowcount())
            rows = statement.fetchall() if limit is None else statement.fetchmany(limit)
            columns = tuple(ResultColumn(name, _type(told)) for name, told in statement.columns().items())
            return Rows(columns=columns, rows=rows)

    def begin(self) -> None:
        """Begin a transaction."""
        self.driver.set_autocommit(False)

    def commit(self) -> None:
        """Commit it."""
        with self._watched():
            self.driver.commit()
            self.driver.set_autocommit(True)

    def rollback(self) -> None:
        """Roll it back."""
        with self._watched():
            self.driver.rollback()
            self.driver.set_autocommit(True)

    def interrupt(self) -> None:
        """Ask the server to abort the statement that runs; that statement then fails."""
        with contextlib.suppress(Exception):  # whoever interrupts asks again while the statement runs
            self.driver.abort_query()

    def usable(self) -> bool:
        """Whether the session is still open."""
        return not self._broken and not self.driver.is_closed

    def close(self) -> None:
        """End the session."""
        self.driver.close(disconnect=not self._broken)

    def _watched(self) -> _Watched:
        return _Watched(self)

    def fail(self, error: BaseException) -> None:
        """Remember that the server cannot be reached through this session any more."""
        from pyexasol import ExaCommunicationError

        self._broken = self._broken or isinstance(error, ExaCommunicationError)


class _Watched:
    """A block whose lost connection is remembered."""

    def __init__(self, session: ExasolSession) -> None:
        self._session = session

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self._session.fail(error)


def _type(told: Any) -> str:
    """A column's type of what the driver tells, in the language's words."""
    name = str(told["type"])
    if name == "DECIMAL":
        return f"DECIMAL({told['precision']},{told['scale']})"
    return f"{name}({told['size']})" if name in {"CHAR", "VARCHAR"} else name
