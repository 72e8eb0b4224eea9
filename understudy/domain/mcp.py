"""The port to MCP servers, on behalf of one user, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from understudy.domain.secrets import Secret

__all__ = [
    "McpClient",
    "McpConnectionStatus",
    "McpContent",
    "McpListedServer",
    "McpServerConfig",
    "McpStatusError",
    "McpTool",
    "McpToolResult",
    "McpToolsStatus",
    "McpTransport",
]

McpTransport: TypeAlias = Literal["streamable-http", "sse"]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class McpListedServer:
    """A server that may be asked."""

    name: str
    url: str
    transport: McpTransport = "streamable-http"
    description: str = ""
    logo: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class McpServerConfig:
    """A listed server and what it says of itself when a session begins."""

    server: McpListedServer
    title: str = ""
    version: str = ""
    protocol_version: str = ""
    instructions: str = ""
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class McpTool:
    """A tool. The schemas are JSON Schemas: of its arguments, and of its structured result where it has one."""

    name: str
    title: str = ""
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=_nothing)
    output_schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class McpContent:
    """A piece of a tool's result: text, image, audio, resource or resource_link. ``data`` is in base64."""

    type: str = "text"
    text: str = ""
    data: str = field(default="", repr=False)
    mime_type: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpToolResult:
    """What a tool answered. ``is_error`` is the tool's own failure, or a call that it did not take."""

    content: tuple[McpContent, ...] = ()
    structured: Any = None
    is_error: bool = False

    @property
    def text(self) -> str:
        """The text pieces, joined by line ends."""
        return "\n".join(piece.text for piece in self.content if piece.type == "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class McpStatusError:
    """Why a server could not be used: our code, the HTTP status where one came, and the failure in words."""

    code: str
    status_code: int | None = None
    raw_error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class McpConnectionStatus:
    """Whether a session with a server could be had. ``latency`` is in seconds."""

    server_url: str
    status: Literal["connected", "error"]
    config: McpServerConfig | None = None
    latency: float = 0.0
    error: McpStatusError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class McpToolsStatus:
    """A server's tools, or why they could not be had."""

    server_url: str
    status: Literal["success", "error"]
    tools: tuple[McpTool, ...] = ()
    error: McpStatusError | None = None


@runtime_checkable
class McpClient(Protocol):
    """MCP servers as one user sees them; each call is a session of its own.

    ``server`` is the URL or the name of a listed server; anything else is refused before any traffic. ``mcp_token`` is
    sent as the bearer token in place of the identity's own; where there is neither, none is sent.

    The first three raise ProviderError subclasses; ``code`` is INVALID_REQUEST, UNAUTHORIZED, PERMISSION_DENIED,
    NOT_FOUND, SERVER_UNAVAILABLE, CONNECTION_FAILED or INTERNAL_ERROR. The last two report them instead.
    """

    async def list_servers(self) -> tuple[McpListedServer, ...]:
        """The servers that may be asked."""
        ...

    async def list_tools(self, server: str, /, *, mcp_token: Secret | None = None) -> tuple[McpTool, ...]:
        """The server's tools."""
        ...

    async def get_server_config(self, server: str, /, *, mcp_token: Secret | None = None) -> McpServerConfig:
        """What is listed of the server, and what it says of itself."""
        ...

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
        ...

    async def check_connection_status(self, server: str, /, *, mcp_token: Secret | None = None) -> McpConnectionStatus:
        """Whether a session can be had; never raises ProviderError."""
        ...

    async def list_tools_with_status(self, server: str, /, *, mcp_token: Secret | None = None) -> McpToolsStatus:
        """The server's tools, or why not; never raises ProviderError."""
        ...
