"""The live services for contracts: asked only where ``UNDERSTUDY_LIVE=1`` says so and a credential is set.

    LIVE = live_settings(SPEC, os.environ)          # settings, or the reason why there are none

    @pytest.mark.understudy(network=True)
    class TestLive(TextGeneratorContract):
        @pytest.fixture
        async def stage(self):
            async with live_stage(SPEC, LIVE) as stage:
                yield stage

A live service takes no script and does not show what reached it, so tests that need either are skipped and say so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import pytest

from understudy.config.environment import VARIABLES
from understudy.config.models.generation import ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.choosing.from_env import settings_from_env
from understudy.providers.generation.choosing.sections import settings_key
from understudy.providers.http.clients import HttpClients
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.spec import ProviderSpec
from understudy.testing.contracts.generation_stage import GenerationStage

__all__ = ["SWITCH", "LiveService", "live_settings", "live_stage"]

SWITCH = "UNDERSTUDY_LIVE"
"""The environment variable that lets tests ask live services, where it is 1."""


def live_settings(spec: ProviderSpec, environ: Mapping[str, str]) -> ProviderSettings | str:
    """A provider's settings from its environment variables, or in words why its service is not to be asked.

    A provider that needs no credential is asked where a variable says at which address. Raises ConfigurationError for
    a variable that does not fit.
    """
    if environ.get(SWITCH) != "1":
        return f"{SWITCH} is not 1"
    needed = spec.credentials if spec.needs_credentials else _addresses(spec)
    if not any(environ.get(name) for name in needed):
        return f"{spec.name}: none of {', '.join(needed) or 'its variables'} is set"
    return settings_from_env(spec, environ)


@asynccontextmanager
async def live_stage(
    spec: ProviderSpec, settings: ProviderSettings | str, **particulars: Any
) -> AsyncIterator[GenerationStage]:
    """A stage on the service itself; the test is skipped where ``settings`` is a reason.

    ``particulars`` are further fields of GenerationStage.
    """
    if isinstance(settings, str):
        pytest.skip(settings)
    service = LiveService()
    async with HttpClients(HttpSettings()) as http:
        generator = build_real(spec, settings, http.through(service.counting))
        yield GenerationStage(generator=generator, service=service, **particulars)


class LiveService:
    """A ScriptedService that nobody can script: it counts the requests that go out."""

    def __init__(self) -> None:
        self.call_count = 0

    @property
    def script(self) -> NoReturn:
        """Skips the test."""
        pytest.skip("a live service answers as it likes: this needs a script")

    @property
    def last_request(self) -> NoReturn:
        """Skips the test."""
        pytest.skip("the call was answered; what reached a live service cannot be seen")

    def counting(self, engine: Callable[[], Engine]) -> Callable[[], Engine]:
        """For HttpClients.through."""
        return lambda: _Counting(self, engine())


class _Counting:
    def __init__(self, service: LiveService, engine: Engine) -> None:
        self._service = service
        self._engine = engine

    async def send(self, outgoing: Outgoing) -> Exchange:
        self._service.call_count += 1
        return await self._engine.send(outgoing)

    async def aclose(self) -> None:
        await self._engine.aclose()


def _addresses(spec: ProviderSpec) -> tuple[str, ...]:
    return tuple(variable.name for variable in VARIABLES if variable.key == settings_key(spec, "base_url"))
