"""MCP servers of the official SDK on loopback, and stand-ins of the same tools."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
import uvicorn

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import McpServer, McpSettings
from understudy.domain.mcp import McpTransport
from understudy.domain.secrets import Secret
from understudy.providers.http.clients import HttpClients
from understudy.providers.mcp.client import SdkMcpClient
from understudy.providers.mcp.mock import MockMcpClient, MockMcpServer, MockMcpService
from understudy.providers.mcp.service import McpService
from understudy.testing.contracts.mcp import McpStage, contract_tools

TOKEN = Secret("mcp-token-0123456789")
"""Not a credential of anything: what the tests send and their servers accept."""

INTEGERS = {"a": {"type": "integer"}, "b": {"type": "integer"}}
SCHEMAS: dict[str, dict[str, Any]] = {
    "echo": {"text": {"type": "string"}},
    "add": INTEGERS,
    "remember": {"key": {"type": "string"}, "value": {"type": "string"}},
    "recall": {"key": {"type": "string"}},
    "fail": {},
    "slow": {"seconds": {"type": "number"}},
}


@contextlib.contextmanager
def serving(app: Any) -> Iterator[str]:
    # With its protocol named, asyncio sends small pieces at once; without, each waits for an acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def sdk_app(name: str, transport: McpTransport, *, secured: bool = False) -> Any:
    from mcp.server.auth.provider import AccessToken
    from mcp.server.auth.settings import AuthSettings
    from mcp.server.mcpserver import MCPServer

    class Verifier:
        async def verify_token(self, token: str) -> AccessToken | None:
            return AccessToken(token=token, client_id="ann", scopes=[]) if token == TOKEN.reveal() else None

    secure: dict[str, Any] = {}
    if secured:
        urls = {"issuer_url": "https://issuer.example.com", "resource_server_url": None}
        secure = {"token_verifier": Verifier(), "auth": AuthSettings.model_validate(urls)}
    server = MCPServer(name, **secure)
    for tool in contract_tools().values():
        server.tool()(tool)
    return server.sse_app() if transport == "sse" else server.streamable_http_app()


async def no_mcp(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"nothing here"})


def dead_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/mcp"


@pytest.fixture(scope="session")
def sdk_servers() -> Iterator[Callable[[McpTransport], dict[str, McpServer]]]:
    """The servers of a transport by name, started when first asked for."""
    started: dict[str, dict[str, McpServer]] = {}
    with contextlib.ExitStack() as stack:

        def servers(transport: McpTransport) -> dict[str, McpServer]:
            if transport not in started:
                path = "/sse" if transport == "sse" else "/mcp"
                urls = {
                    "open": stack.enter_context(serving(sdk_app("open", transport))) + path,
                    "secured": stack.enter_context(serving(sdk_app("secured", transport, secured=True))) + path,
                    "lost": stack.enter_context(serving(no_mcp)) + path,
                    "dead": dead_url(),
                }
                started[transport] = {name: McpServer(url=url, transport=transport) for name, url in urls.items()}
            return started[transport]

        yield servers


@pytest.fixture
async def http() -> AsyncIterator[HttpClients]:
    async with HttpClients(HttpSettings()) as clients:
        yield clients


def sdk_stage(servers: dict[str, McpServer], http: HttpClients) -> McpStage:
    usual = McpService(McpSettings(servers=servers, timeout=20), http)
    hurried = McpService(McpSettings(servers=servers, timeout=0.3), http)
    return McpStage(
        client=lambda identity: SdkMcpClient(identity, usual),
        hurried=lambda identity: SdkMcpClient(identity, hurried),
        open_url=servers["open"].url,
        token=TOKEN,
    )


def mock_stage() -> McpStage:
    names = ("open", "secured", "dead", "lost")
    settings = McpSettings(servers={name: McpServer(url=f"https://{name}.example.com/mcp") for name in names})
    usual, hurried = MockMcpService(settings), MockMcpService(settings.model_copy(update={"timeout": 0.02}))
    for service in (usual, hurried):
        service.scenarios.fail("*", "connection_failed", server="dead")
        service.scenarios.fail("*", "not_found", server="lost")
        service.server("secured").token = TOKEN
        for name in ("open", "secured"):
            give_tools(service.server(name))
    return McpStage(
        client=lambda identity: MockMcpClient(identity, usual),
        hurried=lambda identity: MockMcpClient(identity, hurried),
        open_url="https://open.example.com/mcp",
        token=TOKEN,
    )


def give_tools(server: MockMcpServer) -> None:
    for name, tool in contract_tools().items():
        properties = SCHEMAS[name]
        schema = {"type": "object", "properties": properties, "required": list(properties)}
        server.tool(name, tool, description=tool.__doc__ or "", input_schema=schema)


@pytest.fixture(params=["mock", "streamable-http", "sse"])
def stage(request: pytest.FixtureRequest, sdk_servers: Any, http: HttpClients) -> McpStage:
    return mock_stage() if request.param == "mock" else sdk_stage(sdk_servers(request.param), http)
