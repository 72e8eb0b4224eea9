"""A stand-in has the limits and the checks of the provider that it stands in for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import ContextLengthExceededError, InvalidRequestError, UnsupportedCapabilityError
from understudy.domain.messages import ImagePart, Message, TextPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.domain.results import FinishReason
from understudy.providers.generation.mock.tokens import count, cut, measure


async def test_an_answer_that_is_too_long_is_cut_and_says_so(any_mock):
    result = await any_mock.generate("Hello", max_output_tokens=3)
    assert result.finish_reason is FinishReason.LENGTH
    assert result.usage.output_tokens == 3
    whole = await any_mock.generate("Hello")
    assert whole.text.startswith(result.text)


async def test_the_settings_limit_of_tokens_holds_where_the_request_has_none(make):
    result = await make("claude", max_output_tokens=5).generate("Hello")
    assert result.usage.output_tokens == 5


async def test_a_call_that_is_cut_has_arguments_that_cannot_be_read(make, weather):
    result = await make("gemini").generate("x", tools=[weather], tool_choice="required", max_output_tokens=6)
    (call,) = result.tool_calls
    assert call.arguments == {}
    assert call.arguments_error
    assert call.arguments_text
    assert result.finish_reason is FinishReason.LENGTH


async def test_a_stop_sequence_ends_the_text_before_it(make):
    mock = make()
    mock.script.when().answers("one two three")
    result = await mock.generate("x", stop=[" three", " two"])
    assert result.text == "one"
    assert result.finish_reason is FinishReason.STOP
    assert result.finish_reason_raw == "stop_sequence"


async def test_a_prompt_that_does_not_fit_fails_as_with_the_provider(make):
    mock = make("codex", model="gpt-3.5-turbo", api="chat")
    with pytest.raises(ContextLengthExceededError, match=r"exceeds|16385") as caught:
        await mock.generate("word " * 20_000)
    assert caught.value.status == 400
    assert caught.value.code == "context_length_exceeded"
    with pytest.raises(ContextLengthExceededError):
        await mock.generate("word " * 14_000, max_output_tokens=4_000)


@pytest.mark.parametrize(
    ("name", "options", "error"),
    [
        ("claude", {"seed": 1}, UnsupportedCapabilityError),
        ("claude", {"temperature": 1.5}, InvalidRequestError),
        ("claude", {"temperature": 0.5}, UnsupportedCapabilityError),
        ("claude", {"max_output_tokens": 10_000_000}, InvalidRequestError),
        ("codex", {"stop": ["x"]}, UnsupportedCapabilityError),
        ("deepseek", {"user": "u1"}, UnsupportedCapabilityError),
        ("ollama", {"tools": [Tool(name="a")], "tool_choice": "required"}, UnsupportedCapabilityError),
        ("gemini", {"reasoning_effort": "none"}, UnsupportedCapabilityError),
    ],
)
async def test_what_the_provider_refuses_the_stand_in_refuses_whole_and_streamed(make, name, options, error):
    mock = make(name)
    with pytest.raises(error):
        await mock.generate("x", **options)
    with pytest.raises(error):
        mock.stream("x", **options)
    mock.assert_not_called()


async def test_no_vision_no_image(make):
    with pytest.raises(UnsupportedCapabilityError, match="vision"):
        await make("deepseek").generate(Message.user(ImagePart(data=b"x")))


async def test_no_embeddings_no_vectors(make):
    with pytest.raises(UnsupportedCapabilityError, match="embeddings"):
        await make("claude").embed(["x"])


async def test_usage_counts_every_part_of_the_request(make, weather):
    mock = make()

    async def tokens(prompt, **options):
        return (await mock.generate(prompt, **options)).usage.input_tokens

    plain = await tokens("Hello")
    assert await tokens("Hello there, you") > plain
    assert await tokens("Hello", system="Be brief") > plain
    assert await tokens("Hello", tools=[weather]) > plain
    assert await tokens("Hello", response_schema={"type": "string"}) > plain
    assert await tokens([Message.user("Hello"), Message.assistant("Hi"), Message.user("Hello")]) > plain
    assert await tokens(Message.user([TextPart("Hello"), ImagePart(data=b"x")])) > plain


@given(st.text())
def test_the_first_tokens_of_a_text_are_so_many_tokens(text):
    size = count(text)
    assert cut(text, size) == text
    for tokens in range(min(size, 5)):
        assert count(cut(text, tokens)) == tokens
        assert text.startswith(cut(text, tokens))


@given(st.text(), st.text())
def test_a_request_is_measured_alike_each_time_and_more_text_is_not_less(text, more):
    one = measure(GenerationRequest.of(text))
    again = measure(GenerationRequest.of(text))
    assert (one.tokens, one.mark) == (again.tokens, again.mark)
    assert measure(GenerationRequest.of([Message.user(text), Message.user(more)])).tokens > one.tokens
