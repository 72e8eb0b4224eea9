"""What becomes of servers that refuse, lie, redirect or break: always one error of the tree, never a hang."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import McpServer, McpSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailedError,
    InvalidRequestError,
    LimitExceededError,
    MissingDependencyError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpTransport
from understudy.domain.secrets import Secret
from understudy.providers.http.clients import HttpClients
from understudy.providers.mcp.client import SdkMcpClient
from understudy.providers.mcp.service import McpService
from understudy.testing.asgi import AsgiTransport

URL = "https://mcp.example.com/mcp"
TOKEN = "mcp-secret-token-98765"
ANN = RequestIdentity.of("user-token", mcp_token=TOKEN)

Answer = Callable[[dict[str, Any]], Any]


def client_of(
    app: Any,
    *,
    transport: McpTransport = "streamable-http",
    url: str = URL,
    http: dict[str, Any] | None = None,
    **settings: Any,
) -> SdkMcpClient:
    clients = HttpClients(HttpSettings.model_validate(http or {}), transport=AsgiTransport(app))
    servers = {"one": McpServer(url=url, transport=transport)}
    return SdkMcpClient(ANN, McpService(McpSettings(servers=servers, **{"timeout": 5, **settings}), clients))


async def send(
    channel: Callable[[Any], Awaitable[None]], status: int, body: bytes, kind: str = "application/json", **headers: str
) -> None:
    pairs = [
        (b"content-type", kind.encode()),
        *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
    ]
    await channel({"type": "http.response.start", "status": status, "headers": pairs})
    await channel({"type": "http.response.body", "body": body})


async def read(receive: Callable[[], Awaitable[Any]]) -> bytes:
    message = await receive()
    return message.get("body", b"")


def always(status: int, body: bytes = b"no", kind: str = "text/plain", **headers: str) -> Any:
    async def app(scope: Any, receive: Any, channel: Any) -> None:
        await read(receive)
        await send(channel, status, body, kind, **headers)

    return app


def speaking(answer: Answer) -> Any:
    """A server by hand: ``answer`` gives the result of a request that is not the greeting, or bytes."""

    async def app(scope: Any, receive: Any, channel: Any) -> None:
        if scope["method"] != "POST":
            await send(channel, 405, b"")
            return
        asked = json.loads(await read(receive))
        if "id" not in asked:
            await send(channel, 202, b"")
            return
        if asked["method"] == "initialize":
            told: Any = {
                "protocolVersion": asked["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "by hand", "version": "1"},
            }
        else:
            told = answer(asked)
        if isinstance(told, bytes):
            await send(channel, 200, told)
            return
        body = {"jsonrpc": "2.0", "id": asked["id"], **(told if "error" in told else {"result": told})}
        await send(channel, 200, json.dumps(body).encode())

    return app


STATUSES: list[tuple[int, type[ProviderError], str]] = [
    (400, InvalidRequestError, "INVALID_REQUEST"),
    (401, AuthenticationError, "UNAUTHORIZED"),
    (403, PermissionDeniedError, "PERMISSION_DENIED"),
    (404, NotFoundError, "NOT_FOUND"),
    (405, InvalidRequestError, "INVALID_REQUEST"),
    (408, RequestTimeoutError, "SERVER_UNAVAILABLE"),
    (429, RateLimitError, "SERVER_UNAVAILABLE"),
    (500, ServerError, "INTERNAL_ERROR"),
    (503, OverloadedError, "SERVER_UNAVAILABLE"),
]


@pytest.mark.parametrize("transport", ["streamable-http", "sse"])
@pytest.mark.parametrize(("status", "kind", "code"), STATUSES, ids=[str(row[0]) for row in STATUSES])
async def test_every_status_is_found_again(
    transport: McpTransport, status: int, kind: type[ProviderError], code: str
) -> None:
    with pytest.raises(kind) as caught:
        await client_of(always(status, retry_after="7"), transport=transport).list_tools("one")
    error = caught.value
    assert (error.status, error.code, error.operation, error.provider) == (status, code, "list_tools", "mcp")
    assert (error.host, error.retry_after) == ("mcp.example.com", 7)
    assert TOKEN not in str(error)


async def test_a_refusal_after_the_greeting_is_found_again() -> None:
    """The session began; then the server no longer takes it."""
    inner = speaking(lambda asked: {})

    async def app(scope: Any, receive: Any, channel: Any) -> None:
        body = await read(receive)
        if b'"tools/list"' in body:
            await send(channel, 401, b"")
            return

        async def again() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        await inner(scope, again, channel)

    with pytest.raises(AuthenticationError):
        await client_of(app).list_tools("one")


async def test_the_servers_own_words_are_told() -> None:
    app = speaking(lambda asked: {"error": {"code": -32602, "message": "the cursor is wrong"}})
    with pytest.raises(InvalidRequestError, match="the cursor is wrong") as caught:
        await client_of(app).list_tools("one")
    assert caught.value.code == "INVALID_REQUEST"
    app = speaking(lambda asked: {"error": {"code": -32603, "message": "the database is down"}})
    with pytest.raises(ServerError, match="the database is down"):
        await client_of(app).call_tool("one", "x")


async def test_follows_the_pages_of_tools() -> None:
    pages: dict[str | None, Any] = {
        None: {"tools": [{"name": "a", "inputSchema": {"type": "object"}}], "nextCursor": "2"},
        "2": {"tools": [{"name": "b", "inputSchema": {"type": "object"}}]},
    }
    app = speaking(lambda asked: pages[asked.get("params", {}).get("cursor")])
    assert [tool.name for tool in await client_of(app).list_tools("one")] == ["a", "b"]


async def test_a_list_without_end_is_refused() -> None:
    page = {"tools": [], "nextCursor": "again"}
    with pytest.raises(ProviderError, match="no end"):
        await client_of(speaking(lambda asked: page)).list_tools("one")


async def test_reads_every_kind_of_content() -> None:
    content = [
        {"type": "text", "text": "one"},
        {"type": "image", "data": "aGk=", "mimeType": "image/png"},
        {"type": "audio", "data": "aGk=", "mimeType": "audio/wav"},
        {"type": "resource_link", "name": "file", "uri": "file:///a"},
        {"type": "resource", "resource": {"uri": "file:///b", "text": "inside", "mimeType": "text/plain"}},
        {"type": "resource", "resource": {"uri": "file:///c", "blob": "aGk="}},
    ]
    listed = {"tools": [{"name": "x", "inputSchema": {"type": "object"}}]}
    app = speaking(lambda asked: listed if asked["method"] == "tools/list" else {"content": content})
    result = await client_of(app).call_tool("one", "x")
    told = [(piece.type, piece.text, piece.data, piece.uri) for piece in result.content]
    assert told == [
        ("text", "one", "", ""),
        ("image", "", "aGk=", ""),
        ("audio", "", "aGk=", ""),
        ("resource_link", "file", "", "file:///a"),
        ("resource", "inside", "", "file:///b"),
        ("resource", "", "aGk=", "file:///c"),
    ]
    assert result.text == "one"


@pytest.mark.parametrize(
    "app",
    [
        always(200, b"<html>login</html>", "text/html"),
        always(200, b"{}", "application/json"),
        always(200, b"not json", "application/json"),
        always(200, b"", "text/event-stream"),
        always(200, b"data: {}\n\n", "text/event-stream"),
        always(202, b""),
        speaking(lambda asked: b"nonsense"),
        speaking(lambda asked: {"tools": "none"}),
        speaking(lambda asked: {"tools": [{"name": 3}]}),
    ],
    ids=[
        "html",
        "empty_object",
        "not_json",
        "empty_stream",
        "foreign_event",
        "accepted",
        "nonsense",
        "wrong",
        "wrong_tool",
    ],
)
async def test_answers_that_cannot_be_used_are_provider_errors(app: Any) -> None:
    with pytest.raises(ProviderError) as caught:
        await client_of(app).list_tools("one")
    assert caught.value.code
    assert not isinstance(caught.value, RequestTimeoutError)


@pytest.mark.parametrize("status", [301, 307])
async def test_a_redirect_to_another_origin_is_not_followed(status: int) -> None:
    """The token goes nowhere but to the listed server."""
    hosts: list[str] = []

    async def app(scope: Any, receive: Any, channel: Any) -> None:
        hosts.append(scope["server"][0])
        await always(status, b"", location="https://evil.example.com/mcp")(scope, receive, channel)

    for transport in ("streamable-http", "sse"):
        with pytest.raises(ProviderError):
            await client_of(app, transport=transport).list_tools("one")
    assert set(hosts) == {"mcp.example.com"}


async def test_an_endpoint_of_another_origin_is_not_used() -> None:
    """An SSE server says where to post; it may not name another host."""
    hosts: list[str] = []

    async def app(scope: Any, receive: Any, channel: Any) -> None:
        hosts.append(scope["server"][0])
        await send(channel, 200, b"event: endpoint\ndata: https://evil.example.com/post\n\n", "text/event-stream")

    with pytest.raises(ProviderError):
        await client_of(app, transport="sse").list_tools("one")
    assert hosts == ["mcp.example.com"]


async def test_an_answer_over_the_limit_is_refused() -> None:
    limits = {"limits": {"response_bytes": 1000}}
    with pytest.raises(LimitExceededError):
        await client_of(speaking(lambda asked: b" " * 5000), http=limits).list_tools("one")


async def test_a_lost_connection_is_told() -> None:
    async def app(scope: Any, receive: Any, channel: Any) -> None:
        return

    for transport in ("streamable-http", "sse"):
        with pytest.raises(ConnectionFailedError) as caught:
            await client_of(app, transport=transport).list_tools("one")
        assert caught.value.code == "CONNECTION_FAILED"


@pytest.mark.parametrize("transport", ["streamable-http", "sse"])
async def test_a_server_that_says_nothing_is_left(transport: McpTransport) -> None:
    async def app(scope: Any, receive: Any, channel: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with pytest.raises(RequestTimeoutError) as caught:
        await client_of(app, transport=transport, timeout=0.1).list_tools("one")
    assert caught.value.code == "SERVER_UNAVAILABLE"


async def test_no_token_in_clear_over_a_network() -> None:
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, channel: Any) -> None:
        seen.append(dict(scope["headers"]).get(b"authorization"))
        await always(404)(scope, receive, channel)

    url = "http://mcp.example.com/mcp"
    with pytest.raises(InvalidRequestError, match="in clear"):
        await client_of(app, url=url).list_tools("one")
    assert seen == []
    with pytest.raises(NotFoundError):
        await client_of(app, url=url, allow_plain_http=True).list_tools("one")
    assert seen == [f"Bearer {TOKEN}".encode()]


async def test_the_token_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """Neither ours nor the SDK's records have it, at DEBUG, in success and failure."""
    caplog.set_level(logging.DEBUG)
    listed = {"tools": []}
    await client_of(speaking(lambda asked: listed)).list_tools("one")
    await client_of(always(401)).check_connection_status("one")
    await client_of(always(500), transport="sse").check_connection_status("one")
    assert caplog.records
    assert TOKEN not in caplog.text


