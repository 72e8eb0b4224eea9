"""The platform family's wiring: clients that are made per request, on behalf of its user."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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
    from understudy.domain.maas import MaasClient
    from understudy.domain.mcp import McpClient
    from understudy.providers.http.clients import HttpClients
    from understudy.providers.kubernetes.domain import FindDomain
    from understudy.providers.kubernetes.mock import MockKubernetesService
    from understudy.providers.kubernetes.service import KubernetesService
    from understudy.providers.llama_stack.mock import MockLlamaStackService
    from understudy.providers.llama_stack.service import LlamaStackService
    from understudy.providers.maas.mock import MockMaasService
    from understudy.providers.maas.service import MaasService
    from understudy.providers.mcp.mock import MockMcpService
    from understudy.providers.mcp.service import McpService
    from understudy.providers.recording.tapes import Tapes

__all__ = ["PlatformContainer"]


def _use(name: str, settings: PlatformSettings) -> Choice:
    own = _section(name, settings).use
    return Choice(settings.use, "platform.use") if own is None else Choice(own, f"platform.{name}.use")


def _filled(name: str, settings: PlatformSettings) -> PlatformService:
    return settings.for_service(_section(name, settings))


def _section(name: str, settings: PlatformSettings) -> PlatformService:
    section: PlatformService = getattr(settings, name)
    return section


def _lines(name: str, settings: PlatformSettings, http: HttpClients, tapes: Callable[[], Tapes]) -> HttpClients:
    """What a service's traffic goes through: the network, or its recordings."""
    use = settings.use_of(name)
    if use == "record":
        return tapes().recording("platform", name)
    return tapes().replaying("platform", name) if use == "replay" else http


def _sessions(name: str, settings: PlatformSettings, tapes: Callable[[], Tapes]) -> Callable[[str], HttpClients] | None:
    """What a server's sessions go through where they are recorded or replayed, by the server's name."""
    use = settings.use_of(name)
    return tapes().sessions("platform", name, replay=use == "replay") if use in ("record", "replay") else None


def _each(client: Late, **arguments: providers.Provider[Any]) -> dict[str, providers.Provider[Any]]:
    """The branches that are the service's own code: they differ only in what its traffic goes through."""
    return {use: providers.DelegatedFactory(client, **arguments) for use in ("real", "record", "replay")}


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
        providers.Callable(_lines, "kubernetes", settings, http.clients, http.tapes.provider),
    )
    kubernetes_mock: providers.Provider[MockKubernetesService] = kept(
        lifetime,
        Late("understudy.providers.kubernetes.mock:MockKubernetesService", "settings"),
        providers.Callable(_filled, "kubernetes", settings),
    )
    kubernetes: Switch[KubernetesClient] = Switch(
        providers.Callable(_use, "kubernetes", settings),
        **_each(
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
        providers.Callable(_lines, "llama_stack", settings, http.clients, http.tapes.provider),
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
        **_each(
            Late("understudy.providers.llama_stack.client:HttpLlamaStackClient", "identity", "service", "namespace"),
            service=llama_stack_service,
        ),
        mock=providers.DelegatedFactory(
            Late("understudy.providers.llama_stack.mock:MockLlamaStackClient", "identity", "service", "namespace"),
            service=llama_stack_mock,
        ),
    )

    mcp_config_map = providers.Callable(
        Late("understudy.providers.mcp.service:from_config_map", "kubernetes"), kubernetes.provider
    )
    mcp_service: providers.Provider[McpService] = kept(
        lifetime,
        Late("understudy.providers.mcp.service:McpService", "settings", "http", "locate", "recorded"),
        providers.Callable(_filled, "mcp", settings),
        http.clients,
        locate=mcp_config_map,
        recorded=providers.Callable(_sessions, "mcp", settings, http.tapes.provider),
    )
    mcp_mock: providers.Provider[MockMcpService] = kept(
        lifetime,
        Late("understudy.providers.mcp.mock:MockMcpService", "settings", "locate"),
        providers.Callable(_filled, "mcp", settings),
        locate=mcp_config_map,
    )
    mcp: Switch[McpClient] = Switch(
        providers.Callable(_use, "mcp", settings),
        **_each(Late("understudy.providers.mcp.client:SdkMcpClient", "identity", "service"), service=mcp_service),
        mock=providers.DelegatedFactory(
            Late("understudy.providers.mcp.mock:MockMcpClient", "identity", "service"), service=mcp_mock
        ),
    )

    from_ingress = providers.Callable(
        Late("understudy.providers.kubernetes.domain:from_ingress", "service"), kubernetes_service.provider
    )
    cluster_domain: Switch[FindDomain | None] = Switch(
        providers.Callable(_use, "kubernetes", settings),
        real=from_ingress,
        record=from_ingress,
        replay=from_ingress,
        mock=providers.Object(None),
    )
    maas_service: providers.Provider[MaasService] = kept(
        lifetime,
        Late("understudy.providers.maas.service:MaasService", "settings", "http", "find_domain"),
        providers.Callable(_filled, "maas", settings),
        providers.Callable(_lines, "maas", settings, http.clients, http.tapes.provider),
        find_domain=cluster_domain,
    )
    maas_mock: providers.Provider[MockMaasService] = kept(
        lifetime,
        Late("understudy.providers.maas.mock:MockMaasService", "settings"),
        providers.Callable(_filled, "maas", settings),
    )
    maas: Switch[MaasClient] = Switch(
        providers.Callable(_use, "maas", settings),
        **_each(Late("understudy.providers.maas.client:HttpMaasClient", "identity", "service"), service=maas_service),
        mock=providers.DelegatedFactory(
            Late("understudy.providers.maas.mock:MockMaasClient", "identity", "service"), service=maas_mock
        ),
    )
