"""One session with a server, on the SDK. Imported only with the extra."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import anyio
import httpx2
import mcp_types
from mcp.client.session import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from understudy._version import __version__
from understudy.domain.errors import ProviderError, RequestTimeoutError
from understudy.domain.mcp import McpContent, McpListedServer, McpServerConfig, McpTool, McpToolResult
from understudy.providers.mcp.errors import leaves, protocol_error, status_error, unexpected
from understudy.providers.mcp.operations import Act
from understudy.providers.mcp.transport import Observed, PoolTransport

__all__ = ["Wires", "run_session"]

T = TypeVar("T")

_PAGES = 100
_INFO = mcp_types.Implementation(name="understudy", version=__version__)


class Wires:
    """How one session is carried: a transport of ours, and how long the session may last, in seconds."""

    def __init__(self, server: McpListedServer, transport: PoolTransport, *, timeout: float, event_bytes: int) -> None:
        self.server = server
        self.transport = transport
        self.timeout = timeout
        self.event_bytes = event_bytes


async def run_session(wires: Wires, observed: Observed, scope: anyio.CancelScope, act: Act[T]) -> T:
    """Connect, initialise, act and close, all in the caller's task, within ``wires.timeout``.

    ``scope`` is the one that ``observed`` cancels; it keeps the time too, so that nothing else cancels this task.
    Raises ProviderError for all that goes wrong; the caller's own cancellation passes through as it is.
    """
    result: list[T] = []
    failure: BaseException | None = None
    scope.deadline = anyio.current_time() + wires.timeout
    try:
        with scope:
            async with _connected(wires) as session:
                result.append(await act(session))
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises, often in groups, is looked through below
        failure = error
    if result:
        return result[0]  # the answer was there; at most the goodbye failed
    raise _explained(failure, observed, wires)


def _explained(failure: BaseException | None, observed: Observed, wires: Wires) -> ProviderError:
    """The error behind what the SDK raised: our own observation first, then the server's words."""
    found = [] if failure is None else list(leaves(failure))
    said = next((error for error in found if isinstance(error, MCPError)), None)
    own = next((error for error in found if isinstance(error, ProviderError)), None)
    if observed.failure is not None:
        return observed.failure
    if observed.status is not None:
        return status_error(observed.status, said.message if said else "", retry_after=observed.retry_after)
    if said is not None:
        return protocol_error(said.code, said.message)
    if found:
        return own or unexpected(found[0])
    # Nobody failed, and yet there is no result: the scope's own time has ended the session.
    return RequestTimeoutError(
        f"The session was not done within {wires.timeout:g} s.",
        phase="total",
        code="SERVER_UNAVAILABLE",
        retryable=True,
        hint="Raise platform.mcp.timeout if the server's tools take longer.",
    )


@asynccontextmanager
async def _connected(wires: Wires) -> AsyncGenerator[_SdkSession]:
    limits = httpx2.Timeout(wires.timeout)

    def client(
        headers: dict[str, str] | None = None, timeout: httpx2.Timeout | None = None, auth: httpx2.Auth | None = None
    ) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=wires.transport, headers=headers, timeout=timeout or limits, auth=auth, trust_env=False
        )

    url = wires.server.url
    if wires.server.transport == "sse":
        async with (
            sse_client(url, timeout=wires.timeout, sse_read_timeout=wires.timeout, httpx_client_factory=client) as both,
            ClientSession(both[0], both[1], client_info=_INFO) as session,
        ):
            yield _SdkSession(wires.server, session, await session.initialize())
        return
    async with (
        client() as http,
        streamable_http_client(url, http_client=http, max_sse_event_size=wires.event_bytes) as both,
        ClientSession(both[0], both[1], client_info=_INFO) as session,
    ):
        yield _SdkSession(wires.server, session, await session.initialize())


class _SdkSession:
    """The SDK's session in our terms."""

    def __init__(self, server: McpListedServer, session: ClientSession, welcome: mcp_types.InitializeResult) -> None:
        self._session = session
        offered = welcome.capabilities.model_dump(exclude_none=True, by_alias=True)
        self.config = McpServerConfig(
            server=server,
            title=welcome.server_info.title or welcome.server_info.name,
            version=welcome.server_info.version,
            protocol_version=str(welcome.protocol_version),
            instructions=welcome.instructions or "",
            capabilities=tuple(sorted(offered)),
        )

    async def tools(self) -> tuple[McpTool, ...]:
        found: list[McpTool] = []
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self._session.list_tools(params=mcp_types.PaginatedRequestParams(cursor=cursor))
            found.extend(_tool(tool) for tool in page.tools)
            cursor = page.next_cursor
            if cursor is None:
                return tuple(found)
        raise unexpected(ValueError("the list of tools has no end"))

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> McpToolResult:
        result = await self._session.call_tool(tool, dict(arguments))
        return McpToolResult(
            content=tuple(_content(block) for block in result.content),
            structured=result.structured_content,
            is_error=result.is_error,
        )


def _tool(tool: mcp_types.Tool) -> McpTool:
    return McpTool(
        name=tool.name,
        title=tool.title or "",
        description=tool.description or "",
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
    )


def _content(block: mcp_types.ContentBlock) -> McpContent:
    match block:
        case mcp_types.TextContent():
            return McpContent(text=block.text)
        case mcp_types.ImageContent() | mcp_types.AudioContent():
            return McpContent(type=block.type, data=block.data, mime_type=block.mime_type)
        case mcp_types.ResourceLink():
            return McpContent(type=block.type, text=block.name, uri=str(block.uri), mime_type=block.mime_type or "")
        case mcp_types.EmbeddedResource():
            inside = block.resource
            text = inside.text if isinstance(inside, mcp_types.TextResourceContents) else ""
            data = inside.blob if isinstance(inside, mcp_types.BlobResourceContents) else ""
            return McpContent(
                type=block.type, text=text, data=data, uri=str(inside.uri), mime_type=inside.mime_type or ""
            )
