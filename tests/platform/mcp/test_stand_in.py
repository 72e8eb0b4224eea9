"""The stand-in servers: tools from settings and code, scenarios, and the record of calls."""

from __future__ import annotations

import pytest

from understudy.config.models.platform import McpSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    OverloadedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ScriptError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpToolResult
from understudy.providers.mcp.mock import MockMcpClient, MockMcpService

ANN = RequestIdentity.of("user-token", mcp_token="ann-mcp", user="ann")
BOB = RequestIdentity.of("user-token", mcp_token="bob-mcp", user="bob")
SERVERS = {"weather": {"url": "https://weather.example.com/mcp"}}


def service(**mock: object) -> MockMcpService:
    return MockMcpService(McpSettings.model_validate({"servers": SERVERS, "mock": mock}))


async def test_a_listed_server_without_tools_has_an_echo() -> None:
    client = MockMcpClient(ANN, service())
    assert [tool.name for tool in await client.list_tools("weather")] == ["echo"]
    assert (await client.call_tool("weather", "echo", {"text": "hi"})).text == "hi"


async def test_tools_of_the_settings() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = {
        "forecast": {"description": "Tomorrow.", "input_schema": schema, "structured": {"degrees": 21}},
        "broken": {"text": "out of order", "is_error": True},
    }
    shared = service(servers={"weather": {"version": "2.1", "instructions": "Ask.", "tools": tools}})
    client = MockMcpClient(ANN, shared)
    assert (await client.call_tool("weather", "forecast", {"city": "Oslo"})).structured == {"degrees": 21}
    assert (await client.call_tool("weather", "forecast", {"city": 7})).is_error
    broken = await client.call_tool("weather", "broken")
    assert (broken.text, broken.is_error) == ("out of order", True)
    config = await client.get_server_config("weather")
    assert (config.version, config.instructions) == ("2.1", "Ask.")


async def test_tools_in_code_are_seen_by_all_users() -> None:
    shared = service()
    counted: list[str] = []
    shared.server("weather").tool("count", lambda: counted.append("x") or len(counted))
    assert (await MockMcpClient(ANN, shared).call_tool("weather", "count")).structured == {"result": 1}
    assert (await MockMcpClient(BOB, shared).call_tool("weather", "count")).text == "2"
    shared.server("weather").remove_tool("count")
    assert (await MockMcpClient(ANN, shared).call_tool("weather", "count")).text == "Unknown tool: count"


async def test_a_tool_may_give_a_whole_result_and_does_not_keep_the_arguments() -> None:
    shared = service()
    given = {"items": [1]}
    shared.server("weather").tool("spoil", lambda items: items.append(2) or McpToolResult(is_error=True))
    assert (await MockMcpClient(ANN, shared).call_tool("weather", "spoil", given)).is_error
    assert given == {"items": [1]}


async def test_a_server_added_in_code_is_listed() -> None:
    shared = service()
    shared.add_server("notes", "https://notes.example.com/sse", transport="sse")
    client = MockMcpClient(ANN, shared)
    assert [(each.name, each.transport) for each in await client.list_servers()] == [
        ("notes", "sse"),
        ("weather", "streamable-http"),
    ]
    assert (await client.call_tool("https://notes.example.com/sse", "echo", {"text": "hi"})).text == "hi"
    with pytest.raises(KeyError):
        shared.server("nothing")


async def test_a_servers_token_tells_users_apart() -> None:
    shared = service(servers={"weather": {"token": "ann-mcp"}})
    assert (await MockMcpClient(ANN, shared).check_connection_status("weather")).status == "connected"
    with pytest.raises(AuthenticationError) as caught:
        await MockMcpClient(BOB, shared).list_tools("weather")
    assert (caught.value.status, caught.value.provider, caught.value.operation) == (401, "mcp", "list_tools")


@pytest.mark.parametrize(
    ("scenario", "kind", "code"),
    [
        ("timeout", RequestTimeoutError, "SERVER_UNAVAILABLE"),
        ("connection_failed", ConnectionFailedError, "CONNECTION_FAILED"),
        ("unavailable", OverloadedError, "SERVER_UNAVAILABLE"),
        ("unauthorised", AuthenticationError, "UNAUTHORIZED"),
        ("invalid_request", InvalidRequestError, "INVALID_REQUEST"),
        ("rate_limited", RateLimitError, "SERVER_UNAVAILABLE"),
    ],
)
async def test_scenarios_fail_calls_and_fill_statuses(scenario: str, kind: type[ProviderError], code: str) -> None:
    shared = service(scenarios=[{"arguments": {"server": "weather"}, "error": scenario, "times": 2}])
    client = MockMcpClient(ANN, shared)
    with pytest.raises(kind):
        await client.call_tool("weather", "echo", {"text": "hi"})
    status = await client.list_tools_with_status("weather")
    assert status.error is not None
    assert status.error.code == code
    assert (await client.list_tools_with_status("weather")).status == "success"


async def test_calls_are_recorded_without_tokens() -> None:
    shared = service()
    client = MockMcpClient(ANN, shared)
    await client.call_tool("weather", "echo", {"text": "hi"})
    await client.list_servers()
    shared.calls.assert_called("call_tool", times=1, server="weather", tool="echo", arguments={"text": "hi"})
    shared.calls.assert_called("list_servers", times=1)
    assert {call.user for call in shared.calls} == {"ann"}
    assert "ann-mcp" not in repr(list(shared.calls))


def test_an_operation_that_does_not_exist_is_found_at_once() -> None:
    with pytest.raises(ScriptError, match="call_tool"):
        service().scenarios.fail("call_tol")
