"""Streams: realistic pieces, the order of the real decoders, the same result as the whole call."""

from __future__ import annotations

import pytest

from understudy.domain.errors import RequestTimeoutError
from understudy.domain.messages import ToolCallPart
from understudy.domain.results import (
    FinishEvent,
    ReasoningEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    UsageEvent,
)
from understudy.providers.generation.mock import Answer


async def _events(stream):
    return [event async for event in stream]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_output_tokens": 4},
        {"reasoning_effort": "high"},
        {"response_schema": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}},
    ],
)
async def test_whole_and_streamed_give_the_same_result(any_mock, options):
    whole = await any_mock.generate("Hello", **options)
    events = await _events(any_mock.stream("Hello", **options))
    assert events[-1] == FinishEvent(whole)
    assert "".join(event.text for event in events if isinstance(event, TextEvent)) == whole.text
    assert "".join(event.text for event in events if isinstance(event, ReasoningEvent)) == whole.reasoning
    assert events[-2] == UsageEvent(whole.usage)


async def test_text_comes_in_several_pieces(any_mock):
    pieces = [piece async for piece in any_mock.generate_stream("Hello")]
    assert len(pieces) > 3
    assert "".join(pieces) == (await any_mock.generate("Hello")).text


async def test_calls_come_in_pieces_and_then_whole(make, weather):
    call = ToolCallPart(id="c1", name="get_weather", arguments={"city": "Oslo", "unit": "celsius", "days": 2})
    mock = make("codex")
    mock.script.when().answers(Answer(text="Let me see.", reasoning="Hm.", tool_calls=(call, call)))
    events = await _events(mock.stream("x", tools=[weather]))
    kinds = [type(event) for event in events]
    assert kinds[0] is ReasoningEvent
    assert kinds[1] is TextEvent
    assert kinds[-2:] == [UsageEvent, FinishEvent]
    deltas = [event for event in events if isinstance(event, ToolCallDeltaEvent)]
    assert {event.index for event in deltas} == {0, 1}
    first = "".join(event.arguments_text for event in deltas if event.index == 0)
    assert first == '{"city": "Oslo", "unit": "celsius", "days": 2}'
    assert [event.call for event in events if isinstance(event, ToolCallEvent)] == [call, call]


@pytest.mark.parametrize("name", ["gemini", "ollama"])
async def test_providers_that_send_calls_whole_send_no_pieces(make, weather, name):
    mock = make(name)
    mock.script.when().answers(tool_calls=(ToolCallPart(id="", name="get_weather"),))
    events = await _events(mock.stream("x", tools=[weather]))
    assert [type(event) for event in events] == [ToolCallEvent, UsageEvent, FinishEvent]


async def test_scripted_pieces_are_kept_also_when_the_answer_is_cut(make):
    mock = make(mock={"rules": [{"answer": {"chunks": ["Hel", "lo wor", "ld"]}}]})
    assert [piece async for piece in mock.generate_stream("x")] == ["Hel", "lo wor", "ld"]
    assert [piece async for piece in mock.generate_stream("x", max_output_tokens=1)] == ["Hel", "lo"]


async def test_a_stream_left_early_can_be_closed(make):
    mock = make()
    async with mock.stream("Hello") as stream:
        async for _ in stream:
            break
    assert mock.last_call.result is None
    assert mock.last_call.error is None


async def test_latency_passes_by_the_sleep_that_was_given(make, clock):
    mock = make(mock={"latency": {"first": 1.5, "per_chunk": 0.5}, "rules": [{"answer": {"chunks": list("abc")}}]})
    whole = await mock.generate("x")
    assert (whole.latency, clock.total) == (2.5, 2.5)
    clock.waits.clear()
    streamed = await mock.stream("x").result()
    assert clock.waits == [1.5, 0.5, 0.5]
    assert streamed.latency == 2.5


async def test_a_deadline_ends_a_slow_call_as_it_would_the_real_one(make, clock):
    mock = make(mock={"rules": [{"answer": {"chunks": list("abcd")}}]}, http={"timeout": {"total": 10}})
    mock.script.set_latency(first=1, per_chunk=1)
    with pytest.raises(RequestTimeoutError) as caught:
        await mock.stream("x", timeout=2.5).result()
    assert (caught.value.phase, caught.value.partial_text, clock.total) == ("total", "ab", 2.5)
    with pytest.raises(RequestTimeoutError):
        await mock.generate("x", timeout=2.5)
    assert (await mock.generate("x")).latency == 4
    mock.script.set_latency(first=11)
    with pytest.raises(RequestTimeoutError):
        await mock.generate("x")


async def test_without_latency_nothing_sleeps(make, clock):
    await make().generate("x")
    await make().stream("x").result()
    assert clock.waits == []
