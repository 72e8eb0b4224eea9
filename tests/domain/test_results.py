"""Results and streams."""

from collections.abc import AsyncIterator

import pytest
from pydantic import BaseModel

from understudy.domain.messages import ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishEvent,
    FinishReason,
    GenerationResult,
    GenerationStream,
    StreamEvent,
    TextEvent,
    Usage,
)

RESULT = GenerationResult(
    parts=(ReasoningPart(text="hm"), TextPart("a"), ToolCallPart(id="1", name="t"), TextPart("b")),
    usage=Usage(input_tokens=3, output_tokens=4),
)


def test_a_result_gives_its_parts_by_kind() -> None:
    assert (RESULT.text, RESULT.reasoning) == ("ab", "hm")
    assert [call.name for call in RESULT.tool_calls] == ["t"]
    assert RESULT.usage is not None
    assert RESULT.usage.total_tokens == 7


def test_usage_adds_up_field_by_field() -> None:
    one = Usage(input_tokens=1, output_tokens=2, cached_tokens=3, cache_write_tokens=4, reasoning_tokens=5)

    assert one + one == Usage(
        input_tokens=2, output_tokens=4, cached_tokens=6, cache_write_tokens=8, reasoning_tokens=10
    )


def test_structured_output_is_read_as_json_or_into_a_model() -> None:
    class City(BaseModel):
        name: str

    result = GenerationResult(parts=(TextPart('{"name": "Oslo"}'),))

    assert result.json() == {"name": "Oslo"}
    assert result.parse(City) == City(name="Oslo")
    with pytest.raises(TypeError, match="model_validate_json"):
        result.parse(int)


class Source:
    def __init__(self) -> None:
        self.closed = False

    async def events(self) -> AsyncIterator[StreamEvent]:
        try:
            yield TextEvent("a")
            yield TextEvent("b")
            yield FinishEvent(RESULT)
        finally:
            self.closed = True


async def test_a_stream_gives_events_then_the_result() -> None:
    stream = GenerationStream(Source().events())

    kinds = [type(event).__name__ async for event in stream]

    assert kinds == ["TextEvent", "TextEvent", "FinishEvent"]
    assert await stream.result() is RESULT
    assert RESULT.finish_reason is FinishReason.STOP


async def test_result_reads_the_rest_and_text_gives_only_text() -> None:
    assert await GenerationStream(Source().events()).result() is RESULT
    assert [piece async for piece in GenerationStream(Source().events()).text()] == ["a", "b"]


async def test_leaving_early_closes_the_source_and_there_is_no_result() -> None:
    source = Source()

    async with GenerationStream(source.events()) as stream:
        assert await anext(stream) == TextEvent("a")

    assert source.closed
    with pytest.raises(RuntimeError, match="closed before its end"):
        await stream.result()
