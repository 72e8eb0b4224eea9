"""The storage of an application: commands to any backend, by name or by default."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from understudy.config.models.base import StorageUse
from understudy.config.models.storage import StorageSettings
from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError
from understudy.domain.storage import (
    CommandResult,
    DriverClient,
    RuntimeOptions,
    StorageCapabilities,
    StorageCredentials,
)
from understudy.providers.storage.backend import CredentialsResolver, StorageBackend
from understudy.providers.storage.building import mock_backend, real_backend
from understudy.providers.storage.credentials.resolvers import ExternalCredentials, Fixed
from understudy.providers.storage.instances import Instance, Instances
from understudy.providers.storage.registry import StorageBackendRegistry, storage_registry

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["BackendBuilder", "Storage"]

BackendBuilder: TypeAlias = Callable[[Instance], StorageBackend]
"""Makes the backend of an instance, or its stand-in."""

_BUILDERS: Mapping[StorageUse, BackendBuilder] = MappingProxyType({"real": real_backend, "mock": mock_backend})
_NONE = StorageCredentials()


@dataclass(frozen=True, slots=True)
class _Open:
    """An instance that was asked for."""

    instance: Instance
    backend: StorageBackend
    driver: DriverClient
    credentials: CredentialsResolver


class Storage:
    """Runs commands. Callers branch on ``capabilities``, never on a name, so that adding a backend changes no caller.

    A backend is imported and its driver made when it is first asked for; drivers connect when a command needs it.
    Blocking, and thread-safe; ``run_async`` is for asynchronous programs. ``registry`` and ``plugins`` (third parties'
    sections as the settings loader validated them) are the installed ones where not given; ``builders`` make backends
    for each ``use``.

    Raises ConfigurationError for instances whose names are taken.
    """

    def __init__(
        self,
        settings: StorageSettings | None = None,
        registry: StorageBackendRegistry | None = None,
        plugins: Mapping[str, BaseModel] | None = None,
        builders: Mapping[StorageUse, BackendBuilder] = _BUILDERS,
    ) -> None:
        self.settings = settings or StorageSettings()
        self.registry = registry or storage_registry()
        self._instances = Instances(self.settings, self.registry, plugins or {})
        self._builders = builders
        self._open: dict[str, _Open] = {}
        self._by_word: dict[str | None, _Open] = {}
        self._lock = threading.RLock()
        self._closed = False

    @property
    def names(self) -> tuple[str, ...]:
        """What ``run`` takes as ``backend``: the backends' names and those of further instances, sorted."""
        return self._instances.names

    @property
    def default(self) -> str:
        """The name of the instance that answers where none is named. Raises ProviderNotFoundError."""
        return self._instances.find(self.settings.default).name

    def instance(self, name: str | None = None) -> Instance:
        """What the settings say of an instance; nothing is made. Raises ProviderNotFoundError."""
        return self._instances.find(self.settings.default if name is None else name)

    def backend(self, name: str | None = None) -> StorageBackend:
        """The backend of this name or alias, or of the instance of this name. Raises as ``driver`` does."""
        return self._find(name).backend

    def driver(self, name: str | None = None) -> DriverClient:
        """What runs its commands; it stays open until the storage is closed.

        Raises ProviderNotFoundError, MissingDependencyError, ConfigurationError for a section that does not fit, and
        RuntimeError once the storage is closed.
        """
        return self._find(name).driver

    def capabilities(self, name: str | None = None) -> StorageCapabilities:
        """What may be asked of it. Raises as ``driver`` does."""
        return self.driver(name).capabilities

    def credentials(self, name: str | None = None) -> StorageCredentials:
        """Whom a command without credentials runs as, now. Raises as ``driver`` does, and MissingCredentialsError."""
        return self._find(name).credentials.resolve()

    def run(
        self,
        command: Any,
        *,
        backend: str | None = None,
        credentials: StorageCredentials | CredentialsResolver | None = None,
        features: tuple[str, ...] = (),
        options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """Run one command, a message of ``understudy.storage.v1``, and wait for it.

        ``credentials`` are whom it runs as; None is whom the settings say. Raises as ``driver`` does, StorageError of
        the kind of what went wrong, and MissingCredentialsError.
        """
        found = self._find(backend)
        if credentials is None:
            credentials = found.credentials
        known = credentials if isinstance(credentials, StorageCredentials) else credentials.resolve()
        return found.driver.run_command(known, command, features, options)

    async def run_async(
        self,
        command: Any,
        *,
        backend: str | None = None,
        credentials: StorageCredentials | CredentialsResolver | None = None,
        features: tuple[str, ...] = (),
        options: RuntimeOptions | None = None,
    ) -> CommandResult:
        """As ``run``, in a thread. Cancelling it stops the command, and waits until it has stopped."""
        given = options or RuntimeOptions()
        cancellation = given.cancellation or Cancellation()
        running = asyncio.ensure_future(
            asyncio.to_thread(
                self.run,
                command,
                backend=backend,
                credentials=credentials,
                features=features,
                options=replace(given, cancellation=cancellation),
            )
        )
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            cancellation.cancel()
            await _ended(running)
            raise

    def close(self) -> None:
        """Close every driver, newest first, each close attempted. Closing twice is harmless."""
        with self._lock:
            self._closed = True
            opened = list(self._open.values())
            self._open.clear()
            self._by_word.clear()
        with ExitStack() as stack:
            for each in opened:
                stack.callback(each.driver.close)

    async def aclose(self) -> None:
        """As ``close``, in a thread: connections may take their time."""
        await asyncio.to_thread(self.close)

    def _find(self, name: str | None) -> _Open:
        found = self._by_word.get(name)
        return found if found is not None else self._make(name)

    def _make(self, name: str | None) -> _Open:
        with self._lock:
            if self._closed:
                raise RuntimeError("This storage is closed.")
            instance = self.instance(name)
            found = self._open.get(instance.name)
            if found is None:
                backend = self._builders[instance.use](instance)
                found = _Open(instance, backend, backend.create_driver_client(), _resolver(instance, backend))
                self._open[instance.name] = found
            self._by_word[name] = found
            return found


def _resolver(instance: Instance, backend: StorageBackend) -> CredentialsResolver:
    """Where a command without credentials gets them. A stand-in needs none."""
    target = getattr(instance.section, "credentials", None)
    if target and instance.use == "real":
        return ExternalCredentials(target=target, key=f"{instance.key}.credentials")
    return backend.create_credentials_resolver() or Fixed(_NONE)


async def _ended(running: asyncio.Future[CommandResult]) -> None:
    """Wait until a command that was told to stop has ended; whether it had ended before by itself does not matter."""
    while not running.done():
        try:
            await asyncio.shield(asyncio.wait([running]))
        except asyncio.CancelledError:
            continue  # it was told already, and its thread still has to end
    if not running.cancelled() and not isinstance(running.exception(), StorageError | None):
        raise running.exception() or AssertionError
