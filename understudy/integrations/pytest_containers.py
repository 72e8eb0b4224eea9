"""The containers of the plugin's fixtures."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from understudy.blocking import BlockingContainer, open_container
from understudy.config.loader import load_settings
from understudy.containers.application import ApplicationContainer
from understudy.containers.opening import SettingsSource, build_container
from understudy.containers.storage import LateBackends
from understudy.containers.verify import verify
from understudy.integrations.pytest_marks import Marks
from understudy.providers.generation.choosing.catalog import generation_registry, plugin_models
from understudy.providers.registry import ProviderRegistry

if TYPE_CHECKING:
    import httpx

__all__ = ["blocking_container", "verified_container"]


def verified_container(
    request: pytest.FixtureRequest, source: SettingsSource, *, transport: httpx.AsyncBaseTransport | None
) -> Iterator[ApplicationContainer]:
    """A container for a test; closed at the end of the test's coroutine, or else after the test."""
    registry = generation_registry()
    settings = _settings(request, source, registry)
    container, origin = build_container(settings, registry=registry, transport=transport)
    verify(container, origin=origin)
    test = request.node
    if isinstance(test, pytest.Function) and inspect.iscoroutinefunction(test.obj):
        # Connections belong to an event loop, and the test's own is gone when fixtures are torn down.
        test.obj = _closing(test.obj, container)
    yield container
    if container.lifetime().built:
        asyncio.run(container.lifetime().aclose())


def blocking_container(
    request: pytest.FixtureRequest, source: SettingsSource, *, transport: httpx.AsyncBaseTransport | None
) -> BlockingContainer:
    """A blocking container for a test."""
    registry = generation_registry()
    return open_container(_settings(request, source, registry), registry=registry, transport=transport)


def _closing(test: Callable[..., Awaitable[Any]], container: ApplicationContainer) -> Callable[..., Awaitable[Any]]:
    @wraps(test)
    async def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return await test(*args, **kwargs)
        finally:
            await container.lifetime().aclose()

    return run


def _settings(request: pytest.FixtureRequest, source: SettingsSource, registry: ProviderRegistry) -> SettingsSource:
    """The settings under the marker's profile, else ``test``; the developer's UNDERSTUDY_PROFILE counts for nothing."""
    marks = Marks.of(request.node)
    if source is None or isinstance(source, Path | str):
        environ = {name: value for name, value in os.environ.items() if name != "UNDERSTUDY_PROFILE"}
        return load_settings(
            source,
            profile=marks.profile,
            code=marks.nested(),
            environ=environ,
            plugin_models=plugin_models(registry),
            backend_models=LateBackends().model,
        )
    if marks.profile is not None or marks.values:
        raise pytest.UsageError(
            f"{request.node.nodeid}: the marker's profile, set and use go with a settings file; "
            "the fixture understudy_settings gives settings that are there already."
        )
    return source
