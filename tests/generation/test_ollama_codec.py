"""Ollama's answers: whole, streamed and failed, the usual and the odd."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import (
    AuthenticationError,
    ContextLengthExceededError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    ProviderError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
    UnderstudyError,
)
from understudy.domain.generation import ModelInfo
from understudy.domain.messages import ReasoningPart, TextPart, ToolCallPart
from understudy.domain.results import (
    FinishReason,
    GenerationResult,
    ReasoningEvent,
    StreamEvent,
    TextEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.ollama.codec import OllamaCodec
from understudy.providers.generation.wire.codec import ErrorAnswer

CODEC = OllamaCodec()
MADE = "2026-08-04T19:58:15.1Z"


def line(content: Any = "", *, done: bool = False, **fields: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    for name in ("thinking", "tool_calls"):
        if name in fields:
            message[name] = fields.pop(name)
    return {"model": "gemma4", "created_at": MADE, "message": message, "done": done, **fields}


def last(content: Any = "", **fields: Any) -> dict[str, Any]:
    ending = {"done_reason": "stop", "prompt_eval_count": 3, "eval_count": 5}
    return line(content, done=True, **{**ending, **fields})


def call(name: str, arguments: Any, **fields: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}, **fields}


def stream(*lines: Any) -> tuple[list[StreamEvent], GenerationResult]:
    decoder = CODEC.decoder()
    events = [event for each in lines for event in decoder.feed(each, None)]
    return events, decoder.result()


def test_a_whole_answer_has_its_parts_usage_and_reason() -> None:
    result = CODEC.decode(last("Hello", thinking="Hm.", tool_calls=[call("look", {"at": "it"}, id="call_1")]))
    assert result.parts == (
        ReasoningPart(text="Hm."),
        TextPart("Hello"),
        ToolCallPart(id="call_1", name="look", arguments={"at": "it"}),
    )
    assert result.usage == Usage(input_tokens=3, output_tokens=5)
    assert result.model == "gemma4"
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.TOOL_CALLS, "stop")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("load", FinishReason.OTHER),
        ("unload", FinishReason.OTHER),
        (None, FinishReason.STOP),
    ],
)
def test_reasons(raw: str | None, reason: FinishReason) -> None:
    result = CODEC.decode(last("x", done_reason=raw))
    assert (result.finish_reason, result.finish_reason_raw) == (reason, raw)


def test_a_prompt_that_the_server_still_had_counts_nothing_and_no_counts_are_no_usage() -> None:
    cached, bare = last("x"), last("x")
    del cached["prompt_eval_count"], bare["prompt_eval_count"], bare["eval_count"]
    assert CODEC.decode(cached).usage == Usage(output_tokens=5)
    assert CODEC.decode(bare).usage is None


def test_answers_of_the_generate_api_are_read_too() -> None:
    result = CODEC.decode({"model": "m", "response": "Hi", "thinking": "Hm.", "done": True, "done_reason": "stop"})
    assert (result.text, result.reasoning) == ("Hi", "Hm.")


def test_arguments_may_be_missing_or_be_text() -> None:
    calls = [call("a", None), call("b", '{"k": 1}'), call("c", "not json"), {"function": {"name": "d"}}]
    found = CODEC.decode(last(tool_calls=calls)).tool_calls
    assert [each.arguments for each in found] == [{}, {"k": 1}, {}, {}]
    assert [bool(each.arguments_error) for each in found] == [False, False, True, False]


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"choices": []}, line("half"), {"message": {"content": "x"}}])
def test_what_is_not_a_finished_answer_is_no_success(answer: Any) -> None:
    with pytest.raises(ResponseDecodeError):
        CODEC.decode(answer)


def test_an_error_that_is_null_is_none() -> None:
    assert CODEC.decode(last("x", error=None)).text == "x"


def test_a_stream_gives_text_thoughts_and_every_call_of_every_line() -> None:
    events, result = stream(
        line(thinking="H"),
        line(thinking="m."),
        line("I'll "),
        line("look."),
        line(tool_calls=[call("a", {"n": 1}), call("b", {})]),
        line(tool_calls=[call("a", {"n": 2}, id="own")]),
        last(),
    )
    stamp = "understudy-2026-08-04T1958151Z"
    calls = (
        ToolCallPart(id=f"{stamp}-0", name="a", arguments={"n": 1}),
        ToolCallPart(id=f"{stamp}-1", name="b"),
        ToolCallPart(id="own", name="a", arguments={"n": 2}),
    )
    assert events == [
        ReasoningEvent("H"),
        ReasoningEvent("m."),
        TextEvent("I'll "),
        TextEvent("look."),
        *(ToolCallEvent(each) for each in calls),
        UsageEvent(Usage(input_tokens=3, output_tokens=5)),
    ]
    assert result.parts == (ReasoningPart(text="Hm."), TextPart("I'll look."), *calls)
    assert result.finish_reason is FinishReason.TOOL_CALLS


def test_a_stream_without_its_last_line_is_interrupted_and_keeps_its_text() -> None:
    decoder = CODEC.decoder()
    list(decoder.feed(line("Half"), None))
    assert not decoder.done
    with pytest.raises(StreamInterruptedError) as caught:
        decoder.result()
    assert caught.value.partial_text == "Half"


MISSING = "model 'nope:latest' not found"


@pytest.mark.parametrize(
    ("status", "text", "error", "hint"),
    [
        (404, MISSING, NotFoundError, "Pull it first: ollama pull nope:latest"),
        (404, 'model "nope" not found, try pulling it first', NotFoundError, "Pull it first: ollama pull nope"),
        (404, "404 page not found", NotFoundError, "Check the model's name"),
        (400, "gemma:2b does not support tools", InvalidRequestError, "Choose a model that can"),
        (400, "invalid format", InvalidRequestError, None),
        (400, "the input length exceeds the context length", ContextLengthExceededError, "Shorten the prompt"),
        (401, "unauthorized", AuthenticationError, "Check the key"),
        (429, "you have reached your hourly usage limit", RateLimitError, "Wait"),
        (500, "model requires more system memory (9 GiB) than is available", ServerError, "Choose a smaller model"),
        (503, "server busy, please try again. maximum pending requests exceeded", OverloadedError, "Try again"),
    ],
)
def test_error_bodies(status: int, text: str, error: type[ProviderError], hint: str | None) -> None:
    found = CODEC.error(ErrorAnswer(status=status, headers={}, body={"error": text}))
    assert type(found) is error
    assert (found.status, found.message) == (status, text)
    assert (hint is None and found.hint is None) or (hint or "") in (found.hint or "")


def test_a_refused_sign_in_says_how_to_sign_in() -> None:
    body = {"error": "unauthorized", "signin_url": "https://ollama.com/connect"}
    assert "ollama signin" in str(CODEC.error(ErrorAnswer(status=401, headers={}, body=body)))


@pytest.mark.parametrize(
    ("text", "error", "status"),
    [
        (MISSING, NotFoundError, 404),
        ("m does not support thinking", InvalidRequestError, 400),
        ("server busy, please try again", OverloadedError, 503),
        ("an error was encountered while running the model", ServerError, None),
    ],
)
def test_an_error_line_is_told_by_its_words(text: str, error: type[ProviderError], status: int | None) -> None:
    decoder = CODEC.decoder()
    list(decoder.feed(line("Half"), None))
    with pytest.raises(error, match=re.escape(text)) as caught:
        list(decoder.feed({"error": text}, None))
    assert caught.value.status == status
    assert decoder.text == "Half"


@pytest.mark.parametrize("answer", [None, "<html>", "gateway", {"error": {"message": "nested"}}, [], 7])
def test_an_error_without_ollamas_form_keeps_its_status(answer: Any) -> None:
    assert type(CODEC.error(ErrorAnswer(status=502, headers={}, body=answer))) is ServerError


def test_models_are_those_that_the_server_has() -> None:
    entries = [{"name": "gemma4:latest", "model": "gemma4:latest", "size": 1}, {"name": "old"}, {}]
    assert CODEC.models({"models": entries}) == (
        ModelInfo(id="gemma4:latest", name="gemma4:latest"),
        ModelInfo(id="old", name="old"),
    )


@pytest.mark.parametrize("body", [None, [], {}, "x", {"error": "x"}])
def test_an_answer_that_lists_no_models_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError, match="models"):
        CODEC.models(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CALLS = st.fixed_dictionaries(
    {}, optional={"id": JSON, "function": st.fixed_dictionaries({"name": JSON, "arguments": JSON}) | JSON}
)
MESSAGES = st.fixed_dictionaries(
    {},
    optional={
        "content": st.text(max_size=4) | JSON,
        "thinking": JSON,
        "tool_calls": st.lists(CALLS | JSON, max_size=3) | JSON,
    },
)
LINES = st.fixed_dictionaries(
    {"message": MESSAGES | JSON},
    optional={"done": st.booleans() | JSON, "done_reason": JSON, "eval_count": JSON, "error": st.none(), "model": JSON},
)


@given(sent=st.lists(LINES | JSON, max_size=5))
def test_no_stream_however_odd_raises_anything_but_our_errors(sent: list[Any]) -> None:
    decoder = CODEC.decoder()
    text = ""
    try:
        for each in sent:
            for event in decoder.feed(each, None):
                text += event.text if isinstance(event, TextEvent) else ""
        assert decoder.result().text == decoder.text == text
    except UnderstudyError:
        assert isinstance(decoder.text, str)


@given(answer=JSON, status=st.integers(400, 599))
def test_no_error_body_however_odd_breaks_the_mapping(answer: Any, status: int) -> None:
    assert CODEC.error(ErrorAnswer(status=status, headers={}, body=answer)).status == status
