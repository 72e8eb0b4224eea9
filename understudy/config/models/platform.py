"""Settings of the platform family: Llama Stack, MaaS, MCP servers and Kubernetes, each on behalf of a user."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, PositiveFloat, PositiveInt, StringConstraints

from understudy.config.models.base import BaseUrl, OptionalSecret, Section, Use
from understudy.config.models.http import HttpOverrides, TimeoutOverrides, TlsSettings
from understudy.config.models.kubernetes_mock import KubernetesMockSettings
from understudy.config.models.llama_stack_mock import LlamaStackMockSettings
from understudy.config.models.maas_mock import MaasMockSettings
from understudy.config.models.mcp_mock import McpMockSettings

__all__ = [
    "IdentitySettings",
    "KubernetesSettings",
    "LlamaStackSettings",
    "MaasSettings",
    "McpServer",
    "McpSettings",
    "PlatformService",
    "PlatformSettings",
]
S = TypeVar("S", bound="PlatformService")

_HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]


class IdentitySettings(Section):
    """Where an incoming request carries its user's tokens."""

    token_header: _HeaderName = "Authorization"  # noqa: S105 - a header's name, not a credential
    """The header with the user's token; proxies often set `x-forwarded-access-token`."""
    token_prefix: str = "Bearer "  # noqa: S105 - a scheme's name, not a credential
    """What stands before the token in that header; empty where the header is the token and nothing else."""
    mcp_token_header: _HeaderName = "X-MCP-Bearer"  # noqa: S105 - a header's name, not a credential
    """The header with the user's token for MCP servers; it may be absent."""
    mcp_token_prefix: str = "Bearer "  # noqa: S105 - a scheme's name, not a credential
    """What stands before the token in that header."""
    user_header: _HeaderName | None = None
    """The header with the user's name; name one only where a proxy sets it and drops what clients send."""
    groups_header: _HeaderName | None = None
    """The header with the user's groups, separated by commas; the same holds for it."""


class PlatformService(Section):
    """What every platform service can be told."""

    use: Use | None = None
    """Real or stand-in; absent: what `platform.use` says."""
    tls: TlsSettings | None = None
    """Whom to trust, in place of `platform.tls`, whole."""
    http: HttpOverrides = Field(default_factory=HttpOverrides)
    """What differs from the shared `http` settings."""


class LlamaStackTimeouts(TimeoutOverrides):
    """Llama Stack's own limits: its answers may take eight minutes."""

    read: PositiveFloat | None = 480.0
    total: PositiveFloat | None = 480.0


class LlamaStackHttp(HttpOverrides):
    """What Llama Stack changes of `http`."""

    timeout: LlamaStackTimeouts = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - frozen: narrowing is safe
        default_factory=LlamaStackTimeouts
    )


class LlamaStackSettings(PlatformService):
    """A Llama Stack server (OGX by its later name)."""

    base_url: BaseUrl | None = None
    """Where the server is; absent: the URL in the status of the namespace's own distribution."""
    api_prefix: str = Field(default="/v1", pattern=r"^(/[\w.-]+)*$")
    """Before every path: `/v1`, or `/v1/openai/v1` up to llama-stack 0.3."""
    provider_data_header: _HeaderName = "x-llamastack-provider-data"
    """The header for provider data; OGX calls it `x-ogx-provider-data`."""
    allow_plain_http: bool = False
    """Send users' tokens over plain http to hosts other than this machine: servers inside a cluster often speak it."""
    mock: LlamaStackMockSettings = Field(default_factory=LlamaStackMockSettings)
    """The stand-in's server."""
    http: LlamaStackHttp = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - frozen: narrowing is safe
        default_factory=LlamaStackHttp
    )
    """What differs from the shared `http` settings."""


class MaasTimeouts(TimeoutOverrides):
    """MaaS's own limits."""

    total: PositiveFloat | None = 30.0


class MaasHttp(HttpOverrides):
    """What MaaS changes of `http`."""

    timeout: MaasTimeouts = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - frozen: narrowing is safe
        default_factory=MaasTimeouts
    )


