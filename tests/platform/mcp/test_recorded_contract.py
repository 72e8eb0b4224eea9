"""The port's promises, kept over recordings of sessions with servers of the official SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import McpServer, McpSettings
from understudy.config.models.recording import RecordingSettings
from understudy.domain.identity import RequestIdentity
from understudy.domain.mcp import McpClient
from understudy.domain.secrets import Secret
from understudy.providers.http.clients import HttpClients
from understudy.providers.mcp.client import SdkMcpClient
from understudy.providers.mcp.service import McpService
from understudy.providers.recording.tapes import Tapes
from understudy.testing.contracts.mcp import McpContract, McpStage
from understudy.testing.contracts.replayed import Replay, over_recordings

TOKEN = Secret("mcp-token-0123456789")
"""Not a credential of anything: what the servers accept."""


CANNOT = {
    "connection_that_fails": "without an answer there is nothing to record",
    "dead-CONNECTION_FAILED": "without an answer there is nothing to record",
    "session_ends_at_its_deadline": "an answer that did not come in time is not there, and nobody waits for it",
    "cancelled_call_poisons_nothing": "a call that was left ends there at once, before it could be cancelled",
}


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.method} {request.url}")


class TestRecordedSessions(over_recordings(McpContract, cannot=CANNOT)):
    @pytest.fixture
    def servers(self, sdk_servers: Any) -> dict[str, McpServer]:
        return sdk_servers("streamable-http")

    @pytest.fixture
    def folder(self, tmp_path: Path) -> RecordingSettings:
        return RecordingSettings(folder=tmp_path)

    @pytest.fixture
    def stage(self, servers: dict[str, McpServer], http: HttpClients, folder: RecordingSettings) -> McpStage:
        return self.over(servers, http, Tapes(folder, http).sessions("platform", "mcp", replay=False))

    @pytest.fixture
    async def replay(self, servers: dict[str, McpServer], folder: RecordingSettings) -> AsyncIterator[Replay]:
        async with HttpClients(HttpSettings(), transport=Closed()) as closed:

            def turn() -> dict[str, object]:
                stage = self.over(servers, closed, Tapes(folder, closed).sessions("platform", "mcp", replay=True))
                return {"stage": stage, "client": self.of(stage)}

            yield turn

    def of(self, stage: McpStage) -> McpClient:
        return stage.client(RequestIdentity.of("user-token", user="ann"))

    def over(
        self, servers: dict[str, McpServer], http: HttpClients, recorded: Callable[[str], HttpClients]
    ) -> McpStage:
        usual = McpService(McpSettings(servers=servers, timeout=20), http, recorded=recorded)
        hurried = McpService(McpSettings(servers=servers, timeout=0.3), http, recorded=recorded)
        return McpStage(
            client=lambda identity: SdkMcpClient(identity, usual),
            hurried=lambda identity: SdkMcpClient(identity, hurried),
            open_url=servers["open"].url,
            token=TOKEN,
        )
