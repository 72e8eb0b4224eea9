"""What the clients of a service have in common; a subclass sends bytes and gets bytes."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from understudy.config.models.http import RetrySettings
from understudy.domain.errors import StorageError
from understudy.domain.storage import CommandResult, RuntimeOptions, StorageCapabilities, StorageCredentials
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.driver import command_name
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.capabilities import read_capabilities
from understudy.providers.storage.service.envelope import read_response, request_message
from understudy.providers.storage.service.options import DEFAULT_MAX_MESSAGE
from understudy.providers.storage.service.retrying import repeatable, with_retries

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from understudy.domain.cancellation import Cancellation

__all__ = ["GRACE", "PATIENCE", "RemoteDriver", "Sending"]

GRACE = 5.0
"""Seconds that a client waits longer than the command's time limit: the service's own error says more."""
PATIENCE = 3600.0
"""Seconds that a client waits for a command without a time limit."""
_DESCRIBING = RuntimeOptions(timeout=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One request on its way. ``timeout`` is in seconds; ``repeatable`` says that the way may deliver it twice."""

    body: bytes
    command: str
    timeout: float
    cancellation: Cancellation | None
    repeatable: bool


class RemoteDriver(ABC):
    """A DriverClient of a service elsewhere. Blocking, and thread-safe.

    ``backend`` is which of the service's; without it the service's default, which is asked for when it is needed.
    ``retry`` says how often and after how long a command that was lost on its way is sent again (see ``retrying``);
    ``max_message`` is in bytes, each way. A command with a time limit is waited for a little longer than that, one
    without for ``patience`` seconds. ``sleep`` is how it waits in between, for tests.
    """

    def __init__(
        self,
        backend: str = "",
        *,
        retry: RetrySettings | None = None,
        max_message: int = DEFAULT_MAX_MESSAGE,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._backend = backend
        self._retry = retry or RetrySettings()
        self._max_message = max_message
        self._patience = patience
        self._sleep = sleep
        self._told: tuple[str, StorageCapabilities] | None = None
        self._lock = threading.Lock()

    @property
    def backend(self) -> str:
        """The backend's name. Asks the service once where none was given."""
        return self._backend or self._description()[0]

    @property
    def capabilities(self) -> StorageCapabilities:
        """What may be asked of it; the service is asked once. Raises StorageError where it does not answer."""
        return self._description()[1]

    def run_command(
        self,
        credentials: StorageCredentials | None,
        command: Any,
        features: tuple[str, ...] = (),
        runtime_options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """Run one command; see DriverClient. Without ``credentials`` it runs with those that the service has."""
        message = request_message(credentials, command, features, runtime_options, backend=self._backend)
        return self._exchange(message, command, runtime_options)

    @abstractmethod
    def close(self) -> None:
        """Close the connections. Commands that run are stopped. Closing twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def _send(self, sending: Sending) -> bytes:
        """The answer's body. Raises Lost where none came, StorageError where it is an error."""

    def _failed(self, code: StorageCode, message: str, command: str, *, hint: str | None = None) -> StorageError:
        """An error of the way, not of the backend."""
        retryable = code in (StorageCode.CONNECTION, StorageCode.TIMEOUT)
        backend = self._backend or "service"
        return storage_error(code, message, backend=backend, command=command, hint=hint, retryable=retryable)

    def _exchange(self, message: pb.DriverRequest, command: Message, options: RuntimeOptions | None) -> CommandResult:
        name = command_name(command)
        body = message.SerializeToString()
        if len(body) > self._max_message:
            raise self._failed(
                StorageCode.MESSAGE_TOO_LARGE,
                f"the command has {len(body)} bytes where {self._max_message} may be sent; nothing was sent",
                name,
                hint="Put less into one command, or raise max_message here and in the service.",
            )
        timeout = options.timeout if options is not None else None
        sending = Sending(
            body=body,
            command=name,
            timeout=self._patience if timeout is None else timeout + GRACE,
            cancellation=options.cancellation if options is not None else None,
            repeatable=repeatable(command),
        )
        answer = with_retries(
            lambda: self._send(sending),
            command=command,
            settings=self._retry,
            timeout=sending.timeout,
            sleep=self._sleep,
        )
        return read_response(answer, command)

    def _description(self) -> tuple[str, StorageCapabilities]:
        told = self._told
        if told is None:
            command = pb.DescribeService()
            found: pb.ServiceDescription = self._exchange(request_message(None, command), command, _DESCRIBING).response
            with self._lock:
                told = self._told = self._own(found)
        return told

    def _own(self, described: pb.ServiceDescription) -> tuple[str, StorageCapabilities]:
        wanted = self._backend or described.default_backend
        found = next((backend for backend in described.backends if backend.name == wanted), None)
        if found is None:
            names = ", ".join(backend.name for backend in described.backends)
            reason = f"the service has no backend {wanted!r}" if wanted else "the service has no default backend"
            raise self._failed(StorageCode.VALIDATION, reason, "DescribeService", hint=f"It serves {names}.")
        try:
            return wanted, read_capabilities(found)
        except msgspec.ValidationError as error:
            raise self._failed(
                StorageCode.UNKNOWN, f"the service's description cannot be read: {error}", "DescribeService"
            ) from error
