"""The stand-ins of a container, by provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.containers.application import ApplicationContainer
from understudy.providers.generation.mock import MockGenerator

if TYPE_CHECKING:
    from understudy.providers.storage.mock.driver import MockDriver

__all__ = ["StandIns"]


class StandIns:
    """``stand_ins.claude`` or ``stand_ins["claude"]``, by name or alias: a MockGenerator.

    It has ``script`` for what it answers, ``calls`` for what it was asked, and the ``assert_…`` methods.
    """

    def __init__(self, container: ApplicationContainer) -> None:
        self._container = container

    def __getitem__(self, name: str) -> MockGenerator:
        """Raises ProviderNotFoundError, and TypeError where these settings do not play the provider by its stand-in."""
        generator: object = self._container.generation.manager().get(name)
        if not isinstance(generator, MockGenerator):
            raise TypeError(
                f"{name} is no stand-in here but {type(generator).__qualname__}: the settings, the marker or an "
                "override say so, so there is nothing to script and no calls to assert."
            )
        return generator

    def storage(self, name: str | None = None) -> MockDriver:
        """The stand-in of a storage backend or instance; None: the default. It has ``calls``, ``fail`` and assertions.

        Raises ProviderNotFoundError, and TypeError where these settings do not play the backend by its stand-in.
        """
        from understudy.providers.storage.mock.driver import MockDriver

        driver: object = self._container.storage().driver(name)
        if not isinstance(driver, MockDriver):
            raise TypeError(
                f"The storage backend {name or 'by default'} is no stand-in here but {type(driver).__qualname__}: the "
                "settings, the marker or an override say so."
            )
        return driver

    def __getattr__(self, name: str) -> MockGenerator:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]
