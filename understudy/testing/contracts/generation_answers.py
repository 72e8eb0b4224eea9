"""The half of the contract about answers: the same whole and streamed, with everything that the service said."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from understudy.domain.errors import UnsupportedCapabilityError
from understudy.domain.messages import Part, ReasoningPart, TextPart, ToolCallPart
from understudy.domain.requests import GenerationRequest
from understudy.domain.results import (
    FinishEvent,
    FinishReason,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.mock import Answer
from understudy.testing.contracts.generation_stage import CITY, SCHEMA, WEATHER, GenerationStage

__all__ = ["AnswerContract"]

_TEXTS = {
    "plain": "Sunny, later rain.",
    "unicode": "Grüße aus København 🚀 — 你好,\u2028 e\u0301",
    "lines": ' begins and ends with space\n\n\ttab, "quotes", \\ and data: {"not": "a frame"}\r\n ',
    "long": "word after word, " * 2_000,
    "json": '{"looks": ["like", "JSON"]}',
}


class AnswerContract:
    """Texts, tool calls, structured output, usage, finish reasons, and the events that bring them."""

    @pytest.fixture
    def stage(self) -> GenerationStage:
        """What is played on; a class that derives from this one has its own."""
        raise NotImplementedError

    @pytest.mark.parametrize("case", _TEXTS)
    async def test_text_arrives_as_it_was_said(self, stage: GenerationStage, case: str) -> None:
        """To the last character, whole, streamed, and as pieces of text."""
        text = _TEXTS[case]
        stage.script.when().answers(text)
        whole = await stage.generator.generate("x")
        assert whole.text == text
        assert (await stage.generator.stream("x").result()).text == text
        assert "".join([piece async for piece in stage.generator.generate_stream("x")]) == text

    async def test_pieces_arrive_as_they_were_sent(self, stage: GenerationStage) -> None:
        """One event for each, none of them joined or held back."""
        stage.script.when().answers(chunks=("One", " two", " three"))
        events = await _events(stage)
        assert [event.text for event in events if isinstance(event, TextEvent)] == ["One", " two", " three"]
        assert [piece async for piece in stage.generator.generate_stream("x")] == ["One", " two", " three"]

    async def test_whole_and_streamed_are_one_result(self, stage: GenerationStage) -> None:
        """Parts, finish reason, usage, provider and model."""
        stage.script.when().answers(
            text="Sunny.", usage={"input_tokens": 50, "output_tokens": 9, "cached_tokens": 0, "reasoning_tokens": 0}
        )
        whole = await stage.generator.generate("x")
        streamed = await stage.generator.stream("x").result()
        assert _essence(streamed) == _essence(whole)
        assert (whole.text, whole.finish_reason) == ("Sunny.", FinishReason.STOP)
        assert whole.finish_reason_raw
        assert whole.usage == Usage(input_tokens=50, output_tokens=9)
        assert (whole.provider, whole.model) == (stage.generator.name, stage.generator.model)
        assert whole.latency >= 0

    async def test_the_last_event_is_the_only_finish(self, stage: GenerationStage) -> None:
        """It has what the events before it told."""
        stage.script.when().answers(chunks=("One", " two"))
        events = await _events(stage)
        finishes = [event for event in events if isinstance(event, FinishEvent)]
        assert events[-1:] == finishes
        result = finishes[0].result
        assert "".join(event.text for event in events if isinstance(event, TextEvent)) == result.text
        told = [event.usage for event in events if isinstance(event, UsageEvent)]
        assert told[-1:] == [result.usage]

    async def test_the_result_is_there_after_the_events(self, stage: GenerationStage) -> None:
        """``result()`` reads what is left, and nothing twice."""
        stage.script.when().answers(chunks=("One", " two"))
        stream = stage.generator.stream("x")
        first = await anext(stream)
        assert first == TextEvent("One")
        assert (await stream.result()).text == "One two"
        assert (await stream.result()).text == "One two"
        assert [event async for event in stream] == []

    async def test_tool_calls_come_complete_and_in_order(self, stage: GenerationStage) -> None:
        """With ids that differ, arguments as objects, and the finish reason that says so."""
        if await _refuses_tools(stage):
            return
        calls = _calls(3)
        stage.script.when().answers(Answer(text="Let me see. ", tool_calls=calls))
        whole = await stage.generator.generate("x", tools=[WEATHER])
        streamed = await stage.generator.stream("x", tools=[WEATHER]).result()
        for result in (whole, streamed):
            assert [(call.name, dict(call.arguments)) for call in result.tool_calls] == [
                (call.name, call.arguments) for call in calls
            ]
            assert (result.text, result.finish_reason) == ("Let me see. ", FinishReason.TOOL_CALLS)
            assert len({call.id for call in result.tool_calls}) == len(calls)
            assert [type(part) for part in result.parts] == [TextPart, *[ToolCallPart] * len(calls)]
            assert all(call.id for call in result.tool_calls)

    async def test_ids_of_tool_calls_are_the_service_s_own(self, stage: GenerationStage) -> None:
        """Whole and streamed alike; an API without any gets some that differ."""
        if await _refuses_tools(stage):
            return
        calls = tuple(replace(call, id=f"call_{name}") for name, call in zip("ab", _calls(2), strict=True))
        stage.script.when().answers(Answer(tool_calls=calls))
        whole = await stage.generator.generate("x", tools=[WEATHER])
        streamed = await stage.generator.stream("x", tools=[WEATHER]).result()
        ids = [call.id for call in whole.tool_calls]
        assert [call.id for call in streamed.tool_calls] == ids
        assert ids == ["call_a", "call_b"] or not set(ids) & {"call_a", "call_b"}

    async def test_the_model_that_answered_is_told(self, stage: GenerationStage) -> None:
        """Services may answer with another than the one that was asked: a dated one, or a larger one."""
        answered = GenerationResult(parts=(TextPart("Sunny."),), model="model-that-answered", usage=Usage())
        stage.script.when().answers(answered)
        whole = await stage.generator.generate("x")
        streamed = await stage.generator.stream("x").result()
        assert (whole.model, streamed.model) == ("model-that-answered", "model-that-answered")
        assert whole.provider == streamed.provider == stage.generator.name

    async def test_events_of_tool_calls_come_in_order(self, stage: GenerationStage) -> None:
        """The text before them, each call once, its pieces before it, their arguments the call's."""
        if await _refuses_tools(stage):
            return
        stage.script.when().answers(Answer(text="Let me see.", tool_calls=_calls(2)))
        events = [event async for event in stage.generator.stream("x", tools=[WEATHER])]
        calls = [event.call for event in events if isinstance(event, ToolCallEvent)]
        last = events[-1]
        assert isinstance(last, FinishEvent)
        assert tuple(calls) == last.result.tool_calls
        first_call = next(n for n, event in enumerate(events) if isinstance(event, ToolCallDeltaEvent | ToolCallEvent))
        assert all(n < first_call for n, event in enumerate(events) if isinstance(event, TextEvent))
        assert [type(event) for event in events[-2:]] == [UsageEvent, FinishEvent], "the usage of all comes after all"
        _check_deltas(events, calls)

    async def test_reasoning_is_no_text(self, stage: GenerationStage) -> None:
        """It has a part and events of its own, before the text; an API that shows none gives the text alone."""
        stage.script.when().answers(reasoning="Hm, well.", text="Yes.")
        whole = await stage.generator.generate("x")
        events = await _events(stage)
        if stage.generator.capabilities.reasoning:
            assert whole.reasoning == ("" if "reasoning" in stage.unsaid else "Hm, well.")
        assert whole.text == "Yes."
        kinds = [type(event) for event in events if isinstance(event, ReasoningEvent | TextEvent)]
        assert kinds == sorted(kinds, key=lambda kind: kind is TextEvent)
        assert "".join(event.text for event in events if isinstance(event, ReasoningEvent)) == whole.reasoning
        assert "".join(event.text for event in events if isinstance(event, TextEvent)) == "Yes."
        last = events[-1]
        assert isinstance(last, FinishEvent)
        assert _signatures(last.result) == _signatures(whole)

    async def test_structured_output_fits_its_schema(self, stage: GenerationStage) -> None:
        """What the service says is read as JSON, whole and streamed."""
        if not stage.generator.capabilities.structured_output:
            with pytest.raises(UnsupportedCapabilityError):
                await stage.generator.generate("Who?", response_schema=SCHEMA)
            return
        stage.script.when().answers(json={"name": "Ørsted", "age": 45})
        whole = await stage.generator.generate("Who?", response_schema=SCHEMA)
        streamed = await stage.generator.stream("Who?", response_schema=SCHEMA).result()
        assert whole.json() == streamed.json() == {"name": "Ørsted", "age": 45}

    async def test_refusals_are_told(self, stage: GenerationStage) -> None:
        """In the model's words; an API that does not mark them gives them as the text."""
        stage.script.when().answers(refusal="I can't help with that.")
        whole = await stage.generator.generate("x")
        streamed = await stage.generator.stream("x").result()
        assert _essence(whole) == _essence(streamed)
        told = whole.text if "refusal" in stage.unsaid else whole.refusal
        assert told == "I can't help with that."

    async def test_usage_is_what_the_service_counted(self, stage: GenerationStage) -> None:
        """Cached tokens included in those of the input."""
        cached = 0 if "cached_tokens" in stage.unsaid else 20
        usage = {"input_tokens": 50, "output_tokens": 9, "cached_tokens": cached}
        stage.script.when().answers(text="x", usage=usage)
        expected = Usage(input_tokens=50, output_tokens=9, cached_tokens=cached)
        assert (await stage.generator.generate("x")).usage == expected
        assert (await stage.generator.stream("x").result()).usage == expected

    async def test_reasoning_is_counted_within_the_output(self, stage: GenerationStage) -> None:
        """Where the API reasons, and tells it apart."""
        tells = stage.generator.capabilities.reasoning and "reasoning_tokens" not in stage.unsaid
        counted = 4 if tells else 0
        usage = {"input_tokens": 50, "output_tokens": 9, "reasoning_tokens": counted}
        stage.script.when().answers(text="x", usage=usage)
        for result in (await stage.generator.generate("x"), await stage.generator.stream("x").result()):
            assert result.usage == Usage(input_tokens=50, output_tokens=9, reasoning_tokens=counted)

    async def test_ids_are_there_whole_and_streamed_or_never(self, stage: GenerationStage) -> None:
        """The response's own, and the request's for support."""
        stage.script.when().answers("Sunny.")
        whole = await stage.generator.generate("x")
        streamed = await stage.generator.stream("x").result()
        assert (whole.response_id, whole.request_id) == (streamed.response_id, streamed.request_id)

    async def test_a_limit_ends_the_answer(self, stage: GenerationStage) -> None:
        """It arrives, and the finish reason says that the answer was cut."""
        said = "Seven words are more than that is."
        stage.script.when().answers(said)
        whole = await stage.generator.generate("x", max_output_tokens=3)
        streamed = await stage.generator.stream("x", max_output_tokens=3).result()
        assert stage.service.last_request.max_output_tokens == 3
        for result in (whole, streamed):
            assert result.finish_reason is FinishReason.LENGTH
            assert said.startswith(result.text)
            assert len(result.text) < len(said)
        assert _essence(whole) == _essence(streamed)

    async def test_stop_sequences_end_the_answer(self, stage: GenerationStage) -> None:
        """What comes from them on is not there."""
        stage.script.when().answers("one two three")
        if stage.generator.capabilities.stop_sequences == 0:
            with pytest.raises(UnsupportedCapabilityError):
                await stage.generator.generate("x", stop=[" three"])
            return
        for result in (
            await stage.generator.generate("x", stop=[" three"]),
            await stage.generator.stream("x", stop=[" three"]).result(),
        ):
            assert (result.text, result.finish_reason) == ("one two", FinishReason.STOP)

    async def test_many_at_once_get_their_own_answers(self, stage: GenerationStage) -> None:
        """Whole and streamed ones together."""
        stage.script.when().answers(_echo)
        prompts = [f"prompt {number}" for number in range(20)]
        whole = [stage.generator.generate(prompt) for prompt in prompts]
        streamed = [stage.generator.stream(prompt).result() for prompt in prompts]
        results = await asyncio.gather(*whole, *streamed)
        assert [result.text for result in results] == [f"Heard: {prompt}" for prompt in prompts * 2]


