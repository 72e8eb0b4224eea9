"""The HTTP layer's wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.config.models.http import HttpSettings
from understudy.config.models.recording import RecordingSettings
from understudy.containers._injector import containers, providers
from understudy.containers.late import Late
from understudy.containers.lifetime import Lifetime, kept
from understudy.providers.http.clients import HttpClients

if TYPE_CHECKING:
    import httpx

    from understudy.providers.recording.tapes import Tapes

__all__ = ["HttpContainer"]


class HttpContainer(containers.DeclarativeContainer):
    """What every provider's traffic goes through. An override of ``transport`` takes the place of the network.

    ``tapes`` is what those go through that are recorded or replayed.
    """

    settings: providers.Provider[HttpSettings] = providers.Dependency(instance_of=HttpSettings)
    recording: providers.Provider[RecordingSettings] = providers.Dependency(
        instance_of=RecordingSettings, default=RecordingSettings()
    )
    lifetime: providers.Provider[Lifetime] = providers.Dependency(instance_of=Lifetime)

    transport: providers.Provider[httpx.AsyncBaseTransport | None] = providers.Object(None)
    clients: providers.Provider[HttpClients] = kept(lifetime, HttpClients, settings, transport=transport)
    tapes: providers.Provider[Tapes] = providers.ThreadSafeSingleton(
        Late("understudy.providers.recording.tapes:Tapes", "settings", "http"), recording, clients
    )
