"""What a storage backend is: one class, and a model of its settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from understudy.domain.storage import DriverClient, StorageCapabilities, StorageCredentials
from understudy.providers.storage.names import NameGenerator

__all__ = ["CredentialsResolver", "StorageBackend"]


class CredentialsResolver(Protocol):
    """Where a backend's credentials come from."""

    def resolve(self) -> StorageCredentials:
        """The credentials as they are now. Raises MissingCredentialsError that says which settings would do."""
        ...


class StorageBackend(ABC):
    """One instance of a backend, made from its settings. Connects to nothing until a command needs it.

    Methods that return None say that the backend has no such thing.
    """

    name: ClassVar[str]
    """The backend's name, as the registry, settings and errors have it."""
    title: ClassVar[str]
    """The product's name."""
    capabilities: ClassVar[StorageCapabilities]
    settings_model: ClassVar[type[Any]]
    """The model of the backend's section in the settings."""

    def __init__(self, settings: Any) -> None:
        self.settings = settings

    @abstractmethod
    def create_driver_client(self) -> DriverClient:
        """A driver that runs in this process. Raises MissingDependencyError where the extra is not installed."""

    def create_credentials_resolver(self) -> CredentialsResolver | None:
        """Where commands without credentials of their own get them; None where the backend knows no credentials."""
        return None

    def create_config(self) -> Mapping[str, Any]:
        """What a client may know of this instance: no secret among it."""
        return {}

    def create_workspace_configuration(self, response: Any) -> Mapping[str, Any] | None:
        """How a program connects to a workspace that CreateWorkspace made; None without workspaces.

        ``response`` is the CreateWorkspaceResponse. The password in it is a Secret.
        """
        _ = response
        return None

    def create_name_generator(self) -> NameGenerator:
        """How objects that commands make are called."""
        return NameGenerator()
