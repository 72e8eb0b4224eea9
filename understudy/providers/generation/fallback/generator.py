"""Several text generators as one: the first that can answer does."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Unpack

from understudy.domain.capabilities import Capabilities
from understudy.domain.errors import UnderstudyError, UnsupportedCapabilityError
from understudy.domain.generation import ModelInfo, TextGenerator
from understudy.domain.health import Health, HealthStatus
from understudy.domain.requests import GenerationOptions, GenerationRequest, Prompt
from understudy.domain.results import GenerationResult, GenerationStream, StreamEvent
from understudy.providers.generation.choosing.closing import close_all
from understudy.providers.generation.fallback.policy import Attempt, Candidate, FallbackPolicy
from understudy.providers.generation.health.monitor import HealthMonitor

__all__ = ["FallbackGenerator"]

_logger = logging.getLogger(__name__)


class FallbackGenerator:
    """A TextGenerator that goes on to the next provider where one fails in a way that ``policy`` lets pass.

    - The first generator is the primary one: ``model``, ``capabilities`` and ``list_models`` are its own. A request
      that a provider cannot serve (UnsupportedCapabilityError) goes on to the next that can.
    - ``model`` and ``options`` of a request are meant for the primary provider; another one gets the request without
      them and answers with its own model. ``result.provider`` and ``result.model`` say who answered.
    - A stream goes on only before its first event. ``timeout`` of a request covers all tries together.
    - A provider that failed often rests, and one that ``monitor`` calls unhealthy is passed over; see FallbackPolicy. A
      good check after the failure ends the rest early. Where all that could serve the request rest, the one whose rest
      ends first is asked all the same.
    - Where all fail, the last error is raised, with the others in its ``earlier_errors`` and in its notes.

    It closes its generators, not the monitor. ``clock`` stands in for ``time.monotonic``.
    Raises ValueError without generators, ProviderNotFoundError for one that the monitor does not watch.
    """

    def __init__(
        self,
        generators: Sequence[TextGenerator],
        *,
        name: str = "fallback",
        policy: FallbackPolicy | None = None,
        monitor: HealthMonitor | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not generators:
            raise ValueError("A FallbackGenerator needs at least one generator.")
        if monitor is not None:
            for generator in generators:
                monitor.status(generator.name)
        self._name = name
        self._policy = policy or FallbackPolicy()
        self._clock = clock
        self._generators = tuple(generators)
        self._candidates = tuple(Candidate(each, self._policy, monitor, clock) for each in generators)

    @property
    def name(self) -> str:
        """The name that was given to it; results name the provider that answered."""
        return self._name

    @property
    def model(self) -> str:
        """The primary provider's model."""
        return self._generators[0].model

    @property
    def capabilities(self) -> Capabilities:
        """The primary provider's capabilities."""
        return self._generators[0].capabilities

    @property
    def generators(self) -> tuple[TextGenerator, ...]:
        """The generators, in the order in which they are tried."""
        return self._generators

    async def generate(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationResult:
        """The whole answer of the first provider that gives one."""
        course = self._course(GenerationRequest.of(prompt, **options))
        for turn in course.turns():
            try:
                result = await turn.generator.generate(turn.request)
            except BaseException as error:
                if not course.goes_on(turn, error):
                    raise
            else:
                turn.candidate.succeeded(turn.attempt)
                return result
        raise course.failure()

    def generate_stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> AsyncIterator[str]:
        """The answer's text, piece by piece, of the first provider that gives one."""
        return self.stream(prompt, **options).text()

    def stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationStream:
        """The answer's events, of the first provider that gives one."""
        return GenerationStream(self._events(GenerationRequest.of(prompt, **options)))

    async def _events(self, request: GenerationRequest) -> AsyncIterator[StreamEvent]:
        course = self._course(request)
        for turn in course.turns():
            begun = False
            events = turn.generator.stream(turn.request)
            try:
                async for event in events:
                    begun = True
                    yield event
            except GeneratorExit:  # the reader has enough
                turn.candidate.succeeded(turn.attempt)
                raise
            except BaseException as error:
                if not course.goes_on(turn, error, begun=begun):
                    raise
            else:
                turn.candidate.succeeded(turn.attempt)
                return
            finally:
                await events.aclose()
        raise course.failure()

    async def health_check(self) -> Health:
        """Healthy or degraded as the primary provider is; degraded where only another is well; details of each."""
        healths = await asyncio.gather(*(each.health_check() for each in self._generators))
        first = healths[0]
        details = {
            f"{each.name} ({each.model})": str(health.status)
            for each, health in zip(self._generators, healths, strict=True)
        }
        if first.ok:
            status = first.status
        else:
            status = HealthStatus.DEGRADED if any(health.ok for health in healths) else HealthStatus.UNHEALTHY
        return Health(provider=self._name, status=status, latency=first.latency, error=first.error, details=details)

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The primary provider's models."""
        return await self._generators[0].list_models()

    async def aclose(self) -> None:
        """Close all the generators, every one attempted. Raises the error of one that failed, several as a group."""
        await close_all(self._generators)

    def _course(self, request: GenerationRequest) -> _Course:
        return _Course(self._candidates, request, self._policy, self._clock)


@dataclass(frozen=True, slots=True)
class _Turn:
    candidate: Candidate
    attempt: Attempt
    request: GenerationRequest

    @property
    def generator(self) -> TextGenerator:
        return self.candidate.generator


class _Course:
    """One request's way along the candidates."""

    def __init__(
        self,
        candidates: Sequence[Candidate],
        request: GenerationRequest,
        policy: FallbackPolicy,
        clock: Callable[[], float],
    ) -> None:
        self._candidates = candidates
        self._request = request
        self._policy = policy
        self._clock = clock
        self._deadline = None if request.timeout is None else clock() + request.timeout
        self._missed: list[Exception] = []
        self._last_failure: Exception | None = None

    def turns(self) -> Iterator[_Turn]:
        """Whom to ask next, as long as the caller asks for another."""
        resting: list[Candidate] = []
        for candidate in self._candidates:
            attempt = candidate.enter()
            if attempt is None:
                resting.append(candidate)
            elif self._late():
                candidate.released(attempt)
            else:
                yield self._turn(candidate, attempt)
        for candidate in sorted(resting, key=lambda each: each.rest_ends):
            if self._last_failure is None:
                yield self._turn(candidate, Attempt())

    def goes_on(self, turn: _Turn, error: BaseException, *, begun: bool = False) -> bool:
        """Note how a turn ended; whether the next one is to have its turn."""
        failed = isinstance(error, Exception) and self._policy.moves_on(error)
        if failed:
            turn.candidate.failed(turn.attempt, error)
        else:
            turn.candidate.released(turn.attempt)
        if not isinstance(error, Exception):
            return False
        if begun or not (failed or isinstance(error, UnsupportedCapabilityError)):
            self._attach(error)
            return False
        self._missed.append(error)
        self._last_failure = error if failed else self._last_failure
        _logger.warning(
            "%s did not answer (%s: %s); going on to the next provider if there is one",
            turn.generator.name,
            type(error).__name__,
            error,
            extra={"provider": turn.generator.name, "error_type": type(error).__name__},
        )
        return True

    def failure(self) -> Exception:
        """The error to raise where nobody answered: the last failure, else the last refusal."""
        last = self._last_failure or self._missed[-1]
        self._attach(last)
        return last

    def _attach(self, error: Exception) -> None:
        earlier = tuple(each for each in self._missed if each is not error)
        if isinstance(error, UnderstudyError):
            error.earlier_errors = earlier
        for each in earlier:
            error.add_note(f"tried before: {type(each).__name__}: {each}")

    def _late(self) -> bool:
        return self._last_failure is not None and self._deadline is not None and self._clock() >= self._deadline

    def _turn(self, candidate: Candidate, attempt: Attempt) -> _Turn:
        request = self._request
        if candidate.generator.name != self._candidates[0].generator.name:
            request = replace(request, model=None, options={})
        if self._deadline is not None and self._last_failure is not None:
            request = replace(request, timeout=self._deadline - self._clock())
        return _Turn(candidate, attempt, request)
