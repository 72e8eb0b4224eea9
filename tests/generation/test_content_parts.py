"""Content that followers of Chat Completions send in other shapes than text: typed parts, objects, counts in words."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.domain.messages import ReasoningPart, TextPart
from understudy.domain.results import GenerationResult, ReasoningEvent, TextEvent
from understudy.providers.generation.openai.chat import ChatCodec

SHAPES = [
    ("Hi", [TextPart("Hi")]),
    ([{"type": "text", "text": "Hi"}], [TextPart("Hi")]),
    (["H", "i"], [TextPart("Hi")]),
    (
        [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Hi"}],
        [ReasoningPart(text="hm"), TextPart("Hi")],
    ),
    ([{"thinking": "hm"}, {"type": "reference", "ids": [1]}, 5], [ReasoningPart(text="hm")]),
    ({"answer": 1}, [TextPart('{"answer":1}')]),
    (None, []),
]


def whole(content: Any, usage: Any = None) -> GenerationResult:
    choice = {"index": 0, "message": {"content": content}, "finish_reason": "stop"}
    return ChatCodec().decode({"choices": [choice], "usage": usage})


@pytest.mark.parametrize(("content", "parts"), SHAPES)
def test_content_is_read_in_whichever_shape_it_comes(content: Any, parts: list[Any]) -> None:
    assert list(whole(content).parts) == parts


@pytest.mark.parametrize(("content", "parts"), SHAPES)
def test_a_stream_of_it_reads_alike(content: Any, parts: list[Any]) -> None:
    decoder = ChatCodec().decoder()
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    events = [*decoder.feed({"choices": [choice]}, None)]
    events += decoder.feed({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}, None)
    events += decoder.end()
    assert list(decoder.result().parts) == parts
    for kind, part in ((TextEvent, TextPart), (ReasoningEvent, ReasoningPart)):
        said = "".join(event.text for event in events if isinstance(event, kind))
        assert said == "".join(found.text for found in parts if isinstance(found, part))


@pytest.mark.parametrize(("count", "read"), [(3, 3), ("3", 3), (3.0, 3), (None, 0), ("many", 0), ([], 0)])
def test_counts_are_numbers_in_whichever_form(count: Any, read: int) -> None:
    usage = whole("Hi", {"prompt_tokens": count, "completion_tokens": 1}).usage
    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (read, 1)


def test_a_legacy_call_comes_in_pieces_too() -> None:
    decoder = ChatCodec().decoder()
    pieces = [{"arguments": "lost"}, {"name": "add", "arguments": '{"a"'}, {"arguments": ": 1}"}]
    for piece in pieces:
        list(decoder.feed({"choices": [{"index": 0, "delta": {"function_call": piece}}]}, None))
    list(decoder.feed({"choices": [{"index": 0, "delta": {}, "finish_reason": "function_call"}]}, None))
    (call,) = decoder.result().tool_calls
    assert (call.name, call.arguments) == ("add", {"a": 1})


def test_arguments_may_come_whole_as_an_object() -> None:
    decoder = ChatCodec().decoder()
    call = {"index": 0, "id": "t", "function": {"name": "add", "arguments": {"a": 1}}}
    list(decoder.feed({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}, None))
    list(decoder.feed({"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}, None))
    (found,) = decoder.result().tool_calls
    assert (found.id, found.name, found.arguments) == ("t", "add", {"a": 1})


def test_choices_other_than_the_first_are_left_out_of_a_stream() -> None:
    decoder = ChatCodec().decoder()
    events = list(decoder.feed({"choices": [{"index": 1, "delta": {"content": "other"}}]}, None))
    assert events == []
