"""The platform family's wiring: clients that are made per request, on behalf of its user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.config.models.platform import PlatformService, PlatformSettings
from understudy.containers._injector import containers, providers
from understudy.containers.http import HttpContainer
from understudy.containers.late import Late
from understudy.containers.lifetime import Lifetime, kept
from understudy.containers.mounting import needs
from understudy.containers.switch import Choice, Switch

if TYPE_CHECKING:
    from understudy.domain.kubernetes import KubernetesClient
    from understudy.domain.llama_stack import LlamaStackClient
    from understudy.providers.kubernetes.mock import MockKubernetesService
    from understudy.providers.kubernetes.service import KubernetesService
    from understudy.providers.llama_stack.mock import MockLlamaStackService
    from understudy.providers.llama_stack.service import LlamaStackService

__all__ = ["PlatformContainer"]


def _use(name: str, settings: PlatformSettings) -> Choice:
    own = _section(name, settings).use
    return Choice(settings.use, "platform.use") if own is None else Choice(own, f"platform.{name}.use")


def _filled(name: str, settings: PlatformSettings) -> PlatformService:
    return settings.for_service(_section(name, settings))


def _section(name: str, settings: PlatformSettings) -> PlatformService:
    section: PlatformService = getattr(settings, name)
    return section


class PlatformContainer(containers.DeclarativeContainer):
    """One node per service, called with the request's identity: ``container.platform.kubernetes(identity)``.

    A client costs an object. What all requests share is a node of its own, built with the first client: the real
    service's (``kubernetes_service``) or the stand-in's (``kubernetes_mock``), which tests script and ask.
    """

    settings: providers.Provider[PlatformSettings] = providers.Dependency(instance_of=PlatformSettings)
    lifetime: providers.Provider[Lifetime] = providers.Dependency(instance_of=Lifetime)
    http = needs(HttpContainer)

    kubernetes_service: providers.Provider[KubernetesService] = kept(
        lifetime,
        Late("understudy.providers.kubernetes.service:KubernetesService", "settings", "http"),
        providers.Callable(_filled, "kubernetes", settings),
        http.clients,
    )
    kubernetes_mock: providers.Provider[MockKubernetesService] = kept(
        lifetime,
        Late("understudy.providers.kubernetes.mock:MockKubernetesService", "settings"),
        providers.Callable(_filled, "kubernetes", settings),
    )
    kubernetes: Switch[KubernetesClient] = Switch(
        providers.Callable(_use, "kubernetes", settings),
        real=providers.DelegatedFactory(
            Late("understudy.providers.kubernetes.client:HttpKubernetesClient", "identity", "service"),
            service=kubernetes_service,
        ),
        mock=providers.DelegatedFactory(
            Late("understudy.providers.kubernetes.mock:MockKubernetesClient", "identity", "service"),
            service=kubernetes_mock,
        ),
    )

    llama_stack_service: providers.Provider[LlamaStackService] = kept(
        lifetime,
        Late("understudy.providers.llama_stack.service:LlamaStackService", "settings", "http", "locate"),
        providers.Callable(_filled, "llama_stack", settings),
        http.clients,
        locate=providers.Callable(
            Late("understudy.providers.llama_stack.service:from_distributions", "kubernetes"), kubernetes.provider
        ),
    )
    llama_stack_mock: providers.Provider[MockLlamaStackService] = kept(
        lifetime,
        Late("understudy.providers.llama_stack.mock:MockLlamaStackService", "settings"),
        providers.Callable(_filled, "llama_stack", settings),
    )
    llama_stack: Switch[LlamaStackClient] = Switch(
        providers.Callable(_use, "llama_stack", settings),
        real=providers.DelegatedFactory(
            Late("understudy.providers.llama_stack.client:HttpLlamaStackClient", "identity", "service", "namespace"),
            service=llama_stack_service,
        ),
        mock=providers.DelegatedFactory(
            Late("understudy.providers.llama_stack.mock:MockLlamaStackClient", "identity", "service", "namespace"),
            service=llama_stack_mock,
        ),
    )
