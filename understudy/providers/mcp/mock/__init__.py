"""Stand-ins for MCP servers, and a client on them."""

from understudy.providers.mcp.mock.client import MockMcpClient, MockMcpService
from understudy.providers.mcp.mock.server import Handler, MockMcpServer

__all__ = ["Handler", "MockMcpClient", "MockMcpServer", "MockMcpService"]
