"""The stand-in's client: the real one's operations on servers in this process."""

from __future__ import annotations

import asyncio
import threading
from typing import TypeVar

from understudy.config.models.platform import McpSettings
from understudy.domain.errors import RequestTimeoutError
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpClient, McpListedServer, McpTransport
from understudy.domain.secrets import Secret
from understudy.providers.mcp.errors import coded, status_error
from understudy.providers.mcp.mock.server import MockMcpServer
from understudy.providers.mcp.operations import Act, McpOperations
from understudy.providers.mcp.service import Locate, listed_servers
from understudy.providers.scenarios import PlatformCalls, Scenarios

__all__ = ["MockMcpClient", "MockMcpService"]

T = TypeVar("T")

_OPERATIONS = tuple(name for name in vars(McpClient) if not name.startswith("_"))


class MockMcpService:
    """What all stand-in clients of one container share.

    ``server(name)`` is the state of a listed server: give it tools, a token. ``add_server`` lists one more.
    ``scenarios`` fail calls; ``calls`` is what was asked.
    """

    def __init__(self, settings: McpSettings | None = None, *, locate: Locate | None = None) -> None:
        settings = settings or McpSettings()
        self.scenarios = Scenarios(settings.mock.scenarios, provider="mcp", operations=_OPERATIONS)
        self.calls = PlatformCalls(name="the stand-in for mcp", kept=settings.mock.calls_kept)
        self._settings = settings
        self._locate = locate
        self._added: list[McpListedServer] = []
        self._servers: dict[str, MockMcpServer] = {}
        self._lock = threading.Lock()

    def add_server(
        self, name: str, url: str, *, transport: McpTransport = "streamable-http", description: str = ""
    ) -> MockMcpServer:
        """List a server beside those of the settings, and give its state."""
        listed = McpListedServer(name=name, url=url, transport=transport, description=description)
        self._added.append(listed)
        return self._state(listed)

    def server(self, name: str) -> MockMcpServer:
        """The state of a server of the settings, or of one that was added or asked before. Raises KeyError."""
        said = self._settings.servers.get(name)
        if said is None:
            return self._servers[name]
        return self._state(McpListedServer(name=name, url=said.url, transport=said.transport))

    async def listed(self, identity: RequestIdentity) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        return (*self._added, *await listed_servers(self._settings, self._locate, identity))

    async def session(self, server: McpListedServer, token: Secret | None, act: Act[T], *, operation: str) -> T:
        """Ask the server's state, as the user of ``token``. Raises ProviderError."""
        state = self._state(server)
        await asyncio.sleep(0)  # others get their turn here, as while a real answer is awaited
        if state.token is not None and token != state.token:
            raise coded(status_error(401), operation=operation)
        deadline = asyncio.timeout(self._settings.timeout)
        try:
            async with deadline:
                return await act(state)
        except TimeoutError:
            if not deadline.expired():
                raise
        late = RequestTimeoutError(
            f"The session was not done within {self._settings.timeout:g} s.", phase="total", retryable=True
        )
        raise coded(late, operation=operation)

    async def aclose(self) -> None:
        """Nothing is held; the state and the calls stay for assertions."""

    def _state(self, listed: McpListedServer) -> MockMcpServer:
        with self._lock:
            if listed.name not in self._servers:
                self._servers[listed.name] = MockMcpServer(listed, self._settings.mock.servers.get(listed.name))
            return self._servers[listed.name]


class MockMcpClient(McpOperations):
    """Stands in for SdkMcpClient: the same checks, the same results, the same errors, no network."""

    __slots__ = ("_service",)

    def __init__(self, identity: RequestIdentity, service: MockMcpService) -> None:
        super().__init__(identity, service)
        self._service = service

    async def list_servers(self) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        user = self._identity.user
        with self._service.calls.recording("list_servers", user, {}) as call:
            self._service.scenarios.check("list_servers", user, {})
            call.result = result = await super().list_servers()
            return result

    async def _session(
        self, operation: str, server: str, token: Secret | None, act: Act[T], /, **arguments: object
    ) -> T:
        user, given = self._identity.user, {"server": server, **arguments}
        with self._service.calls.recording(operation, user, given) as call:
            self._service.scenarios.check(operation, user, given)
            call.result = result = await super()._session(operation, server, token, act, **arguments)
            return result
