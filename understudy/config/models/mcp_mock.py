"""Settings of the stand-ins for MCP servers: their tools, who may use them, and what fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, NonNegativeInt

from understudy.config.models.base import OptionalSecret, Section
from understudy.config.models.scenarios import ScenarioSettings

__all__ = ["McpMockServerSettings", "McpMockSettings", "McpMockToolSettings"]


class McpMockToolSettings(Section):
    """One tool of a stand-in server, and what it always answers."""

    description: str = ""
    """What it is for."""
    input_schema: Mapping[str, Any] = Field(default_factory=lambda: {"type": "object", "properties": {}})
    """The JSON Schema of its arguments; calls that do not fit it are refused."""
    text: str = ""
    """What it answers, as text."""
    structured: Any = None
    """What it answers, as JSON."""
    is_error: bool = False
    """Whether the answer is the tool's failure."""


class McpMockServerSettings(Section):
    """One stand-in server."""

    token: OptionalSecret = None
    """The bearer token that it asks for; absent: it asks for none."""
    version: str = "1.0.0"
    """What it says of itself."""
    instructions: str = ""
    """What it says of its use."""
    tools: Mapping[str, McpMockToolSettings] = Field(default_factory=dict)
    """Its tools by name."""


class McpMockSettings(Section):
    """The stand-ins of the servers in `platform.mcp.servers`."""

    servers: Mapping[str, McpMockServerSettings] = Field(default_factory=dict)
    """By the name that the server is listed with; one that is listed and not here has the tool `echo`."""
    scenarios: tuple[ScenarioSettings, ...] = ()
    """Calls that fail."""
    calls_kept: NonNegativeInt = 1000
    """How many calls are remembered for assertions; older ones are forgotten."""
