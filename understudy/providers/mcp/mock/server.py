"""A stand-in MCP server: tools with schemas, which keep the state that their functions keep."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from understudy.config.models.mcp_mock import McpMockServerSettings, McpMockToolSettings
from understudy.domain.mcp import McpContent, McpListedServer, McpServerConfig, McpTool, McpToolResult
from understudy.domain.secrets import Secret

__all__ = ["Handler", "MockMcpServer"]

Handler: TypeAlias = Callable[..., Any]
"""A tool's function: it gets the arguments by name and gives a text, JSON data or an McpToolResult, or awaits one."""

_PROTOCOL = "2025-11-25"
_ECHO = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


@dataclass(frozen=True, slots=True)
class _Tool:
    told: McpTool
    handler: Handler


class MockMcpServer:
    """One server's state: its tools, and the token that it asks for (None: none). Both may be changed at any time."""

    def __init__(self, listed: McpListedServer, settings: McpMockServerSettings | None = None) -> None:
        self.listed = listed
        self.token: Secret | None = None if settings is None else settings.token
        self._version = "1.0.0" if settings is None else settings.version
        self._instructions = "" if settings is None else settings.instructions
        self._tools: dict[str, _Tool] = {}
        if settings is None:
            self.tool("echo", lambda text: text, description="Says what it is told.", input_schema=_ECHO)
            return
        for name, said in settings.tools.items():
            self.tool(name, _fixed(said), description=said.description, input_schema=said.input_schema)

    def tool(
        self,
        name: str,
        handler: Handler,
        *,
        description: str = "",
        title: str = "",
        input_schema: Mapping[str, Any] | None = None,
        output_schema: Mapping[str, Any] | None = None,
    ) -> None:
        """A tool; one of this name is replaced. Calls whose arguments do not fit ``input_schema`` are refused."""
        schema = {"type": "object", "properties": {}} if input_schema is None else dict(input_schema)
        told = McpTool(
            name=name, title=title, description=description, input_schema=schema, output_schema=output_schema
        )
        self._tools[name] = _Tool(told, handler)

    def remove_tool(self, name: str) -> None:
        """Take a tool away. Raises KeyError where there is none of this name."""
        del self._tools[name]

    @property
    def config(self) -> McpServerConfig:
        """What the server says when a session begins."""
        return McpServerConfig(
            server=self.listed,
            title=self.listed.name,
            version=self._version,
            protocol_version=_PROTOCOL,
            instructions=self._instructions,
            capabilities=("tools",),
        )

    async def tools(self) -> tuple[McpTool, ...]:
        """All tools."""
        return tuple(tool.told for tool in self._tools.values())

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> McpToolResult:
        """A tool's result.

        A tool that is not there, does not take the arguments or raises is one with ``is_error``; what it raised is not
        told. A tool that has something to say of its failure gives such a result itself.
        """
        found = self._tools.get(tool)
        if found is None:
            return _failed(f"Unknown tool: {tool}")
        from understudy.providers.generation.mock.schemas import problem

        fault = problem(arguments, found.told.input_schema)
        if fault is not None:
            return _failed(f"Error executing tool {tool}: the arguments do not fit: {fault}")
        try:
            given = found.handler(**copy.deepcopy(dict(arguments)))
            return _result(await given if inspect.isawaitable(given) else given)
        except Exception:  # noqa: BLE001 - a tool's failure is a result; servers keep its words to themselves
            return _failed(f"Error executing tool {tool}")


def _fixed(said: McpMockToolSettings) -> Handler:
    def answer(**_: object) -> McpToolResult:
        text = said.text or ("" if said.structured is None else json.dumps(said.structured))
        return McpToolResult(content=(McpContent(text=text),), structured=said.structured, is_error=said.is_error)

    return answer


def _result(given: Any) -> McpToolResult:
    if isinstance(given, McpToolResult):
        return given
    if isinstance(given, str):
        return McpToolResult(content=(McpContent(text=given),), structured={"result": given})
    structured = given if isinstance(given, Mapping) else {"result": given}
    text = json.dumps(given) if isinstance(given, Mapping | list) else str(given)
    return McpToolResult(content=(McpContent(text=text),), structured=structured)


def _failed(words: str) -> McpToolResult:
    return McpToolResult(content=(McpContent(text=words),), is_error=True)
