"""The half of the contract about failures: errors of the tree, whole and inside a stream, and streams left early."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

import pytest

from understudy.domain import errors
from understudy.domain.errors import ProviderError
from understudy.domain.health import HealthStatus
from understudy.domain.results import TextEvent
from understudy.testing.contracts.generation_stage import GenerationStage

__all__ = ["FailureContract"]

T = TypeVar("T")

_FINAL = (
    errors.AuthenticationError,
    errors.PermissionDeniedError,
    errors.NotFoundError,
    errors.InvalidRequestError,
    errors.ContextLengthExceededError,
)
_PASSING = (errors.RateLimitError, errors.OverloadedError, errors.ServerError)
_EXCHANGE = (errors.ConnectionFailedError, errors.ResponseDecodeError, errors.RequestTimeoutError)
_INSIDE = (errors.OverloadedError, errors.RateLimitError, errors.ServerError, errors.ResponseDecodeError)


class FailureContract:
    """Errors, health, and what happens to a stream that does not reach its end."""

    @pytest.fixture
    def stage(self) -> GenerationStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.mark.parametrize("kind", [*_FINAL, errors.QuotaExceededError, *_PASSING, *_EXCHANGE])
    async def test_errors_have_their_class_and_say_where(
        self, stage: GenerationStage, kind: type[ProviderError]
    ) -> None:
        """The exact class, whole and streamed, with provider and operation; nothing had arrived."""
        stage.script.when().raises(kind)
        caught = [await _whole_error(stage), await _stream_error(stage, [])]
        assert [type(error) for error in caught] == [stage.error(kind)] * 2
        assert [error.operation for error in caught] == ["generate", "stream"]
        for error in caught:
            assert error.provider == stage.generator.name
            assert error.message
            assert not error.partial_text

    @pytest.mark.parametrize("kind", [*_FINAL, *_PASSING])
    async def test_the_service_s_words_arrive(self, stage: GenerationStage, kind: type[ProviderError]) -> None:
        """Whole and streamed, to be read by people."""
        stage.script.when().raises(kind, message="as the contract says")
        for error in (await _whole_error(stage), await _stream_error(stage, [])):
            assert error.message == "as the contract says"
            # Some APIs tell two faults apart by their words alone; with others they are a bad request.
            assert type(error) in (stage.error(kind), errors.InvalidRequestError)

    async def test_a_stranger_is_refused(self, stage: GenerationStage) -> None:
        """Whatever is asked with a credential that the service does not accept; its health says so."""
        stranger = stage.stranger
        if stranger is None:
            stage.script.when().raises(errors.AuthenticationError)
            assert isinstance(await _whole_error(stage), errors.AuthenticationError)
            return
        for ask in (stranger.generate, lambda prompt: stranger.stream(prompt).result()):
            with pytest.raises(errors.AuthenticationError):
                await ask("x")
        if stage.generator.capabilities.model_listing:
            with pytest.raises(errors.AuthenticationError):
                await stranger.list_models()
        assert not (await stranger.health_check()).ok
        assert stage.service.call_count == 0
        assert (await stage.generator.generate("x")).text

    @pytest.mark.parametrize("kind", _FINAL)
    async def test_errors_that_stay_are_not_worth_a_retry(
        self, stage: GenerationStage, kind: type[ProviderError]
    ) -> None:
        """With the status of a caller's fault."""
        stage.script.when().raises(kind)
        error = await _whole_error(stage)
        assert not error.retryable
        assert error.status is not None
        assert 400 <= error.status < 500

    @pytest.mark.parametrize("kind", _PASSING)
    async def test_errors_that_pass_are_worth_a_retry(self, stage: GenerationStage, kind: type[ProviderError]) -> None:
        """With the service's own advice on when."""
        stage.script.when().raises(kind, retry_after=7)
        for error in (await _whole_error(stage), await _stream_error(stage, [])):
            assert error.retryable
            assert error.retry_after == 7
            assert error.status is not None

    async def test_a_failure_is_the_call_s_own(self, stage: GenerationStage) -> None:
        """The next call is answered."""
        stage.script.when(nth=1).raises(errors.ServerError)
        await _whole_error(stage)
        assert (await stage.generator.generate("x")).text

    @pytest.mark.parametrize("kind", _INSIDE)
    async def test_errors_inside_a_stream_bring_what_had_arrived(
        self, stage: GenerationStage, kind: type[ProviderError]
    ) -> None:
        """The pieces before them are delivered, and are the error's partial text."""
        stage.script.when().raises(kind, after_chunks=2, answer="one two three")
        pieces: list[str] = []
        error = await _stream_error(stage, pieces)
        assert type(error) is stage.error(kind)
        assert pieces == ["one", " two"]
        assert error.partial_text == "one two"
        assert error.provider == stage.generator.name

    @pytest.mark.parametrize("read", ["events", "text", "result"])
    async def test_a_stream_that_is_cut_never_looks_complete(self, stage: GenerationStage, read: str) -> None:
        """StreamInterruptedError, however it is read."""
        stage.script.when().raises(errors.StreamInterruptedError, after_chunks=1, answer="one two three")
        with pytest.raises(errors.StreamInterruptedError) as caught:
            await _read(stage, as_=read)
        assert caught.value.partial_text == "one"

    async def test_a_model_that_is_not_there_is_not_found(self, stage: GenerationStage) -> None:
        """Whole and streamed."""
        stage.script.set_models("listed")
        with pytest.raises(errors.NotFoundError):
            await stage.generator.generate("x", model="another")
        with pytest.raises(errors.NotFoundError):
            await stage.generator.stream("x", model="another").result()

    async def test_a_stream_can_be_left_early(self, stage: GenerationStage) -> None:
        """It ends there, closing it twice is no fault, and the next call is answered."""
        stage.script.when(nth=1).answers(chunks=("One", " two", " three"))
        async with stage.generator.stream("x") as stream:
            assert await anext(stream) == TextEvent("One")
        await stream.aclose()
        assert [event async for event in stream] == []
        with pytest.raises(RuntimeError):
            await stream.result()
        assert (await stage.generator.generate("x")).text

    async def test_a_stream_that_nobody_reads_can_be_closed(self, stage: GenerationStage) -> None:
        """Nothing is waited for."""
        stream = stage.generator.stream("x")
        await stream.aclose()
        assert [event async for event in stream] == []

    async def test_health_is_told(self, stage: GenerationStage) -> None:
        """Healthy, under the provider's name."""
        health = await stage.generator.health_check()
        assert (health.provider, health.status, health.error) == (stage.generator.name, HealthStatus.HEALTHY, None)

    async def test_bad_health_is_told_and_not_raised(self, stage: GenerationStage) -> None:
        """A refused credential makes it unhealthy, with the reason."""
        stage.script.when(operation="health_check").raises(errors.AuthenticationError)
        stage.script.when(operation="list_models").raises(errors.AuthenticationError)
        health = await stage.generator.health_check()
        assert (health.provider, health.status, health.ok) == (stage.generator.name, HealthStatus.UNHEALTHY, False)
        assert health.error

    async def test_listing_models_fails_as_calls_do(self, stage: GenerationStage) -> None:
        """With an error of the tree; a generator that lists none is refused before."""
        stage.script.when(operation="list_models").raises(errors.PermissionDeniedError)
        listing = stage.generator.capabilities.model_listing
        with pytest.raises(errors.PermissionDeniedError if listing else errors.UnsupportedCapabilityError) as caught:
            await stage.generator.list_models()
        assert getattr(caught.value, "provider", None) == stage.generator.name
        assert getattr(caught.value, "operation", "list_models") == "list_models"


async def _whole_error(stage: GenerationStage) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await stage.generator.generate("x")
    return caught.value


async def _stream_error(stage: GenerationStage, pieces: list[str]) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await _collect(stage.generator.generate_stream("x"), pieces)
    return caught.value


async def _read(stage: GenerationStage, *, as_: str) -> None:
    if as_ == "result":
        await stage.generator.stream("x").result()
    elif as_ == "text":
        await _collect(stage.generator.generate_stream("x"), [])
    else:
        await _collect(stage.generator.stream("x"), [])


async def _collect(source: AsyncIterator[T], into: list[T]) -> None:
    async for item in source:
        into.append(item)  # noqa: PERF401 - what came before an error is what matters
