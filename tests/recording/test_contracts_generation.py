"""The contracts of text generators and embedders, held by the real providers over recordings of their emulators."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.config.models.generation import GenerationSettings, ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.config.models.recording import RecordingSettings
from understudy.domain import errors
from understudy.domain.requests import GenerationRequest
from understudy.providers.generation.choosing.build import build_real, build_replay
from understudy.providers.generation.mock import MockScript
from understudy.providers.http.clients import HttpClients
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.recording.tapes import Tapes
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.generation import EmbedderContract, GenerationStage, TextGeneratorContract
from understudy.testing.contracts.replayed import Replay, over_recordings
from understudy.testing.emulators import EMULATORS, Emulator, emulate

KEY = "sk-test-0123456789"
"""Not a credential of anything."""
APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
EMBEDDERS = ("codex", "codex.chat", "gemini", "ollama")
NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})

PARTICULARS: Mapping[str, dict[str, Any]] = {
    "claude": {"model": "claude-opus-4-6"},
    "codex.chat": {"unsaid": frozenset({"reasoning"})},
    "ollama": {
        "unsaid": frozenset({"cached_tokens", "reasoning_tokens", "refusal"}),
        "merged": {errors.QuotaExceededError: errors.RateLimitError},
    },
}

CANNOT = {r"say_where\[ConnectionFailedError": "without an answer there is nothing to record"}


class Closed(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pytest.fail(f"a connection was opened: {request.method} {request.url}")


class Counting:
    """An engine that counts what it is asked."""

    def __init__(self, engine: Engine, counts: list[str]) -> None:
        self._engine = engine
        self._counts = counts

    async def send(self, outgoing: Outgoing) -> Exchange:
        self._counts.append(outgoing.url)
        return await self._engine.send(outgoing)

    async def aclose(self) -> None:
        await self._engine.aclose()


class RecordedService:
    """What stands behind a replay: nobody. It knows what was asked when it was recorded, and takes any script."""

    def __init__(self, emulator: Emulator, settings: ProviderSettings) -> None:
        self.script = MockScript(settings.mock)
        self.sent: list[str] = []
        self._recorded: list[GenerationRequest] = [call.request for call in emulator.calls]

    @property
    def call_count(self) -> int:
        return len(self.sent)

    @property
    def last_request(self) -> GenerationRequest:
        """A replay answers only what was recorded, in its order: so the request is that one."""
        return self._recorded[self.call_count - 1]


class Play:
    """One API's real provider, first over an emulator with everything recorded, then over that."""

    def __init__(self, api: str, folder: Path) -> None:
        self.provider, _, which = api.partition(".")
        given = {**({"api": which} if which else {}), "api_key": KEY}
        self.settings = type(getattr(GenerationSettings(), self.provider)).model_validate(given)
        self.emulator = emulate(self.provider, settings=self.settings, keys=[KEY])
        self._folder = folder
        self._particulars = PARTICULARS.get(api, {})

    def recording(self) -> GenerationStage:
        http = HttpClients(NO_RETRIES, transport=AsgiTransport(self.emulator))
        tapes = Tapes(RecordingSettings(folder=self._folder), http)
        real = build_real(self._spec, self.settings, tapes.recording("generation", self.provider))
        return GenerationStage(generator=real, service=self.emulator, **self._particulars)

    def replaying(self) -> GenerationStage:
        service = RecordedService(self.emulator, self.settings)
        http = HttpClients(NO_RETRIES, transport=Closed())
        replaying = Tapes(RecordingSettings(folder=self._folder), http).replaying("generation", self.provider)
        tape, _ = replaying.lines()
        counted = replaying.through(lambda _: lambda: Counting(tape(), service.sent))
        settings = self.settings.model_copy(update={"api_key": None})
        generator = build_replay(self._spec, settings, counted)
        return GenerationStage(generator=generator, service=service, **self._particulars)

    @property
    def _spec(self) -> Any:
        return EMULATORS[self.provider][0]


@pytest.fixture
def play(api: str, tmp_path: Path) -> Play:
    return Play(api, tmp_path)


@pytest.mark.parametrize("api", APIS)
class TestGenerators(over_recordings(TextGeneratorContract, cannot=CANNOT)):
    @pytest.fixture
    def stage(self, play: Play) -> GenerationStage:
        return play.recording()

    @pytest.fixture
    def replay(self, play: Play) -> Replay:
        return lambda: {"stage": play.replaying()}


@pytest.mark.parametrize("api", EMBEDDERS)
class TestEmbedders(over_recordings(EmbedderContract)):
    @pytest.fixture
    def stage(self, play: Play) -> GenerationStage:
        return play.recording()

    @pytest.fixture
    def replay(self, play: Play) -> Replay:
        def turn() -> Mapping[str, object]:
            stage = play.replaying()
            return {"stage": stage, "embedder": stage.generator}

        return turn
