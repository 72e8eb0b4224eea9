"""Which servers may be asked: the settings' and a ConfigMap's."""

from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import KubernetesSettings, McpServer, McpSettings
from understudy.domain.errors import InvalidRequestError, NotFoundError
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpListedServer
from understudy.providers.http.clients import HttpClients
from understudy.providers.kubernetes.mock import MockKubernetesClient, MockKubernetesService
from understudy.providers.mcp.client import SdkMcpClient
from understudy.providers.mcp.listing import find_server, servers_of_data
from understudy.providers.mcp.mock import MockMcpClient, MockMcpService
from understudy.providers.mcp.service import McpService, from_config_map

ANN = RequestIdentity.of("user-token", user="ann")
GOOD = {"url": "https://one.example.com/mcp/", "transport": "sse", "description": "first", "logo": "https://l.example"}


def test_entries_of_a_config_map_are_read() -> None:
    (server,) = servers_of_data({"one": json.dumps(GOOD)})
    assert (server.name, server.url, server.transport) == ("one", "https://one.example.com/mcp", "sse")
    assert (server.description, server.logo) == ("first", "https://l.example")


@pytest.mark.parametrize(
    "value",
    ["", "not json", "[]", "{}", '{"url": 3}', '{"url": "file:///x"}', '{"url": "https://u:p@x.example"}', "[" * 9999],
)
def test_entries_that_cannot_be_used_are_left_out_with_a_warning(value: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (server,) = servers_of_data({"bad": value, "one": json.dumps(GOOD)})
    assert server.name == "one"
    assert "'bad'" in caplog.text
    assert "u:p@" not in caplog.text


def test_an_unknown_transport_is_logged_and_becomes_streamable_http(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    (server,) = servers_of_data({"one": json.dumps({**GOOD, "transport": "websocket"})})
    assert server.transport == "streamable-http"
    assert "websocket" in caplog.text


@given(st.text() | st.text(max_size=9).map("https://one.example.co".__add__))
def test_what_is_not_listed_is_never_found(asked: str) -> None:
    """Whatever is asked for, and however near: it is refused."""
    listed = McpListedServer(name="one", url="https://one.example.com/mcp")
    if asked == "one" or asked.strip().lower().startswith("https://one.example.com"):
        return
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        find_server([listed], asked, operation="list_tools")


@pytest.mark.parametrize(
    "asked", ["https://one.example.com/mcp", "https://ONE.example.com:443/mcp/", "HTTPS://one.example.com/mcp", "one"]
)
def test_the_same_url_in_other_words_is_the_same_server(asked: str) -> None:
    listed = McpListedServer(name="one", url="https://one.example.com/mcp")
    assert find_server([listed], asked, operation="x") is listed


@pytest.mark.parametrize(
    "asked",
    [
        "http://one.example.com/mcp",
        "https://one.example.com:444/mcp",
        "https://one.example.com",
        "https://[",
        "https://one.example.com:x/mcp",
    ],
)
def test_another_scheme_port_or_path_is_another_server(asked: str) -> None:
    with pytest.raises(InvalidRequestError):
        find_server([McpListedServer(name="one", url="https://one.example.com/mcp")], asked, operation="x")


@pytest.mark.parametrize("kind", ["mock", "real"])
async def test_a_config_map_lists_more_servers(kind: str) -> None:
    """It is read as the user may read it; names of the settings come first."""
    cluster = MockKubernetesService(KubernetesSettings())
    data = {"one": json.dumps({"url": "https://other.example.com"}), "two": json.dumps(GOOD)}
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "servers", "namespace": "apps"},
        "data": data,
    }
    cluster.cluster.add(manifest)
    locate = from_config_map(lambda identity: MockKubernetesClient(identity, cluster))
    settings = McpSettings(servers={"one": McpServer(url="https://one.example.com")}, config_map="apps/servers")
    client: SdkMcpClient | MockMcpClient
    if kind == "mock":
        client = MockMcpClient(ANN, MockMcpService(settings, locate=locate))
    else:
        client = SdkMcpClient(ANN, McpService(settings, HttpClients(HttpSettings()), locate=locate))
    assert [(server.name, server.url) for server in await client.list_servers()] == [
        ("one", "https://one.example.com"),
        ("two", "https://one.example.com/mcp"),
    ]
    assert cluster.calls.last.user == "ann"
    cluster.scenarios.fail("get_config_map", "not_found")
    with pytest.raises(NotFoundError):
        await client.list_tools("two")
    status = await client.check_connection_status("two")
    assert status.error is not None
    assert status.error.code == "NOT_FOUND"


async def test_a_config_map_without_a_cluster_is_told() -> None:
    client = MockMcpClient(ANN, MockMcpService(McpSettings(config_map="apps/servers")))
    with pytest.raises(InvalidRequestError, match="no cluster"):
        await client.list_servers()
