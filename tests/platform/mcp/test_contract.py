"""The port's promises, kept by the stand-in and, over both transports, with servers of the official SDK."""

import pytest

from understudy.testing.contracts.mcp import McpContract, McpStage


class TestClients(McpContract):
    @pytest.fixture
    def stage(self, stage: McpStage) -> McpStage:
        return stage
