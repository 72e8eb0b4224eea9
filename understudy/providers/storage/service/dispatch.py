"""What gRPC and HTTP have in common: a request in, the right driver, a response or a typed error out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from traceback import extract_tb
from types import MappingProxyType

from google.protobuf.message import Message

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import MissingCredentialsError, StorageError, UnderstudyError, near_match
from understudy.domain.storage import CommandResult, DriverClient, StorageCredentials
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.driver import command_name
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.capabilities import describe
from understudy.providers.storage.service.envelope import Request, read_request, refused, response_message

__all__ = ["StorageService"]

logger = logging.getLogger("understudy.storage.service")

_NONE: Mapping[str, Callable[[], StorageCredentials]] = MappingProxyType({})
_ANONYMOUS = StorageCredentials()


class StorageService:
    """Runs requests on the drivers by name. Thread-safe; the drivers are closed by whoever made them.

    ``default`` is the backend of a request that names none; without it the only one, if there is only one.
    ``credentials`` gives, by backend, those of a request that brings none. Raises ValueError for no driver at all, and
    for a default that is none of them.
    """

    def __init__(
        self,
        drivers: Mapping[str, DriverClient],
        *,
        default: str | None = None,
        credentials: Mapping[str, Callable[[], StorageCredentials]] = _NONE,
    ) -> None:
        if not drivers:
            raise ValueError("A storage service needs a backend to serve.")
        if default is not None and default not in drivers:
            raise ValueError(f"The default backend {default!r} is not among {', '.join(sorted(drivers))}.")
        self._drivers = dict(drivers)
        self._default = default or (next(iter(drivers)) if len(drivers) == 1 else "")
        self._credentials = credentials

    @property
    def backends(self) -> tuple[str, ...]:
        """The backends' names."""
        return tuple(sorted(self._drivers))

    def execute(
        self, message: pb.DriverRequest, *, cancellation: Cancellation, time_left: float | None = None
    ) -> pb.DriverResponse:
        """Run one request. ``time_left`` is the caller's deadline, in seconds; it counts where it is the shorter one.

        Raises StorageError, and nothing else.
        """
        request = read_request(message)
        if isinstance(request.command, pb.DescribeService):
            described = describe(self._drivers, self._default)
            return response_message(CommandResult(response=described))
        return response_message(self._run(request, cancellation, time_left))

    def _run(self, request: Request, cancellation: Cancellation, time_left: float | None) -> CommandResult:
        name = request.backend or self._default
        driver = self._drivers.get(name)
        if driver is None:
            raise self._no_backend(name)
        limits = [limit for limit in (request.options.timeout, time_left) if limit is not None]
        options = replace(request.options, timeout=min(limits, default=None), cancellation=cancellation)
        failure: StorageError
        try:
            credentials = self._own(name) if request.credentials is None else request.credentials
            return driver.run_command(credentials, request.command, request.features, options)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a typed one
            failure = _unexpected(error, name, request.command)
        raise failure

    def _own(self, name: str) -> StorageCredentials:
        resolve = self._credentials.get(name)
        return _ANONYMOUS if resolve is None else resolve()

    def _no_backend(self, name: str) -> StorageError:
        known = ", ".join(self.backends)
        if not name:
            return refused(
                "the request names no backend; nothing was touched", hint=f"Set runtime_options.backend: {known}."
            )
        near = near_match(name, self.backends)
        hint = f"Did you mean {near!r}?" if near else f"It serves {known}."
        return refused(f"the service has no backend {name!r}; nothing was touched", hint=hint)


def _unexpected(error: Exception, backend: str, command: Message) -> StorageError:
    """The error for what no driver should raise. Only words of our own are passed on: others may hold a secret."""
    name = command_name(command)
    if isinstance(error, UnderstudyError):
        credentials = isinstance(error, MissingCredentialsError)
        code = StorageCode.AUTHENTICATION if credentials else StorageCode.UNKNOWN
        return storage_error(code, str(error), backend=backend, command=name)
    where = extract_tb(error.__traceback__)[-1]
    logger.error(
        "%s %s: the driver failed with %s at %s:%s", backend, name, type(error).__name__, where.filename, where.lineno
    )
    return storage_error(
        StorageCode.UNKNOWN,
        f"the driver failed with {type(error).__name__}, which should not happen",
        backend=backend,
        command=name,
        hint="The service's log says where; please report it.",
    )
