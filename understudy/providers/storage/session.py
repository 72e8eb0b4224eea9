"""One command's surroundings: its connection, its log, its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from understudy.domain.secrets import MASK
from understudy.domain.storage import LogLevel, LogMessage, RuntimeOptions, StorageCapabilities, StorageCredentials
from understudy.providers.storage.connection import Connection, ResultColumn, Rows
from understudy.providers.storage.deadline import Deadline, Watcher
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.names import NameGenerator
from understudy.providers.storage.sql.catalog import Catalog

if TYPE_CHECKING:
    from understudy.domain.cancellation import Cancellation
    from understudy.providers.storage.sql.backend import SqlBackend
    from understudy.providers.storage.sql.statements import Statements

__all__ = ["Session"]


class Session:
    """What a handler works with. Made for one command and closed after it, so that nothing passes between tenants."""

    def __init__(
        self,
        *,
        backend: SqlBackend,
        credentials: StorageCredentials,
        features: frozenset[str],
        options: RuntimeOptions,
        check_out: Callable[[StorageCredentials], Connection],
        watcher: Watcher,
    ) -> None:
        self.backend = backend
        self.credentials = credentials
        self.features = features
        self.options = options
        self.messages: list[LogMessage] = []
        self.deadline: Deadline | None = None
        self.tainted = False  # set before a user's own statement runs: what it leaves in the connection is for nobody
        self._check_out = check_out
        self._watcher = watcher
        self._connection: Connection | None = None
        self._in_transaction = False

    @property
    def capabilities(self) -> StorageCapabilities:
        """The backend's."""
        return self.backend.capabilities

    @property
    def names(self) -> NameGenerator:
        """How new objects are called."""
        return self.backend.names

    @property
    def sql(self) -> Statements:
        """The backend's statements."""
        return self.backend.statements

    @property
    def catalog(self) -> Catalog:
        """What there is in the database."""
        return self.backend.catalog(self)

    def check(self) -> None:
        """Raises CommandFault once where the command is to stop; for work between two statements."""
        if self.deadline is not None:
            self.deadline.check()

    @property
    def connection(self) -> Connection:
        """The command's connection, made when it is first needed. Raises CommandFault once where it is to stop."""
        self.check()
        if self._connection is None:
            self._connection = self._check_out(self.credentials)
            self._connection.prepare(self.options, limit=self.options.timeout or self.backend.time_limit)
        return self._connection

    @property
    def connection_in_use(self) -> Connection | None:
        """The connection, None where the command has needed none."""
        return self._connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), *, limit: int | None = None) -> Rows:
        """Run one statement and read what it gives: the first ``limit`` rows, None for all."""
        with self._heard():
            return self.connection.execute(sql, parameters, limit=limit)

    def describe(self, sql: str) -> tuple[ResultColumn, ...]:
        """The columns that a query would give."""
        with self._heard():
            return self.connection.describe(sql)

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Tell the deadline of a failure, which may be the stop that it asked for."""
        try:
            yield
        except Exception:
            if self.deadline is not None:
                self.deadline.heard()
            raise

    def run(self, statements: Iterable[str]) -> None:
        """Run statements one after the other."""
        for sql in statements:
            self.execute(sql)

    def run_private(self, statements: Iterable[str], *secrets: str) -> None:
        """Run statements that have secrets in them: an engine that quotes one in its error does not give it away."""
        try:
            self.run(statements)
        except Exception as error:  # noqa: BLE001 - whatever the engine's driver raises, it is raised again, masked
            fault = error if isinstance(error, CommandFault) else self.backend.translate(error)
            message = fault.message
            for secret in filter(None, secrets):
                message = message.replace(secret, MASK)
            raise CommandFault(fault.code, message, hint=fault.hint, retryable=fault.retryable) from None

    def limited(self, seconds: float | None, *, cancellation: Cancellation | None = None) -> Deadline:
        """A limit on what is done within it, beside those around it; None is none."""
        return Deadline(seconds, self, self._watcher, cancellation=cancellation)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it, where the backend has transactions; a block within one belongs to it."""
        if self._in_transaction or not self.capabilities.transactions:
            yield
            return
        self._in_transaction = True
        try:
            with self.connection.transaction():
                yield
        finally:
            self._in_transaction = False

    @contextmanager
    def ddl_transaction(self) -> Iterator[None]:
        """As ``transaction``, for blocks that create, alter or drop: only where DDL can be rolled back."""
        if not self.capabilities.ddl_in_transactions:
            yield
            return
        with self.transaction():
            yield

    def log(self, level: LogLevel, message: str) -> None:
        """Tell the user something; it goes with the response, or with the error."""
        self.messages.append(LogMessage(level=level, message=message))