async def _events(stage: GenerationStage) -> list[StreamEvent]:
    return [event async for event in stage.generator.stream("x")]


async def _refuses_tools(stage: GenerationStage) -> bool:
    """Whether the generator declares no tools; then it must refuse them."""
    if stage.generator.capabilities.tools:
        return False
    with pytest.raises(UnsupportedCapabilityError):
        await stage.generator.generate("x", tools=[WEATHER])
    return True


def _calls(number: int) -> tuple[ToolCallPart, ...]:
    return tuple(ToolCallPart(id="", name=WEATHER.name, arguments={**CITY, "days": day}) for day in range(number))


def _check_deltas(events: Sequence[StreamEvent], calls: Sequence[ToolCallPart]) -> None:
    """Pieces are optional; where there are some, they belong to calls that come, and say the same."""
    done = 0
    pieces: dict[int, str] = {}
    for event in events:
        if isinstance(event, ToolCallDeltaEvent):
            assert event.index >= done, "a piece of a call came after the call"
            assert (event.id, event.name) == (calls[event.index].id, calls[event.index].name)
            pieces[event.index] = pieces.get(event.index, "") + event.arguments_text
        elif isinstance(event, ToolCallEvent):
            done += 1
    for index, text in pieces.items():
        assert json.loads(text) == calls[index].arguments


def _echo(request: GenerationRequest) -> str:
    return f"Heard: {request.turns[-1].text}"


def _signatures(result: GenerationResult) -> list[str | None]:
    return [part.signature for part in result.parts if isinstance(part, ReasoningPart)]


def _essence(result: GenerationResult) -> GenerationResult:
    """The result without what is another's each time."""
    parts = tuple(map(_without_id, result.parts))
    return replace(result, parts=parts, latency=0.0, raw=None, response_id=None, request_id=None)


def _without_id(part: Part) -> Part:
    if isinstance(part, ToolCallPart):
        return replace(part, id="", arguments_text=None)
    return replace(part, id=None, signature=None) if isinstance(part, ReasoningPart) else part
