"""The stand-in of a generation provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Unpack

from understudy.config.models.generation import ProviderSettings
from understudy.config.models.mock import Operation
from understudy.domain.capabilities import Capabilities, check_request
from understudy.domain.errors import UnsupportedCapabilityError
from understudy.domain.generation import EmbeddingResult, ModelInfo
from understudy.domain.health import Health, HealthStatus
from understudy.domain.messages import Message, TextPart
from understudy.domain.requests import GenerationOptions, GenerationRequest, Prompt
from understudy.domain.results import (
    FinishEvent,
    GenerationResult,
    GenerationStream,
    StreamEvent,
    TextEvent,
    Usage,
)
from understudy.providers.generation.mock.calls import Call, CallLog
from understudy.providers.generation.mock.dialects import Dialect
from understudy.providers.generation.mock.embeddings import unit_vector
from understudy.providers.generation.mock.engine import MockEngine
from understudy.providers.generation.mock.events import events_of, is_piece
from understudy.providers.generation.mock.manners import dialect_of
from understudy.providers.generation.mock.pace import Pace, Sleep
from understudy.providers.generation.mock.script import MockScript
from understudy.providers.generation.mock.tokens import count
from understudy.providers.generation.wire.vectors import check_inputs
from understudy.providers.spec import ProviderSpec

__all__ = ["MockGenerator"]


class MockGenerator(CallLog):
    """Stands in for the provider of ``spec``: same types, same checks, same limits, same errors, no network.

    The same request gets the same answer; ``script`` (or the settings' ``mock`` section) says what that is, and a
    default made from the request where it says nothing. ``sleep`` is how simulated latency passes; no clock is read.
    ``dialect`` has the provider's words and ids where it is not a built-in one.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        spec: ProviderSpec,
        script: MockScript | None = None,
        dialect: Dialect | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        super().__init__(name=f"the stand-in for {spec.name}", kept=settings.mock.calls_kept)
        self._settings = settings
        self._sleep = sleep
        self._limit = settings.http.timeout.total
        self._engine = MockEngine(
            provider=spec.name,
            title=spec.title,
            model=settings.model,
            capabilities=spec.capabilities_for(settings),
            dialect=dialect or dialect_of(spec.name, api=getattr(settings, "api", None)),
            script=script or MockScript(settings.mock),
            max_output_tokens=getattr(settings, "max_output_tokens", None),
        )

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        return self._engine.provider

    @property
    def model(self) -> str:
        """The model that answers when a request names none."""
        return self._engine.model

    @property
    def capabilities(self) -> Capabilities:
        """What the provider that this one stands in for can do."""
        return self._engine.capabilities

    @property
    def script(self) -> MockScript:
        """What this stand-in answers; rules may be added at any time."""
        return self._engine.script

    async def generate(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationResult:
        """The whole answer."""
        request = GenerationRequest.of(prompt, **options)
        call = self._begin(request, streamed=False)
        try:
            plan = await self._engine.plan(request, model=call.model)
            pace = self._pace(request, "generate")
            if plan.error is not None:
                await pace.first()
                raise plan.error
            if pace.waits:
                events = events_of(plan.result, chunks=plan.chunks, call_deltas=self._engine.dialect.call_deltas)
                await pace.whole(sum(map(is_piece, events)))
                call.result = replace(plan.result, latency=pace.elapsed)
            else:
                call.result = plan.result
        except BaseException as error:
            call.error = error
            raise
        return call.result

    def stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> GenerationStream:
        """The answer as typed events; the last one is a FinishEvent with the whole result.

        Raises UnsupportedCapabilityError and InvalidRequestError at once, all else while the events are read.
        """
        request = GenerationRequest.of(prompt, **options)
        if not self.capabilities.streaming:
            raise UnsupportedCapabilityError("streaming", provider=self.name)
        return GenerationStream(self._events(self._begin(request, streamed=True)))

    def generate_stream(self, prompt: Prompt, /, **options: Unpack[GenerationOptions]) -> AsyncIterator[str]:
        """The answer's text, piece by piece; raises what ``stream`` raises."""
        return self.stream(prompt, **options).text()

    async def embed(
        self,
        inputs: Sequence[str],
        /,
        *,
        model: str | None = None,
        dimensions: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the port's own deadline, kept by the simulated time
    ) -> EmbeddingResult:
        """A vector of length 1 for each input: the same text, the same vector; texts that share words are near."""
        if not self.capabilities.embeddings:
            raise UnsupportedCapabilityError("embeddings", provider=self.name)
        dialect = self._engine.dialect
        asked = model or getattr(self._settings, "embedding_model", None) or dialect.embedding_model
        texts = check_inputs(inputs, provider=self.name)
        message = Message("user", [TextPart(text) for text in texts])
        await self._other("embed", GenerationRequest(messages=(message,), model=asked, timeout=timeout), asked)
        return EmbeddingResult(
            vectors=tuple(unit_vector(text, dimensions or dialect.dimensions) for text in texts),
            provider=self.name,
            model=asked,
            usage=Usage(input_tokens=sum(map(count, texts))),
            latency=self.script.latency.first,
        )

    async def health_check(self) -> Health:
        """What the script says, healthy by default; a rule that fails ``health_check`` makes it unhealthy."""
        request = GenerationRequest(messages=())
        said = self.script.health
        call = self._record(Call(operation="health_check", request=request, model=self.model))
        call.error = await self._engine.scripted_error(request, operation="health_check", model=self.model)
        status = said.status if call.error is None else HealthStatus.UNHEALTHY
        return Health(
            provider=self.name,
            status=status,
            latency=said.latency,
            error=said.error if call.error is None else str(call.error),
            details={**said.details, "stand_in": True},
        )

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """The script's models; without any, those of known limits and the one of the settings."""
        if not self.capabilities.model_listing:
            raise UnsupportedCapabilityError("listing models", provider=self.name)
        await self._other("list_models", GenerationRequest(messages=()), self.model)
        names = self.script.models or tuple(dict.fromkeys((self.model, *self.capabilities.models)))
        limits = {name: self.capabilities.limits(name) for name in names if name}
        return tuple(
            ModelInfo(id=name, context_tokens=known.context_tokens, max_output_tokens=known.max_output_tokens)
            for name, known in limits.items()
        )

    async def aclose(self) -> None:
        """Nothing is held, so nothing is released; the calls stay for assertions."""

    def reset(self) -> None:
        """Forget the calls and begin the script again."""
        self._forget()
        self.script.reset()

    def _begin(self, request: GenerationRequest, *, streamed: bool) -> Call:
        model = request.model or self._engine.model
        check_request(request, self._engine.capabilities, provider=self.name, model=model)
        return self._record(Call(operation="generate", request=request, model=model, streamed=streamed))

    def _pace(self, request: GenerationRequest, operation: str) -> Pace:
        limit = request.timeout if request.timeout is not None else self._limit
        return Pace(self.script.latency, limit=limit, sleep=self._sleep, provider=self.name, operation=operation)

    async def _other(self, operation: Operation, request: GenerationRequest, model: str) -> None:
        """Record a call that is not ``generate``, wait for it, and fail it where the script says so."""
        call = self._record(Call(operation=operation, request=request, model=model))
        call.error = await self._engine.scripted_error(request, operation=operation, model=model)
        await self._pace(request, operation).first()
        if call.error is not None:
            raise call.error

    async def _events(self, call: Call) -> AsyncIterator[StreamEvent]:
        text = ""
        try:
            plan = await self._engine.plan(call.request, model=call.model, streamed=True)
            pace = self._pace(call.request, "stream")
            await pace.first()
            if plan.error is not None and plan.after_chunks is None:
                raise plan.error
            deltas = self._engine.dialect.call_deltas
            for number, event in enumerate(events_of(plan.result, chunks=plan.chunks, call_deltas=deltas)):
                piece = is_piece(event)
                if plan.error is not None and (number == plan.after_chunks or not piece):
                    plan.error.partial_text = text
                    raise plan.error
                if number and piece:
                    await pace.further(text)
                if type(event) is TextEvent:
                    text += event.text
                elif type(event) is FinishEvent:
                    call.result = replace(plan.result, latency=pace.elapsed)
                    yield FinishEvent(call.result)
                    return
                yield event
        except GeneratorExit:
            raise
        except BaseException as error:
            call.error = error
            raise
