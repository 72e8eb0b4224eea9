"""What all requests to MCP servers share: the list of servers, the pool, and the way to a session."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from understudy.config.models.platform import McpSettings
from understudy.domain.errors import InvalidRequestError, MissingDependencyError, ProviderError
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient
from understudy.domain.mcp import McpListedServer
from understudy.domain.secrets import Secret
from understudy.providers.http.clients import HttpClients
from understudy.providers.http.exchange import Engine
from understudy.providers.http.headers import checked_secrets
from understudy.providers.http.origin import Origin
from understudy.providers.mcp.errors import coded
from understudy.providers.mcp.listing import servers_of_data, servers_of_settings
from understudy.providers.mcp.operations import Act

__all__ = ["Locate", "McpService", "Recorded", "from_config_map", "listed_servers"]

T = TypeVar("T")
Locate = Callable[[RequestIdentity, str, str], Awaitable[Mapping[str, str]]]
"""Gives the data of a ConfigMap, by namespace and name, as the user of the identity may read it."""

Recorded = Callable[[str], HttpClients]
"""Gives the HTTP layer of a server, by its name, that records it or replays it."""

_INSTALL = "pip install 'understudy[mcp]'"


def from_config_map(kubernetes: Callable[[RequestIdentity], KubernetesClient]) -> Locate:
    """Reads ConfigMaps with the clients that ``kubernetes`` makes."""

    async def locate(identity: RequestIdentity, namespace: str, name: str) -> Mapping[str, str]:
        return (await kubernetes(identity).get_config_map(namespace, name)).data

    return locate


async def listed_servers(
    settings: McpSettings, locate: Locate | None, identity: RequestIdentity
) -> tuple[McpListedServer, ...]:
    """The servers of the settings, then those of the ConfigMap whose names are not taken.

    Raises ProviderError where the ConfigMap cannot be read.
    """
    own = servers_of_settings(settings.servers)
    if settings.config_map is None:
        return own
    if locate is None:
        raise InvalidRequestError(
            "platform.mcp.config_map is set, but there is no cluster to read it from.",
            provider="mcp",
            operation="list_servers",
            code="INVALID_REQUEST",
            hint="Give the service a way to a cluster, or list the servers in platform.mcp.servers.",
        )
    namespace, _, name = settings.config_map.partition("/")
    more = servers_of_data(await locate(identity, namespace, name))
    taken = {server.name for server in own}
    return (*own, *(server for server in more if server.name not in taken))


class McpService:
    """The MCP servers, for all users. Made once per container; SdkMcpClient is made per request from it.

    ``locate`` reads the ConfigMap that the settings may name. ``recorded`` gives the HTTP layer of a server by its
    name, where sessions are recorded or replayed. The SDK is imported with the first session.
    """

    def __init__(
        self,
        settings: McpSettings,
        http: HttpClients,
        *,
        locate: Locate | None = None,
        recorded: Recorded | None = None,
    ) -> None:
        self._settings = settings
        self._locate = locate
        self._recorded = recorded
        tls = settings.http.tls or settings.tls
        self._overrides = settings.http.model_copy(update={"tls": tls})
        self._engine, self._policy = http.lines(self._overrides)

    async def listed(self, identity: RequestIdentity) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        return await listed_servers(self._settings, self._locate, identity)

    async def session(self, server: McpListedServer, token: Secret | None, act: Act[T], *, operation: str) -> T:
        """Connect, initialise, act and close. Raises ProviderError, and MissingDependencyError without the extra."""
        try:
            import anyio

            from understudy.providers.mcp.session import Wires, run_session
            from understudy.providers.mcp.transport import Observed, PoolTransport
        except ImportError as error:
            raise MissingDependencyError(
                "mcp", target=error.name or "mcp", reason=str(error), install=_INSTALL
            ) from None
        secrets = self._secrets(server, token, operation)
        engine = self._engine if self._recorded is None else self._over_recordings(server, self._recorded, operation)
        settings = self._settings
        scope = anyio.CancelScope()
        observed = Observed(scope.cancel)
        transport = PoolTransport(
            engine,
            self._policy,
            url=server.url,
            secrets=secrets,
            read=2 * settings.timeout,  # the session's own time ends first
            observed=observed,
            ends_on_refusal=server.transport == "sse",
        )
        wires = Wires(server, transport, timeout=settings.timeout, event_bytes=self._policy.line_bytes)
        try:
            return await run_session(wires, observed, scope, act)
        except ProviderError as error:
            raise coded(error, operation=operation, host=_host(server)).with_traceback(None)  # noqa: B904 - the same one

    def _over_recordings(self, server: McpListedServer, recorded: Recorded, operation: str) -> Callable[[], Engine]:
        if server.transport == "sse":
            raise InvalidRequestError(
                f"The MCP server {server.name!r} speaks sse, which is neither recorded nor replayed: there an answer "
                "comes in another exchange than the one that asked for it.",
                provider="mcp",
                operation=operation,
                host=_host(server),
                code="INVALID_REQUEST",
                hint="Speak streamable-http to it, or let platform.mcp.use be real or mock.",
            )
        engine, _ = recorded(server.name).lines(self._overrides)
        return engine

    def _secrets(self, server: McpListedServer, token: Secret | None, operation: str) -> Mapping[str, Secret]:
        if token is None:
            return {}
        if not (Origin.of(server.url, provider="mcp").keeps_secrets or self._settings.allow_plain_http):
            raise InvalidRequestError(
                f"The token would cross the network in clear to the MCP server {server.name!r}; nothing was sent.",
                provider="mcp",
                operation=operation,
                host=_host(server),
                code="INVALID_REQUEST",
                hint="Use https, or allow it with platform.mcp.allow_plain_http.",
            )
        try:
            return checked_secrets({"authorization": _bearer(token)})
        except InvalidRequestError as error:
            error.code = "INVALID_REQUEST"
            raise coded(error, operation=operation, host=_host(server))  # noqa: B904 - the same one

    async def aclose(self) -> None:
        """Nothing is held: sessions end with their calls, and the pool is not its own."""


def _bearer(token: Secret) -> Secret:
    return Secret(f"Bearer {token.reveal()}")


def _host(server: McpListedServer) -> str:
    return Origin.of(server.url, provider="mcp").netloc
