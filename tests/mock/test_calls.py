"""What was asked can be asserted, and a failed assertion says what differs."""

from __future__ import annotations

import re

import pytest

from understudy.domain.errors import ServerError
from understudy.domain.requests import Tool
from understudy.providers.differences import difference


async def test_calls_are_remembered_with_their_requests_and_ends(make):
    mock = make()
    mock.script.when(text="fail").raises(ServerError)
    result = await mock.generate("Hello", max_output_tokens=50)
    streamed = await mock.stream("Again").result()
    with pytest.raises(ServerError):
        await mock.generate("fail")
    first, second, third = mock.calls
    assert (first.text, first.request.max_output_tokens, first.result) == ("Hello", 50, result)
    assert (second.streamed, second.result) == (True, streamed)
    assert isinstance(third.error, ServerError)
    assert mock.last_request.messages[-1].text == "fail"


async def test_assertions_pass_for_what_happened(make):
    mock = make()
    mock.assert_not_called()
    await mock.generate("Hello world", system="Be brief", max_output_tokens=50)
    mock.assert_called()
    mock.assert_called_once()
    mock.assert_called_once_with(text="Hello world", system_text="Be brief", max_output_tokens=50, streamed=False)
    mock.assert_called_with(text=re.compile("wor"), model=mock.model, operation="generate")
    await mock.generate("Second")
    mock.assert_any_call(text="Hello world")
    mock.assert_called(times=2)


async def test_a_failed_assertion_says_what_differs_and_which_call_was_right(make):
    mock = make()
    await mock.generate("one")
    await mock.generate("two", max_output_tokens=70)
    with pytest.raises(AssertionError) as caught:
        mock.assert_called_with(text="one", max_output_tokens=None)
    message = str(caught.value)
    assert "the stand-in for claude: the last call differs" in message
    assert "text: expected 'one'" in message
    assert "but was 'two'" in message
    assert "max_output_tokens: expected None" in message
    assert "Call 1 of 2 is like this" in message


async def test_counts_that_are_wrong_are_told_with_the_calls(make):
    mock = make()
    with pytest.raises(AssertionError, match="was never called"):
        mock.assert_called_once()
    with pytest.raises(AssertionError, match="was never called"):
        _ = mock.last_request
    await mock.generate("one")
    with pytest.raises(
        AssertionError, match=r"should not have been called, but was called 1 times:\n  1. generate 'one'"
    ):
        mock.assert_not_called()
    with pytest.raises(AssertionError, match="3 times"):
        mock.assert_called(times=3)
    with pytest.raises(AssertionError, match=r"no call was like this"):
        mock.assert_any_call(text="zzz")


async def test_a_slip_in_an_assertion_is_an_error_not_a_pass(make):
    mock = make()
    await mock.generate("x")
    with pytest.raises(TypeError, match="Did you mean 'temperature'"):
        mock.assert_called_with(temprature=1)


async def test_only_the_last_calls_are_kept_but_all_are_counted(make):
    mock = make(mock={"calls_kept": 3})
    for number in range(10):
        await mock.generate(str(number))
    assert [call.text for call in mock.calls] == ["7", "8", "9"]
    assert mock.call_count == 10


async def test_embeddings_and_listings_are_calls_too(make):
    mock = make("codex")
    await mock.embed(["a", "b"])
    mock.assert_called_once_with(operation="embed", text="a\nb")
    await mock.list_models()
    mock.assert_any_call(operation="list_models")


async def test_long_texts_are_shown_where_they_part(make):
    mock = make()
    await mock.generate("word " * 100 + "moon" + " more" * 100)
    with pytest.raises(AssertionError) as caught:
        mock.assert_called_with(text="word " * 100 + "mood" + " more" * 100)
    lines = str(caught.value).splitlines()
    assert lines[1] == "  text differs from character 503 on:"
    assert lines[2].startswith("    expected …'")
    assert "word mood more" in lines[2]
    assert "word moon more" in lines[3]
    assert all(len(line) < 130 for line in lines)


async def test_texts_of_several_lines_are_shown_as_a_diff(make):
    mock = make()
    await mock.generate("one\ntwo\nthree")
    with pytest.raises(AssertionError) as caught:
        mock.assert_called_with(text="one\n2\nthree")
    message = str(caught.value)
    assert "text differs:" in message
    assert "\n    -2\n    +two\n" in message


async def test_large_values_are_shown_by_the_lines_that_differ(make):
    tools = [
        Tool(name=f"tool_{n}", parameters={"type": "object", "properties": {"city": {"type": "string"}}})
        for n in range(9)
    ]
    mock = make()
    await mock.generate("x", tools=tools)
    with pytest.raises(AssertionError) as caught:
        mock.assert_called_with(tools=(*tools[:4], Tool(name="another"), *tools[5:]))
    lines = str(caught.value).splitlines()
    assert "  tools differs:" in lines
    changed = [line for line in lines if line.lstrip().startswith(("-", "+")) and "name=" in line]
    assert any("another" in line for line in changed)
    assert any("tool_4" in line for line in changed)
    assert not any("tool_8" in line for line in lines)


def test_a_diff_that_is_long_is_cut():
    shown = difference("text", "\n".join(map(str, range(500))), "\n".join(map(str, range(500, 1000))))
    assert shown.splitlines()[-1].strip().startswith("… and ")
    assert len(shown.splitlines()) < 50
