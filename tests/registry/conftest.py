"""Specs, small generators and installed plugins for the tests of choosing providers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from understudy.config.models.generation import ProviderSettings
from understudy.domain.capabilities import Capabilities
from understudy.domain.generation import ModelInfo
from understudy.domain.health import Health, HealthStatus
from understudy.domain.messages import TextPart
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import FinishEvent, GenerationResult, GenerationStream, StreamEvent, TextEvent
from understudy.providers.spec import ProviderSpec

if TYPE_CHECKING:
    from understudy.providers.http.clients import HttpClients

MakeSpec = Callable[..., ProviderSpec]
Install = Callable[..., None]


@dataclass(eq=False)
class FakeGenerator:
    """A TextGenerator that does what the test says: each call takes the next of ``script``, an answer or an error.

    In a stream the answer's words are the events; an error in a list stands for one that comes after the words before
    it. With an empty script it answers with its own name.
    """

    name: str = "fake"
    model: str = "fake-1"
    script: list[Any] = field(default_factory=list)
    capabilities: Capabilities = field(default_factory=Capabilities)
    health: list[Any] = field(default_factory=list)
    close_error: BaseException | None = None
    requests: list[GenerationRequest] = field(default_factory=list)
    closed: int = 0
    streams_closed: int = 0
    before: Callable[[], Any] | None = None

    async def _next(self, request: GenerationRequest) -> Any:
        self.requests.append(request)
        if self.before is not None:
            await self.before()
        answer = self.script.pop(0) if self.script else self.name
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _result(self, text: str) -> GenerationResult:
        return GenerationResult(parts=(TextPart(text),), provider=self.name, model=self.model)

    async def generate(self, prompt: Any, /, **options: Any) -> GenerationResult:
        return self._result(await self._next(GenerationRequest.of(prompt, **options)))

    def stream(self, prompt: Any, /, **options: Any) -> GenerationStream:
        return GenerationStream(self._events(GenerationRequest.of(prompt, **options)))

    async def _events(self, request: GenerationRequest) -> AsyncIterator[StreamEvent]:
        try:
            answer = await self._next(request)
            for piece in answer if isinstance(answer, list) else [answer]:
                if isinstance(piece, BaseException):
                    raise piece
                yield TextEvent(piece)
            yield FinishEvent(self._result("".join(answer)))
        finally:
            self.streams_closed += 1

    def generate_stream(self, prompt: Any, /, **options: Any) -> AsyncIterator[str]:
        return self.stream(prompt, **options).text()

    async def health_check(self) -> Health:
        answer = self.health.pop(0) if self.health else HealthStatus.HEALTHY
        if isinstance(answer, BaseException):
            raise answer
        if callable(answer):
            return cast("Health", await answer())
        return Health(provider=self.name, status=answer, latency=0.01)

    async def list_models(self) -> tuple[ModelInfo, ...]:
        return (ModelInfo(id=self.model),)

    async def aclose(self) -> None:
        self.closed += 1
        if self.close_error is not None:
            raise self.close_error


@pytest.fixture
def fake() -> type[FakeGenerator]:
    """The class of the scripted generator."""
    return FakeGenerator


@pytest.fixture
def http() -> HttpClients:
    """Stands for the HTTP layer, which nothing here calls: it is only handed on."""
    return cast("HttpClients", SimpleNamespace())


@pytest.fixture
def make_spec() -> MakeSpec:
    """Makes a spec whose real and mock are FakeGenerators called ``<name>`` and ``<name>-mock``."""

    def make(name: str = "acme", **changes: Any) -> ProviderSpec:
        values: dict[str, Any] = {
            "title": name.title(),
            "real": lambda settings, http: FakeGenerator(name=name, model=settings.model),
            "mock": lambda settings, spec: FakeGenerator(name=f"{spec.name}-mock", model=settings.model),
            "settings": ProviderSettings,
            "capabilities": Capabilities(),
            "credentials": (f"{name.upper()}_API_KEY",),
        }
        return ProviderSpec(name=name, **{**values, **changes})

    return make


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a package with one module and entry points, as pip would leave it; importing the module is real."""
    site = tmp_path / "site"
    site.mkdir()
    modules: list[str] = []

    def add(distribution: str, code: str, points: dict[str, str], *, group: str = "understudy.generation") -> None:
        module = distribution.replace("-", "_")
        modules.append(module)
        (site / f"{module}.py").write_text(code)
        info = site / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        lines = [f"{name} = {module}:{target}" for name, target in points.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{group}]", *lines, ""]))
        monkeypatch.syspath_prepend(str(site))

    yield add
    for module in modules:
        sys.modules.pop(module, None)
