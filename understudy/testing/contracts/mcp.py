"""What every MCP client keeps, real or stand-in: import the class and give it a ``stage`` fixture.

    from understudy.testing.contracts.mcp import McpContract, McpStage

    class TestMine(McpContract):
        @pytest.fixture
        def stage(self) -> McpStage:
            ...

The stage's servers have the tools that ``TOOLS`` names and ``contract_tools`` implements.
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    RequestTimeoutError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpClient
from understudy.domain.secrets import Secret

__all__ = ["TOOLS", "McpContract", "McpStage", "contract_tools"]

TOOLS = ("echo", "add", "remember", "recall", "fail", "slow")


@dataclass(frozen=True, slots=True, kw_only=True)
class McpStage:
    """What the contract plays on.

    ``client`` makes a client for an identity. The servers are listed by these names: ``open`` asks for no token,
    ``secured`` for ``token``, at ``dead`` nobody listens, and at ``lost`` there is an HTTP server that knows no MCP.
    ``hurried`` is a client whose sessions last 0.3 seconds.
    """

    client: Callable[[RequestIdentity], McpClient]
    hurried: Callable[[RequestIdentity], McpClient]
    open_url: str
    token: Secret


def contract_tools() -> dict[str, Callable[..., Any]]:
    """The tools' functions, with a memory of their own."""
    memory: dict[str, str] = {}

    def echo(text: str) -> str:
        """Says what it is told."""
        return text

    def add(a: int, b: int) -> dict[str, int]:
        """Adds two numbers."""
        return {"sum": a + b}

    def remember(key: str, value: str) -> str:
        """Remembers a value."""
        memory[key] = value
        return "remembered"

    def recall(key: str) -> str:
        """Says what was remembered."""
        return memory[key]

    def fail() -> str:
        """Always fails."""
        raise ValueError("this tool always fails")

    async def slow(seconds: float) -> str:
        """Takes its time."""
        await asyncio.sleep(seconds)
        return "done"

    return {tool.__name__: tool for tool in (echo, add, remember, recall, fail, slow)}


