"""Runs commands in this process: finds the handler, gives it a session, and turns what goes wrong into typed errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError, StorageError, near_match
from understudy.domain.storage import CommandResult, RuntimeOptions, StorageCapabilities, StorageCredentials
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.deadline import Watcher
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.pool import ConnectionPool
from understudy.providers.storage.session import Session

if TYPE_CHECKING:
    from understudy.providers.storage.sql.backend import SqlBackend

__all__ = ["Handler", "LocalDriver", "command_name"]

Handler = Callable[[Session, Any], Any]
"""Carries a command out: takes its session and the command, returns the response message or None."""

_PACKAGE = "understudy.storage.v1."
_NO_OPTIONS = RuntimeOptions()


def command_name(command: Any) -> str:
    """A command's short name: ``CreateBucket`` for a CreateBucketCommand; its full type name where it is not ours."""
    full: str = command.DESCRIPTOR.full_name
    return full.removeprefix(_PACKAGE).removesuffix("Command") if full.startswith(_PACKAGE) else full


class LocalDriver:
    """A DriverClient over a backend's own handlers. Thread-safe; every command has a connection to itself."""

    def __init__(self, backend: SqlBackend) -> None:
        self._backend = backend
        self._handlers: Mapping[str, Handler] = backend.handlers
        self._pool = ConnectionPool(backend.connect, limit=backend.connection_limit)
        self._watcher = Watcher()

    @property
    def backend(self) -> str:
        """The backend's name."""
        return self._backend.name

    @property
    def capabilities(self) -> StorageCapabilities:
        """What may be asked of it."""
        return self._backend.capabilities

    def run_command(
        self,
        credentials: StorageCredentials,
        command: Any,
        features: tuple[str, ...] = (),
        runtime_options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """Run one command; see DriverClient."""
        name = command_name(command)
        handler = self._handlers.get(name)
        if handler is None or name not in self._backend.capabilities.commands:
            raise self._unsupported(name)
        session = Session(
            backend=self._backend,
            credentials=credentials,
            features=frozenset(features),
            options=runtime_options or _NO_OPTIONS,
            check_out=self._pool.check_out,
            watcher=self._watcher,
        )
        try:
            with session.limited(
                session.options.timeout or self._backend.time_limit, cancellation=session.options.cancellation
            ):
                response = handler(session, command)
        except MissingDependencyError:
            raise  # it says what to install, which no code of a command's failure does
        except Exception as error:
            raise self._typed(error, name, session) from error
        finally:
            self._pool.give_back(session.credentials, session.connection_in_use, tainted=session.tainted)
        return CommandResult(response=response, messages=tuple(session.messages))

    def close(self) -> None:
        """Stop what runs and close every connection."""
        self._pool.close()
        self._watcher.close()
        self._backend.close()

    def _unsupported(self, name: str) -> StorageError:
        known = self._backend.capabilities.commands
        near = near_match(name, known)
        if name in self._backend.handlers or name in _all_commands():
            reason, hint = f"{self._backend.title} does not do this", "Ask driver.capabilities.commands first."
        else:
            reason = "there is no such command"
            hint = f"Did you mean {near}?" if near else "See the commands in storage.proto."
        return self._error(StorageCode.NOT_SUPPORTED, f"{reason}; nothing was touched.", name, hint=hint)

    def _typed(self, error: Exception, name: str, session: Session) -> StorageError:
        """The StorageError of whatever a handler or the engine raised."""
        if isinstance(error, StorageError):
            typed = error
        else:
            fault = error if isinstance(error, CommandFault) else self._backend.translate(error)
            typed = self._error(fault.code, fault.message, name, hint=fault.hint, retryable=fault.retryable)
        typed.log = tuple(session.messages)
        return typed

    def _error(
        self, code: StorageCode, message: str, name: str, *, hint: str | None = None, retryable: bool = False
    ) -> StorageError:
        return storage_error(code, message, backend=self._backend.name, command=name, hint=hint, retryable=retryable)


def _all_commands() -> frozenset[str]:
    from understudy.providers.storage.protocol import storage_pb2

    names = storage_pb2.DESCRIPTOR.message_types_by_name
    return frozenset(name.removesuffix("Command") for name in names if name.endswith("Command"))
