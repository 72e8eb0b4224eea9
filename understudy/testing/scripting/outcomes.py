"""What a caller gets of recorded answers: they are played to the provider's own code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from understudy.config.models.generation import ProviderSettings
from understudy.config.models.http import HttpSettings
from understudy.domain.errors import ProviderError
from understudy.domain.generation import TextGenerator
from understudy.domain.results import FinishEvent, GenerationResult, ReasoningEvent, TextEvent
from understudy.providers.generation.choosing.build import build_replay
from understudy.providers.http.clients import HttpClients
from understudy.providers.http.exchange import Engine, Exchange, Outgoing
from understudy.providers.recording.exchanges import Recorded
from understudy.providers.recording.playing import PlayedExchange
from understudy.providers.spec import ProviderSpec
from understudy.testing.scripting.requests import Question

__all__ = ["Outcome", "call", "outcomes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one call ended: ``result``, or ``error``. ``chunks`` are the pieces of a streamed text.

    ``reasoning`` is what of it came before an error within a stream.
    """

    result: GenerationResult | None = None
    error: ProviderError | None = None
    chunks: tuple[str, ...] | None = None
    reasoning: str = ""


class _Deck:
    """An engine that gives out recorded answers in their order, to whatever is asked; the last one then stays."""

    def __init__(self, exchanges: Sequence[Recorded]) -> None:
        self._exchanges = exchanges
        self.given = 0

    @property
    def left(self) -> int:
        return len(self._exchanges) - self.given

    async def send(self, outgoing: Outgoing) -> Exchange:
        exchange = self._exchanges[min(self.given, len(self._exchanges) - 1)]
        self.given += 1
        return await PlayedExchange.of(exchange, outgoing, "at_once")

    async def aclose(self) -> None:
        """Nothing is open."""


async def outcomes(
    question: Question, *, spec: ProviderSpec, settings: ProviderSettings, http: HttpSettings
) -> list[Outcome]:
    """How each call ended for which the exchanges were recorded; attempts that were made again belong to one call.

    Raises ProviderError where the provider will not send the request.
    """
    if "api" in type(settings).model_fields:
        settings = settings.model_copy(update={"api": question.api})
    deck = _Deck(question.exchanges)

    def wrap(_pool: Callable[[], Engine]) -> Callable[[], Engine]:
        return lambda: deck

    found: list[Outcome] = []
    async with HttpClients(http) as clients:
        generator = build_replay(spec, settings, clients.through(wrap, sleep=_no_time))
        while deck.left > 0:
            before = deck.given
            outcome = await call(generator, question)
            if deck.given == before:
                assert outcome.error is not None  # noqa: S101 - nothing was sent, so nothing was answered
                raise outcome.error
            found.append(outcome)
    return found


async def call(generator: TextGenerator, question: Question) -> Outcome:
    """Ask the question, whole or streamed as it was recorded."""
    if question.stream:
        return await _stream(generator, question)
    try:
        return Outcome(result=await generator.generate(question.request, model=question.model))
    except ProviderError as error:
        return Outcome(error=error)


async def _stream(generator: TextGenerator, question: Question) -> Outcome:
    chunks: list[str] = []
    reasoning = ""
    try:
        async with generator.stream(question.request, model=question.model) as stream:
            async for event in stream:
                if isinstance(event, TextEvent):
                    chunks.append(event.text)
                elif isinstance(event, ReasoningEvent):
                    reasoning += event.text
                elif isinstance(event, FinishEvent):
                    return Outcome(result=event.result, chunks=tuple(chunks))
    except ProviderError as error:
        return Outcome(error=error, chunks=tuple(chunks), reasoning=reasoning)
    raise AssertionError("a stream ends with a FinishEvent or an error")


async def _no_time(_seconds: float) -> None:
    await asyncio.sleep(0)
