"""The real client."""

from __future__ import annotations

from understudy.domain.identity import RequestIdentity
from understudy.providers.mcp.operations import McpOperations
from understudy.providers.mcp.service import McpService

__all__ = ["SdkMcpClient"]


class SdkMcpClient(McpOperations):
    """MCP servers through the official SDK, as the user of ``identity``; ``service`` is what all requests share."""

    __slots__ = ()

    def __init__(self, identity: RequestIdentity, service: McpService) -> None:
        super().__init__(identity, service)