async def test_a_token_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="nothing was sent") as caught:
        await client_of(always(200)).list_tools("one", mcp_token=Secret("piece-one\npiece-two"))
    assert "piece" not in str(caught.value)


async def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("mcp", "understudy.providers.mcp.session"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp_types", None)
    with pytest.raises(MissingDependencyError, match=r"understudy\[mcp\]"):
        await client_of(always(200)).list_tools("one")


def test_the_sdk_is_imported_with_the_first_session_only() -> None:
    code = """
import sys, understudy.providers.mcp.client, understudy.providers.mcp.mock
print('mcp' in sys.modules, 'httpx2' in sys.modules)
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - a literal of this file
    assert done.stdout.split() == ["False", "False"]


async def test_bundles_that_cannot_be_read_are_settings_faults(tmp_path: Any) -> None:
    settings = McpSettings.model_validate({"tls": {"ca_bundles": [str(tmp_path / "none.pem")]}})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        McpService(settings, HttpClients(HttpSettings()))


async def test_a_date_is_advice_too() -> None:
    """Retry-After may be a date; it is told in seconds from now."""
    moment = datetime.now(UTC) + timedelta(seconds=600)
    with pytest.raises(OverloadedError) as caught:
        await client_of(always(503, retry_after=format_datetime(moment, usegmt=True))).list_tools("one")
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= 600
