"""A container's life: settings loaded, graph verified, everything closed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.config.loaded import LoadedSettings
from understudy.config.loader import load_settings, settings_from
from understudy.config.models.settings import Settings
from understudy.containers._injector import providers
from understudy.containers.application import ApplicationContainer
from understudy.containers.joining import join_registered
from understudy.containers.overriding import apply_overrides
from understudy.containers.storage import LateBackends
from understudy.containers.verify import Origin, verify
from understudy.domain.errors import ConfigurationError
from understudy.providers.generation.choosing.catalog import generation_registry, plugin_models
from understudy.providers.registry import ProviderRegistry

if TYPE_CHECKING:
    import httpx

    from understudy.providers.storage.registry import StorageBackendRegistry

__all__ = ["SettingsSource", "build_container", "lifespan", "open_container"]

SettingsSource = Path | str | Settings | LoadedSettings | Mapping[str, Any] | None
"""Where settings come from: a file or folder, settings that are there already, a mapping, or None: look for them."""


@asynccontextmanager
async def open_container(
    settings: SettingsSource = None,
    *,
    profile: str | None = None,
    set: Sequence[str] = (),  # noqa: A002  # named as the command line's option is
    overrides: Mapping[str, Any] | None = None,
    registry: ProviderRegistry | None = None,
    backends: StorageBackendRegistry | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[ApplicationContainer]:
    """A container that is ready to use, for the length of an ``async with`` block.

    ``settings`` is a settings file or its folder; a mapping, which is then all there is to read besides the defaults;
    settings that are loaded already; or None to look for them as ``load_settings`` does. ``profile`` and ``set`` are
    its own and go with a path or None only. ``overrides`` maps nodes' paths to what answers for them
    (``{"generation.claude": fake}``), ``registry`` takes the place of the built-in providers and the installed plugins,
    ``backends`` that of the storage backends, ``transport`` that of the network.

    Before anything is yielded the settings are validated and the graph is verified: ConfigurationError and WiringError
    have every fault. Afterwards whatever was built is closed, newest first, every close attempted.
    """
    container, origin = build_container(
        settings,
        profile=profile,
        set=set,
        overrides=overrides,
        registry=registry,
        backends=backends,
        transport=transport,
    )
    verify(container, origin=origin)
    try:
        yield container
    finally:
        await container.lifetime().aclose()


@asynccontextmanager
async def lifespan(container: ApplicationContainer) -> AsyncIterator[None]:
    """Verify a container that was made or mounted by hand, and close what it has built at the end of the block.

    ``async with lifespan(app.understudy): ...``. Registered third-party providers join it first. Raises WiringError.
    """
    join_registered(container.generation)
    verify(container)
    try:
        yield
    finally:
        await container.lifetime().aclose()


def build_container(
    settings: SettingsSource = None,
    *,
    profile: str | None = None,
    set: Sequence[str] = (),  # noqa: A002  # named as the command line's option is
    overrides: Mapping[str, Any] | None = None,
    registry: ProviderRegistry | None = None,
    backends: StorageBackendRegistry | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[ApplicationContainer, Origin | None]:
    """The container of ``open_container`` before it is verified, and what knows the origins of its settings.

    Nothing needs closing until something is built. Raises ConfigurationError, and WiringError for a path in
    ``overrides`` that is no node.
    """
    registry = registry or generation_registry()
    late = LateBackends(backends)
    loaded = _load(settings, profile, set, registry, late)
    if isinstance(loaded, LoadedSettings):
        container = ApplicationContainer(
            settings=loaded.settings,
            plugins=loaded.plugins,
            registry=registry,
            backend_plugins=loaded.storage_plugins,
        )
    else:
        container = ApplicationContainer(settings=loaded, registry=registry)
    if late.registry is not None:
        container.backend_registry.override(providers.Object(late.registry))
    join_registered(container.generation)
    if transport is not None:
        container.http.transport.override(transport)
    apply_overrides(container, overrides or {})
    return container, _origins(loaded) if isinstance(loaded, LoadedSettings) else None


def _load(
    source: SettingsSource,
    profile: str | None,
    options: Sequence[str],
    registry: ProviderRegistry,
    backends: LateBackends,
) -> LoadedSettings | Settings:
    models = plugin_models(registry)
    if source is None or isinstance(source, Path | str):
        return load_settings(source, profile=profile, set=options, plugin_models=models, backend_models=backends.model)
    if profile is not None or options:
        raise TypeError("profile and set go with a settings file; these settings are there already.")
    if isinstance(source, LoadedSettings | Settings):
        return source
    return settings_from(source, plugin_models=models, backend_models=backends.model)


def _origins(loaded: LoadedSettings) -> Origin:
    def origin(key: str) -> str | None:
        try:
            return str(loaded.origin(key))
        except ConfigurationError:  # a key of a plugin's section that the loader has no model of
            return None

    return origin
