"""Asks the service and its stand-in the same questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from understudy.config.models.generation import ProviderSettings
from understudy.config.models.mock import MockSettings
from understudy.containers.application import ApplicationContainer
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    UnderstudyError,
)
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.results import FinishEvent, GenerationResult, StreamEvent
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.build import build_mock, build_real
from understudy.providers.generation.mock import MockGenerator
from understudy.providers.http.clients import HttpClients
from understudy.providers.spec import ProviderSpec
from understudy.testing.drift.probes import EMBEDDED, Cost, Probe, options_for, probes_for
from understudy.testing.drift.report import Check, DriftReport, differences
from understudy.testing.drift.shapes import (
    Shape,
    embedding_shape,
    error_shape,
    events_shape,
    health_shape,
    models_shape,
    result_shape,
)

__all__ = ["Answering", "check_drift"]

_NO_KEY = Secret("understudy-not-a-key-0000000000000000")
_HOPELESS = (AuthenticationError, QuotaExceededError, ConnectionFailedError)
"""Every further question would fail alike."""
_PASSING = (RateLimitError, OverloadedError, RequestTimeoutError)
"""The service is busy, which says nothing about how it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Who answers: the real provider, the real one with a credential that is none, and what makes a new stand-in.

    ``probes`` are the questions that the provider's capabilities allow.
    """

    real: TextGenerator
    stranger: TextGenerator
    stand_in: Callable[[], MockGenerator]
    probes: Sequence[Probe]

    @classmethod
    def of(cls, container: ApplicationContainer, name: str) -> Answering:
        """The provider with this name or alias, whatever ``use`` says; its stand-in without its settings' script.

        Nothing is sent. Raises ProviderNotFoundError and what ``made`` raises.
        """
        factory = container.generation.factory()
        return cls.made(factory.registry.get(name), factory.settings_for(name), container.http.clients())

    @classmethod
    def made(cls, spec: ProviderSpec, settings: ProviderSettings, http: HttpClients) -> Answering:
        """The same of a provider that no container has.

        Raises MissingCredentialsError, MissingDependencyError, and UnderstudyError for a plugin whose stand-in takes no
        script.
        """
        real = build_real(spec, settings, http)
        unscripted = settings.model_copy(update={"mock": MockSettings()})

        def stand_in() -> MockGenerator:
            made = build_mock(spec, unscripted)
            if not isinstance(made, MockGenerator):
                kind = type(made).__qualname__
                raise UnderstudyError(f"The stand-in of {spec.name} is a {kind}, no MockGenerator: it takes no script.")
            return made

        stand_in()
        return cls(
            real=real,
            stranger=build_real(spec, settings.model_copy(update={"api_key": _NO_KEY}), http),
            stand_in=stand_in,
            probes=probes_for(real, needs_credentials=spec.needs_credentials),
        )

    @property
    def cost(self) -> Cost:
        """What asking all of it costs."""
        return sum((probe.cost(self.real) for probe in self.probes), Cost())


async def check_drift(answering: Answering) -> DriftReport:
    """Ask every question, one after the other.

    A busy service leaves a check unchecked. Raises AuthenticationError, QuotaExceededError and ConnectionFailedError
    where the service does not answer this credential at all, or cannot be reached.
    """
    checks = [await _check(probe, answering) for probe in answering.probes]
    return DriftReport(provider=answering.real.name, model=answering.real.model, checks=checks)


async def _check(probe: Probe, answering: Answering) -> Check:
    asked = answering.stranger if probe.wrong_key else answering.real
    real_error: str | None = None
    try:
        real = await _ask(probe, asked)
    except ProviderError as error:
        last = error.last_error if isinstance(error, MaxRetriesExceededError) else error
        if isinstance(last, _HOPELESS) and not probe.wrong_key:
            raise
        if isinstance(last, _PASSING):
            return Check(name=probe.name, unchecked=str(last))
        real, real_error = error_shape(error), str(last)
    stand_in = await _stand_in(probe, answering.stand_in())
    found = differences(real, stand_in)
    return Check(name=probe.name, real=real, stand_in=stand_in, differences=found, real_error=real_error)


async def _stand_in(probe: Probe, generator: MockGenerator) -> Shape:
    probe.script(generator.script)
    try:
        return await _ask(probe, generator)
    except ProviderError as error:
        return error_shape(error)


async def _ask(probe: Probe, generator: TextGenerator) -> Shape:
    if probe.kind == "list_models":
        return models_shape(await generator.list_models(), own=generator.model)
    if probe.kind == "health_check":
        return health_shape(await generator.health_check())
    if probe.kind == "embed":
        return await _embedding(generator)
    options = options_for(probe, generator)
    if probe.kind == "generate":
        return _answer(await generator.generate(probe.prompt, **options), probe, generator)
    async with generator.stream(probe.prompt, **options) as stream:
        events: list[StreamEvent] = [event async for event in stream]
    shape = events_shape(events, optional=probe.optional)
    last = events[-1] if events else None
    return {**(_answer(last.result, probe, generator) if isinstance(last, FinishEvent) else {}), **shape}


def _answer(result: GenerationResult, probe: Probe, generator: TextGenerator) -> Shape:
    return result_shape(
        result,
        asked=probe.options.get("model") or generator.model,
        optional=probe.optional,
        structured="response_schema" in probe.options,
    )


async def _embedding(generator: object) -> Shape:
    if not isinstance(generator, Embedder):
        return {"outcome": "no Embedder, although embeddings are declared"}
    return embedding_shape(await generator.embed(EMBEDDED))
