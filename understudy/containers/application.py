"""The root of the wiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel

from understudy.config.models.settings import Settings
from understudy.containers._injector import containers, providers
from understudy.containers.generation import GenerationContainer
from understudy.containers.http import HttpContainer
from understudy.containers.lifetime import Lifetime
from understudy.containers.mounting import mount
from understudy.containers.platform import PlatformContainer
from understudy.containers.storage import StorageContainer, installed_backends
from understudy.domain.generation import TextGenerator
from understudy.providers.generation.choosing.catalog import generation_registry
from understudy.providers.registry import ProviderRegistry

if TYPE_CHECKING:
    from understudy.providers.storage.facade import Storage
    from understudy.providers.storage.registry import StorageBackendRegistry

__all__ = ["ApplicationContainer"]


class ApplicationContainer(containers.DeclarativeContainer):
    """All families, from one Settings.

    ``generator`` is the selected text generator; ``platform`` has the clients that are made per request:
    ``container.platform.llama_stack(identity)``; ``storage`` runs commands on storage backends.

    ``open_container`` makes, verifies and closes one. A larger container mounts it with
    ``providers.Container(ApplicationContainer, settings=...)`` and runs it with ``lifespan``.
    """

    settings = providers.Dependency(instance_of=Settings)
    plugins: providers.Provider[Mapping[str, BaseModel]] = providers.Dependency(
        instance_of=Mapping,  # type: ignore[type-abstract]  # it is only for isinstance
        default={},
    )
    registry: providers.Provider[ProviderRegistry] = providers.Dependency(
        instance_of=ProviderRegistry, default=providers.ThreadSafeSingleton(generation_registry)
    )
    lifetime: providers.Provider[Lifetime] = providers.ThreadSafeSingleton(Lifetime)

    http = mount(
        HttpContainer, settings=settings.provided.http, recording=settings.provided.recording, lifetime=lifetime
    )
    generation = mount(
        GenerationContainer,
        settings=settings.provided.generation,
        plugins=plugins,
        registry=registry,
        lifetime=lifetime,
        http=http,
    )
    generator: providers.Provider[TextGenerator] = generation.generator

    platform = mount(PlatformContainer, settings=settings.provided.platform, lifetime=lifetime, http=http)

    backend_plugins: providers.Provider[Mapping[str, BaseModel]] = providers.Dependency(
        instance_of=Mapping,  # type: ignore[type-abstract]  # it is only for isinstance
        default={},
    )
    backend_registry = cast(
        "providers.Provider[StorageBackendRegistry]",
        providers.Dependency(default=providers.ThreadSafeSingleton(installed_backends)),
    )
    backends = mount(
        StorageContainer,
        settings=settings.provided.storage,
        plugins=backend_plugins,
        registry=backend_registry,
        lifetime=lifetime,
    )
    storage: providers.Provider[Storage] = backends.storage