class McpContract:
    """The promises of the McpClient port."""

    @pytest.fixture
    def stage(self) -> McpStage:
        """The clients under test and their servers; a subclass gives it."""
        raise NotImplementedError("give the contract a `stage` fixture")

    @pytest.fixture
    def client(self, stage: McpStage) -> McpClient:
        """A client of a user without a token for MCP servers."""
        return stage.client(RequestIdentity.of("user-token", user="ann"))

    def test_is_an_mcp_client(self, client: McpClient) -> None:
        """It has every operation of the port."""
        assert isinstance(client, McpClient)

    async def test_lists_the_servers(self, client: McpClient) -> None:
        """All that may be asked, with what is listed of them."""
        assert {server.name for server in await client.list_servers()} >= {"open", "secured", "dead", "lost"}

    async def test_lists_tools_with_their_schemas(self, client: McpClient) -> None:
        """Each tool has a description and the schema of its arguments."""
        tools = {tool.name: tool for tool in await client.list_tools("open")}
        assert set(tools) >= set(TOOLS)
        assert tools["add"].description == "Adds two numbers."
        schema = tools["add"].input_schema
        assert (schema["type"], set(schema["required"])) == ("object", {"a", "b"})
        assert schema["properties"]["a"]["type"] == "integer"

    async def test_calls_a_tool(self, client: McpClient) -> None:
        """Text and structured results come back."""
        said = await client.call_tool("open", "echo", {"text": "hello"})
        assert (said.text, said.is_error) == ("hello", False)
        assert (await client.call_tool("open", "add", {"a": 2, "b": 3})).structured == {"sum": 5}

    async def test_a_server_is_named_by_its_url_too(self, stage: McpStage, client: McpClient) -> None:
        """The listed URL, with or without a slash at its end."""
        for url in (stage.open_url, f"{stage.open_url}/"):
            assert (await client.call_tool(url, "echo", {"text": "hello"})).text == "hello"

    async def test_tools_keep_their_state_between_sessions(self, client: McpClient) -> None:
        """Each call is a session of its own, but the server is the same."""
        await client.call_tool("open", "remember", {"key": "colour", "value": "blue"})
        assert (await client.call_tool("open", "recall", {"key": "colour"})).text == "blue"

    @pytest.mark.parametrize(
        ("tool", "arguments", "words"),
        [
            ("nothing", {}, "Unknown tool: nothing"),
            ("fail", {}, "Error executing tool fail"),
            ("add", {"a": 1}, "add"),
            ("add", {"a": "one", "b": 2}, "add"),
        ],
    )
    async def test_a_tools_failure_is_a_result(
        self, client: McpClient, tool: str, arguments: dict[str, Any], words: str
    ) -> None:
        """A tool that is not there, fails, or does not take the arguments raises nothing."""
        result = await client.call_tool("open", tool, arguments)
        assert result.is_error
        assert words in result.text

    async def test_tells_what_the_server_says_of_itself(self, client: McpClient) -> None:
        """Listing and greeting together."""
        config = await client.get_server_config("open")
        assert (config.server.name, config.title) == ("open", "open")
        assert config.protocol_version
        assert "tools" in config.capabilities

    async def test_sends_the_identitys_own_token(self, stage: McpStage) -> None:
        """The MCP token opens the secured server; the user's other token is never sent."""
        member = stage.client(RequestIdentity.of("user-token", mcp_token=stage.token))
        assert (await member.call_tool("secured", "echo", {"text": "in"})).text == "in"
        outsider = stage.client(RequestIdentity.of(stage.token))
        with pytest.raises(AuthenticationError) as caught:
            await outsider.list_tools("secured")
        assert (caught.value.status, caught.value.code) == (401, "UNAUTHORIZED")

    async def test_a_token_of_the_call_comes_first(self, stage: McpStage) -> None:
        """A call may bring another token than the identity's."""
        client = stage.client(RequestIdentity.of("user-token", mcp_token="not-this-one"))  # noqa: S106 - not a credential
        assert (await client.call_tool("secured", "echo", {"text": "in"}, mcp_token=stage.token)).text == "in"
        with pytest.raises(AuthenticationError) as caught:
            await client.call_tool("secured", "echo", {"text": "in"})
        assert "not-this-one" not in str(caught.value)

    @pytest.mark.parametrize(
        "server",
        ["", "opn", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "https://user:pass@evil.example"],
    )
    async def test_servers_that_are_not_listed_are_refused_unsent(self, client: McpClient, server: str) -> None:
        """Only listed servers are ever called; a credential in a URL is not repeated."""
        with pytest.raises(InvalidRequestError, match="nothing was sent") as caught:
            await client.list_tools(server)
        assert caught.value.code == "INVALID_REQUEST"
        assert "pass@" not in str(caught.value)
        status = await client.check_connection_status(server)
        assert (status.status, status.error is not None and status.error.code) == ("error", "INVALID_REQUEST")

    async def test_variants_of_a_listed_url_are_not_listed(self, stage: McpStage, client: McpClient) -> None:
        """Another path, a query or credentials make another URL."""
        scheme, _, rest = stage.open_url.partition("://")
        for url in (
            f"{stage.open_url}/../admin",
            f"{stage.open_url}?x=1",
            f"{scheme}://me@{rest}",
            f"{scheme}://{rest}x",
        ):
            with pytest.raises(InvalidRequestError, match="not listed"):
                await client.list_tools(url)

    async def test_a_connection_that_fails_is_told(self, client: McpClient) -> None:
        """Nobody listens: the error says so, and does not hang."""
        with pytest.raises(ConnectionFailedError) as caught:
            await client.list_tools("dead")
        assert (caught.value.code, caught.value.provider, caught.value.operation) == (
            "CONNECTION_FAILED",
            "mcp",
            "list_tools",
        )

    async def test_the_http_status_is_found_again(self, client: McpClient) -> None:
        """A server without MCP answers 404, whatever the SDK makes of it."""
        with pytest.raises(NotFoundError) as caught:
            await client.call_tool("lost", "echo", {"text": "hello"})
        assert (caught.value.status, caught.value.code) == (404, "NOT_FOUND")

    async def test_statuses_report_what_works(self, client: McpClient) -> None:
        """A server that answers is connected, and its tools are listed."""
        status = await client.check_connection_status("open")
        assert (status.status, status.error) == ("connected", None)
        assert status.config is not None
        assert status.config.server.name == "open"
        assert status.latency > 0
        tools = await client.list_tools_with_status("open")
        assert (tools.status, tools.error) == ("success", None)
        assert {tool.name for tool in tools.tools} >= set(TOOLS)

    @pytest.mark.parametrize(
        ("server", "code", "status"),
        [("dead", "CONNECTION_FAILED", None), ("lost", "NOT_FOUND", 404), ("secured", "UNAUTHORIZED", 401)],
    )
    async def test_statuses_report_what_does_not(
        self, client: McpClient, server: str, code: str, status: int | None
    ) -> None:
        """Failures are data: our code, the HTTP status, the words."""
        for told in (await client.check_connection_status(server), await client.list_tools_with_status(server)):
            assert told.status == "error"
            assert told.error is not None
            assert (told.error.code, told.error.status_code) == (code, status)
            assert told.error.raw_error

    async def test_a_session_ends_at_its_deadline(self, stage: McpStage) -> None:
        """A tool that takes too long is a timeout, and the next call is healthy."""
        client = stage.hurried(RequestIdentity.of("user-token"))
        with pytest.raises(RequestTimeoutError) as caught:
            await client.call_tool("open", "slow", {"seconds": 30})
        assert (caught.value.code, caught.value.phase) == ("SERVER_UNAVAILABLE", "total")
        assert (await stage.client(RequestIdentity.of("t")).call_tool("open", "echo", {"text": "on"})).text == "on"

    async def test_a_cancelled_call_poisons_nothing(self, client: McpClient) -> None:
        """The cancellation arrives as itself, and what the task does next is not cancelled."""
        task = asyncio.create_task(client.call_tool("open", "slow", {"seconds": 30}))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.call_tool("open", "echo", {"text": "still here"})).text == "still here"

    async def test_a_failed_session_poisons_nothing(self, client: McpClient) -> None:
        """After a failure the same task goes on."""
        for server in ("dead", "lost", "secured"):
            assert (await client.list_tools_with_status(server)).status == "error"
            await asyncio.sleep(0)
        assert asyncio.current_task() is not None
        assert (await client.call_tool("open", "echo", {"text": "hello"})).text == "hello"

    async def test_calls_at_once_do_not_meet(self, stage: McpStage, client: McpClient) -> None:
        """Sessions of two users side by side, each with its own token."""
        member = stage.client(RequestIdentity.of("user-token", mcp_token=stage.token))

        async def ask(number: int) -> str:
            if number % 2:
                return (await member.call_tool("secured", "echo", {"text": str(number)})).text
            return (await client.list_tools_with_status("secured")).status

        answers = await asyncio.gather(*(ask(number) for number in range(8)))
        assert answers == [str(number) if number % 2 else "error" for number in range(8)]
