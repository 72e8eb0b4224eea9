"""The HTTP layer's wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.config.models.http import HttpSettings
from understudy.containers._injector import containers, providers
from understudy.containers.lifetime import Lifetime, kept
from understudy.providers.http.clients import HttpClients

if TYPE_CHECKING:
    import httpx

__all__ = ["HttpContainer"]


class HttpContainer(containers.DeclarativeContainer):
    """What every provider's traffic goes through. An override of ``transport`` takes the place of the network."""

    settings: providers.Provider[HttpSettings] = providers.Dependency(instance_of=HttpSettings)
    lifetime: providers.Provider[Lifetime] = providers.Dependency(instance_of=Lifetime)

    transport: providers.Provider[httpx.AsyncBaseTransport | None] = providers.Object(None)
    clients: providers.Provider[HttpClients] = kept(lifetime, HttpClients, settings, transport=transport)
