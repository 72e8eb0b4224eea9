"""The storage family's wiring. Nothing of a backend is imported before a command is run or a driver asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel

from understudy.config.models.storage import StorageSettings
from understudy.containers._injector import containers, providers
from understudy.containers.late import Late
from understudy.containers.lifetime import Lifetime, kept

if TYPE_CHECKING:
    from understudy.providers.storage.facade import BackendBuilder, Storage
    from understudy.providers.storage.registry import StorageBackendRegistry

__all__ = ["LateBackends", "StorageContainer", "installed_backends"]

_HOME = "understudy.providers.storage"

installed_backends: Callable[[], StorageBackendRegistry] = Late(f"{_HOME}.registry:storage_registry")
"""A new registry of the built-in backends and those of installed packages."""


class StorageContainer(containers.DeclarativeContainer):
    """Storage backends: ``storage`` runs commands on any of them.

    ``real`` and ``mock`` make the backend of an instance as its settings say; an override of one answers for all.
    Third-party backends join through ``registry``, at any time.
    """

    settings: providers.Provider[StorageSettings] = providers.Dependency(instance_of=StorageSettings)
    plugins: providers.Provider[Mapping[str, BaseModel]] = providers.Dependency(
        instance_of=Mapping  # type: ignore[type-abstract]  # it is only for isinstance
    )
    registry = cast("providers.Provider[StorageBackendRegistry]", providers.Dependency())
    lifetime: providers.Provider[Lifetime] = providers.Dependency(instance_of=Lifetime)

    real: providers.Provider[BackendBuilder] = providers.DelegatedFactory(
        Late(f"{_HOME}.building:real_backend", "instance")
    )
    mock: providers.Provider[BackendBuilder] = providers.DelegatedFactory(
        Late(f"{_HOME}.building:mock_backend", "instance")
    )
    storage: providers.Provider[Storage] = kept(
        lifetime,
        Late(f"{_HOME}.facade:Storage", "settings", "registry", "plugins", "builders"),
        settings,
        registry,
        plugins,
        providers.Dict(real=real, mock=mock),
    )


class LateBackends:
    """A registry of backends that is made when something asks for it: to look for plugins takes milliseconds."""

    def __init__(self, registry: StorageBackendRegistry | None = None) -> None:
        self.registry = registry

    def model(self, name: str) -> type[BaseModel] | None:
        """The settings model of a third-party backend; None for a name that no usable backend has."""
        from understudy.providers.storage.registry import backend_models

        if self.registry is None:
            self.registry = installed_backends()
        return backend_models(self.registry)(name)
