"""What all stand-in clients of a container share: one service, its script, the kept tokens, the record of the calls."""

from __future__ import annotations

import time
from collections.abc import Callable

from understudy.config.models.platform import MaasSettings
from understudy.providers.maas.mock.server import MaasServer
from understudy.providers.maas.tokens import TokenCache
from understudy.providers.scenarios import PlatformCalls, Scenarios

__all__ = ["OPERATIONS", "MockMaasService"]

OPERATIONS = ("issue_token", "list_models", "revoke_all_tokens")
"""The operations by name, for scenarios."""


class MockMaasService:
    """Models as a service in this process.

    ``scenarios`` say which calls fail, ``calls`` what was asked, ``server`` has the tokens that were issued. ``clock``
    (monotonic) and ``wall`` (since the epoch) are for tests.
    """

    def __init__(
        self,
        settings: MaasSettings | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.settings = MaasSettings() if settings is None else settings
        mock = self.settings.mock
        self.tokens = TokenCache(ttl=self.settings.token_cache, most=self.settings.tokens_kept, clock=clock, wall=wall)
        self.server = MaasServer(mock, wall=wall)
        self.calls = PlatformCalls(name="the stand-in for maas", kept=mock.calls_kept)
        self.scenarios = Scenarios(mock.scenarios, provider="maas", operations=OPERATIONS)

    async def aclose(self) -> None:
        """Forget the tokens. May be called twice."""
        self.tokens.clear()
