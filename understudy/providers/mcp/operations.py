"""The operations, over whatever makes a session: shared by the real client and its stand-in."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from understudy.domain.errors import ProviderError
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import (
    McpConnectionStatus,
    McpListedServer,
    McpServerConfig,
    McpTool,
    McpToolResult,
    McpToolsStatus,
)
from understudy.domain.secrets import Secret
from understudy.providers.mcp.errors import told
from understudy.providers.mcp.listing import find_server

__all__ = ["Act", "McpOperations", "Servers", "Session"]

T = TypeVar("T")


class Session(Protocol):
    """A session that has begun."""

    @property
    def config(self) -> McpServerConfig:
        """What the server said when it began."""
        ...

    async def tools(self) -> tuple[McpTool, ...]:
        """All tools."""
        ...

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> McpToolResult:
        """A tool's result."""
        ...


Act = Callable[[Session], Awaitable[T]]


class Servers(Protocol):
    """What all requests share: the list of servers, and the way to a session with one."""

    async def listed(self, identity: RequestIdentity) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        ...

    async def session(self, server: McpListedServer, token: Secret | None, act: Act[T], *, operation: str) -> T:
        """Connect, initialise, act and close. Raises ProviderError."""
        ...


class McpOperations:
    """The McpClient port for one identity. Made per request: it holds no connection and does nothing by being made."""

    __slots__ = ("_identity", "_servers")

    def __init__(self, identity: RequestIdentity, service: Servers) -> None:
        self._identity = identity
        self._servers = service

    async def list_servers(self) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        return await self._servers.listed(self._identity)

    async def list_tools(self, server: str, /, *, mcp_token: Secret | None = None) -> tuple[McpTool, ...]:
        """The server's tools."""
        return await self._session("list_tools", server, mcp_token, _tools)

    async def get_server_config(self, server: str, /, *, mcp_token: Secret | None = None) -> McpServerConfig:
        """What is listed of the server, and what it says of itself."""
        return await self._session("get_server_config", server, mcp_token, _config)

    async def call_tool(
        self,
        server: str,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        /,
        *,
        mcp_token: Secret | None = None,
    ) -> McpToolResult:
        """Call a tool. A tool that fails, or does not exist, is a result with ``is_error``."""
        given = dict(arguments or {})
        return await self._session(
            "call_tool",
            server,
            mcp_token,
            lambda session: session.call(tool, given),
            tool=tool,
            arguments=given,
        )

    async def check_connection_status(self, server: str, /, *, mcp_token: Secret | None = None) -> McpConnectionStatus:
        """Whether a session can be had; never raises ProviderError."""
        began = time.perf_counter()
        try:
            config = await self._session("check_connection_status", server, mcp_token, _config)
        except ProviderError as error:
            spent = time.perf_counter() - began
            return McpConnectionStatus(server_url=server, status="error", latency=spent, error=told(error))
        spent = time.perf_counter() - began
        return McpConnectionStatus(server_url=config.server.url, status="connected", config=config, latency=spent)

    async def list_tools_with_status(self, server: str, /, *, mcp_token: Secret | None = None) -> McpToolsStatus:
        """The server's tools, or why not; never raises ProviderError."""
        try:
            tools = await self._session("list_tools_with_status", server, mcp_token, _tools)
        except ProviderError as error:
            return McpToolsStatus(server_url=server, status="error", error=told(error))
        return McpToolsStatus(server_url=server, status="success", tools=tools)

    async def _session(
        self,
        operation: str,
        server: str,
        token: Secret | None,
        act: Act[T],
        /,
        **arguments: object,  # noqa: ARG002 - stand-ins record them
    ) -> T:
        """One session with a listed server, with the token given or the identity's."""
        listed = find_server(await self._servers.listed(self._identity), server, operation=operation)
        chosen = self._identity.mcp_token if token is None else token
        return await self._servers.session(listed, chosen, act, operation=operation)


async def _tools(session: Session) -> tuple[McpTool, ...]:
    return await session.tools()


async def _config(session: Session) -> McpServerConfig:
    return session.config