class MaasSettings(PlatformService):
    """Models as a service."""

    base_url: BaseUrl | None = None
    """Where the service is; absent: `https://maas.{cluster_domain}/maas-api`."""
    cluster_domain: str | None = None
    """The cluster's own domain, for the address where `base_url` is absent."""
    tokens_path: str = Field(default="/v1/tokens", pattern=r"^(/[\w.-]+)+$")
    """Where tokens are issued; later servers say `/v1/api-keys`."""
    models_path: str = Field(default="/v1/models", pattern=r"^(/[\w.-]+)+$")
    """Where models are listed."""
    token_expiration: str = Field(default="30m", pattern=r"^(\d+|(\d+(\.\d+)?(h|m|s))+)$")
    """How long an issued token lives: seconds, or a duration as `4h`; the service refuses less than ten minutes."""
    token_cache: PositiveFloat = 1800.0
    """How long a token is kept for its namespace, user and model, in seconds; never beyond its own life."""
    tokens_kept: PositiveInt = 10_000
    """How many tokens are kept; those used longest ago make way."""
    mock: MaasMockSettings = Field(default_factory=MaasMockSettings)
    """The stand-in's service."""
    http: MaasHttp = Field(  # pyright: ignore[reportIncompatibleVariableOverride] - frozen: narrowing is safe
        default_factory=MaasHttp
    )
    """What differs from the shared `http` settings."""


class McpServer(Section):
    """One MCP server that may be asked."""

    url: BaseUrl
    """Where the server is. Only listed servers are ever called."""
    transport: Literal["streamable-http", "sse"] = "streamable-http"
    """How it is spoken to."""
    description: str = ""
    """What it is for, shown to users."""
    logo: str | None = None
    """An image's URL, shown to users."""


class McpSettings(PlatformService):
    """MCP servers."""

    servers: Mapping[str, McpServer] = Field(default_factory=dict)
    """The servers by name."""
    timeout: PositiveFloat = 60.0
    """For one session with a server, in seconds: connecting, the call and closing."""
    config_map: str | None = Field(default=None, pattern=r"^[a-z0-9][-a-z0-9]*/[a-z0-9][-.a-z0-9]*$")
    """More servers: `namespace/name` of a ConfigMap, each of its values a JSON object with url and transport."""
    allow_plain_http: bool = False
    """Send users' tokens over plain http to hosts other than this machine: servers inside a cluster often speak it."""
    mock: McpMockSettings = Field(default_factory=McpMockSettings)
    """The stand-in servers."""


class KubernetesSettings(PlatformService):
    """The cluster's API server."""

    base_url: BaseUrl | None = None
    """The API server's address; absent: the one of the pod that this runs in."""
    namespace: str | None = None
    """The namespace where a request names none."""
    token: OptionalSecret = None
    """This process's own credential; used only with `service_account`. The user's own token comes first."""
    kubeconfig: Path | None = None
    """Where `base_url` is absent: a kubeconfig with the server, its authority and perhaps a token."""
    context: str | None = None
    """The kubeconfig's context; absent: its current one."""
    service_account: bool = False
    """Use this process's own credential (`token`, the kubeconfig's or the pod's) where a request brings none."""
    distribution: str = Field(default="rh-dev", min_length=1)
    """What new Llama Stack distributions run: a known name, or an image (it has a slash or a colon in it)."""
    mock: KubernetesMockSettings = Field(default_factory=KubernetesMockSettings)
    """The stand-in's cluster."""


class PlatformSettings(Section):
    """The platform family."""

    use: Use = "real"
    """For the whole family; each service may say otherwise."""
    tls: TlsSettings = Field(default_factory=TlsSettings)
    """Whom the platform's clients trust; each service may say otherwise."""
    identity: IdentitySettings = Field(default_factory=IdentitySettings)
    llama_stack: LlamaStackSettings = Field(default_factory=LlamaStackSettings)
    maas: MaasSettings = Field(default_factory=MaasSettings)
    mcp: McpSettings = Field(default_factory=McpSettings)
    kubernetes: KubernetesSettings = Field(default_factory=KubernetesSettings)

    def use_of(self, name: str) -> Use:
        """How the service with this name is used: as it says itself, else as the family says."""
        service: PlatformService = getattr(self, name)
        return service.use or self.use

    def for_service(self, service: S) -> S:
        """One of the services' own settings with what the family says filled in: its ``use`` and its ``http.tls``.

        TLS comes from the first that says anything: ``http.tls`` and ``tls`` of the service, ``platform.tls``; else it
        is left to the shared ``http.tls``.
        """
        tls = service.http.tls or service.tls or (self.tls if self.tls != TlsSettings() else None)
        http = service.http.model_copy(update={"tls": tls})
        return service.model_copy(update={"use": service.use or self.use, "tls": tls, "http": http})
