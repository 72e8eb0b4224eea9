"""Anthropic's answers: messages, streams and errors, the usual and the odd."""

from __future__ import annotations

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
    PermissionDeniedError,
    ProviderError,
    QuotaExceededError,
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
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.anthropic.codec import AnthropicCodec
from understudy.providers.generation.wire.codec import ErrorAnswer

CODEC = AnthropicCodec()


def message(*content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "model": "claude-x",
        "content": list(content),
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 5},
        **fields,
    }


def stream(*frames: dict[str, Any]) -> tuple[list[StreamEvent], GenerationResult]:
    decoder = CODEC.decoder()
    events = [event for frame in frames for event in decoder.feed(frame, frame.get("type"))]
    return events, decoder.result()


START = {
    "type": "message_start",
    "message": message(stop_reason=None, usage={"input_tokens": 10, "cache_read_input_tokens": 4, "output_tokens": 1}),
}
STOP = {"type": "message_stop"}


def opened(index: int, **block: Any) -> dict[str, Any]:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **fields}}


def closed(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def ended(reason: str, **usage: int) -> dict[str, Any]:
    return {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}


def test_a_message_is_read_part_by_part_in_order() -> None:
    result = CODEC.decode(
        message(
            {"type": "thinking", "thinking": "Hm.", "signature": "sig"},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "text", "text": "I'll "},
            {"type": "text", "text": "look.", "citations": [{"cited_text": "…"}]},
            {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "it"}},
            stop_reason="tool_use",
        )
    )
    assert result.parts == (
        ReasoningPart(text="Hm.", signature="sig"),
        ReasoningPart(signature="xyz", redacted=True),
        TextPart("I'll "),
        TextPart("look."),
        ToolCallPart(id="t1", name="look", arguments={"at": "it"}),
    )
    assert (result.text, result.model, result.response_id) == ("I'll look.", "claude-x", "msg_1")
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.TOOL_CALLS, "tool_use")


def test_what_the_services_own_tools_did_is_not_a_call_to_the_callers_tools() -> None:
    result = CODEC.decode(
        message(
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
            {"type": "web_search_tool_result", "tool_use_id": "s1", "content": []},
            {"type": "text", "text": "Found."},
            stop_reason="pause_turn",
        )
    )
    assert result.parts == (TextPart("Found."),)
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.OTHER, "pause_turn")


def test_usage_counts_the_cache_into_the_input() -> None:
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 1000,
        "output_tokens": 7,
        "output_tokens_details": {"thinking_tokens": 5},
    }
    assert CODEC.decode(message(usage=usage)).usage == Usage(
        input_tokens=1110, output_tokens=7, cached_tokens=100, cache_write_tokens=1000, reasoning_tokens=5
    )


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("tool_use", FinishReason.TOOL_CALLS),
        ("refusal", FinishReason.CONTENT_FILTER),
        ("something_new", FinishReason.OTHER),
        (None, FinishReason.OTHER),
    ],
)
def test_stop_reasons(raw: str | None, reason: FinishReason) -> None:
    result = CODEC.decode(message(stop_reason=raw))
    assert (result.finish_reason, result.finish_reason_raw) == (reason, raw)


def test_a_refusal_says_what_the_model_said_or_else_the_services_explanation() -> None:
    details = {"type": "refusal", "explanation": "Against the policy."}
    said = CODEC.decode(message({"type": "text", "text": "I can't."}, stop_reason="refusal", stop_details=details))
    unsaid = CODEC.decode(message(stop_reason="refusal", stop_details=details))
    assert (said.refusal, unsaid.refusal) == ("I can't.", "Against the policy.")


@pytest.mark.parametrize("body", [None, [], "text", {}, {"id": "x"}, {"completion": "old"}, [message()]])
def test_what_is_not_a_message_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError):
        CODEC.decode(body)


def test_an_error_with_status_200_is_that_error() -> None:
    with pytest.raises(OverloadedError) as caught:
        CODEC.decode({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    assert caught.value.retryable


def test_an_error_that_is_null_is_none() -> None:
    assert CODEC.decode(message({"type": "text", "text": "x"}, error=None)).text == "x"


def test_a_message_without_content_or_usage_is_empty_but_read() -> None:
    result = CODEC.decode({"type": "message", "content": None, "stop_reason": "end_turn"})
    assert (result.text, result.parts, result.usage) == ("", (), None)


def test_a_stream_gives_text_reasoning_and_calls_as_they_come() -> None:
    events, result = stream(
        START,
        {"type": "ping"},
        opened(0, type="thinking", thinking=""),
        delta(0, "thinking_delta", thinking="Hm"),
        delta(0, "thinking_delta", thinking="."),
        delta(0, "signature_delta", signature="sig"),
        closed(0),
        opened(1, type="text", text=""),
        delta(1, "text_delta", text="I'll "),
        delta(1, "citations_delta", citation={}),
        delta(1, "text_delta", text="look."),
        closed(1),
        opened(2, type="tool_use", id="t1", name="look", input={}),
        delta(2, "input_json_delta", partial_json='{"at": '),
        delta(2, "input_json_delta", partial_json='"it"}'),
        closed(2),
        ended("tool_use", output_tokens=20),
        STOP,
    )
    call = ToolCallPart(id="t1", name="look", arguments={"at": "it"}, arguments_text='{"at": "it"}')
    usage = Usage(input_tokens=14, output_tokens=20, cached_tokens=4)
    assert events == [
        ReasoningEvent("Hm"),
        ReasoningEvent("."),
        TextEvent("I'll "),
        TextEvent("look."),
        ToolCallDeltaEvent(0, "t1", "look", ""),
        ToolCallDeltaEvent(0, "t1", "look", '{"at": '),
        ToolCallDeltaEvent(0, "t1", "look", '"it"}'),
        ToolCallEvent(call),
        UsageEvent(usage),
    ]
    assert result.parts == (ReasoningPart(text="Hm.", signature="sig"), TextPart("I'll look."), call)
    assert result.usage == usage
    assert (result.finish_reason, result.response_id) == (FinishReason.TOOL_CALLS, "msg_1")


def test_calls_are_numbered_among_calls_and_may_come_without_deltas() -> None:
    events, result = stream(
        START,
        opened(0, type="server_tool_use", id="s", name="web_search", input={}),
        delta(0, "input_json_delta", partial_json='{"query": 1}'),
        closed(0),
        opened(1, type="tool_use", id="a", name="none", input={}),
        closed(1),
        opened(2, type="tool_use", id="b", name="whole", input={"k": 1}),
        closed(2),
        ended("tool_use", output_tokens=2),
        STOP,
    )
    assert [event.index for event in events if isinstance(event, ToolCallDeltaEvent)] == [0, 1]
    assert [(call.id, call.arguments) for call in result.tool_calls] == [("a", {}), ("b", {"k": 1})]


def test_a_call_cut_off_by_the_token_limit_says_that_its_arguments_are_not_json() -> None:
    events, result = stream(
        START,
        opened(0, type="tool_use", id="a", name="f", input={}),
        delta(0, "input_json_delta", partial_json='{"x": "unfin'),
        ended("max_tokens", output_tokens=2),
        STOP,
    )
    (call,) = result.tool_calls
    assert call.arguments == {}
    assert call.arguments_error
    assert ToolCallEvent(call) in events


def test_usage_in_a_delta_without_a_number_does_not_erase_the_first_one() -> None:
    delta_usage = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": None}}
    _, result = stream(START, delta_usage, STOP)
    assert result.usage == Usage(input_tokens=14, output_tokens=1, cached_tokens=4)


def test_a_stream_without_message_stop_is_interrupted_and_keeps_its_text() -> None:
    decoder = CODEC.decoder()
    for frame in (START, opened(0, type="text", text=""), delta(0, "text_delta", text="Half"), ended("end_turn")):
        list(decoder.feed(frame, frame["type"]))
    assert not decoder.done
    assert decoder.text == "Half"
    with pytest.raises(StreamInterruptedError) as caught:
        decoder.result()
    assert caught.value.partial_text == "Half"


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        ("overloaded_error", OverloadedError, 529),
        ("rate_limit_error", RateLimitError, 429),
        ("api_error", ServerError, 500),
        ("invalid_request_error", InvalidRequestError, 400),
        ("unheard_of_error", ServerError, None),
    ],
)
def test_an_error_event_has_the_class_and_status_that_its_type_has_elsewhere(
    kind: str, error: type[ProviderError], status: int | None
) -> None:
    decoder = CODEC.decoder()
    with pytest.raises(error, match="Sorry") as caught:
        list(decoder.feed({"type": "error", "error": {"type": kind, "message": "Sorry"}}, "error"))
    assert (caught.value.status, caught.value.code) == (status, kind)
    assert caught.value.retryable is (error is not InvalidRequestError)


def test_new_kinds_of_events_blocks_and_deltas_are_passed_over() -> None:
    events, result = stream(
        START,
        {"type": "brand_new"},
        opened(0, type="brand_new_block"),
        delta(0, "brand_new_delta", text="x"),
        closed(0),
        opened(1, type="text", text="Hi"),
        delta(1, "thinking_delta", thinking="misplaced"),
        ended("end_turn"),
        STOP,
    )
    assert TextEvent("Hi") in events
    assert result.text == "Hi"


@pytest.mark.parametrize("frame", [None, [], "x", {}, delta(3, "text_delta", text="x"), closed(-1), closed(0)])
def test_a_frame_that_is_not_the_protocols_is_an_error(frame: Any) -> None:
    with pytest.raises(ResponseDecodeError):
        list(CODEC.decoder().feed(frame, None))


def test_an_events_name_counts_where_its_data_has_no_type() -> None:
    decoder = CODEC.decoder()
    list(decoder.feed({"message": message()}, "message_start"))
    list(decoder.feed({}, "message_stop"))
    assert decoder.done


def test_a_repeated_message_start_does_not_restart_the_answer() -> None:
    again = {"type": "message_start", "message": message(id="msg_2")}
    _, result = stream(START, opened(0, type="text", text="A"), again, delta(0, "text_delta", text="B"), STOP)
    assert (result.text, result.response_id) == ("AB", "msg_1")


def answer(status: int, kind: str | None, text: str, **headers: str) -> ErrorAnswer:
    body = {"type": "error", "error": {"type": kind, "message": text}, "request_id": "req_body"}
    return ErrorAnswer(status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    ("status", "kind", "text", "error", "retryable"),
    [
        (400, "invalid_request_error", "max_tokens: required", InvalidRequestError, False),
        (
            400,
            "invalid_request_error",
            "prompt is too long: 3333404 tokens > 200000 maximum",
            ContextLengthExceededError,
            False,
        ),
        (
            400,
            "invalid_request_error",
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            ContextLengthExceededError,
            False,
        ),
        (
            400,
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API.",
            QuotaExceededError,
            False,
        ),
        (401, "authentication_error", "invalid x-api-key", AuthenticationError, False),
        (402, "billing_error", "Billing", QuotaExceededError, False),
        (403, "permission_error", "No access", PermissionDeniedError, False),
        (404, "not_found_error", "model: claude-nope", NotFoundError, False),
        (413, "request_too_large", "Request exceeds the maximum size", InvalidRequestError, False),
        (429, "rate_limit_error", "This request would exceed your rate limit", RateLimitError, True),
        (429, "rate_limit_error", "The organization has reached its spend limit", QuotaExceededError, False),
        (500, "api_error", "Internal server error", ServerError, True),
        (504, "timeout_error", "Timed out", ServerError, True),
        (529, "overloaded_error", "Overloaded", OverloadedError, True),
        (503, None, "upstream connect error", OverloadedError, True),
    ],
)
def test_error_bodies(status: int, kind: str | None, text: str, error: type[ProviderError], retryable: bool) -> None:
    found = CODEC.error(answer(status, kind, text))
    assert type(found) is error
    assert (found.status, found.code, found.message) == (status, kind, text)
    assert found.retryable is retryable


def test_the_request_id_is_the_headers_or_else_the_bodys() -> None:
    assert CODEC.error(answer(500, "api_error", "x", **{"request-id": "req_head"})).request_id == "req_head"
    assert CODEC.error(answer(500, "api_error", "x")).request_id == "req_body"


@pytest.mark.parametrize("body", [None, "<html>Bad gateway</html>", "upstream failed", {"error": "flat"}, [], 7])
def test_an_error_without_the_services_form_keeps_its_status(body: Any) -> None:
    error = CODEC.error(ErrorAnswer(status=502, headers={}, body=body))
    assert type(error) is ServerError
    assert "<" not in str(error)


def test_models_have_their_limits() -> None:
    entries = [{"id": "claude-x", "display_name": "X", "max_input_tokens": 1000, "max_tokens": 10}, {"id": "claude-y"}]
    assert CODEC.models({"data": entries, "has_more": False}) == (
        ModelInfo(id="claude-x", name="X", context_tokens=1000, max_output_tokens=10),
        ModelInfo(id="claude-y"),
    )


@pytest.mark.parametrize("body", [None, [], {}, "x", {"error": "x"}])
def test_an_answer_that_lists_no_models_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError, match="data"):
        CODEC.models(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(
    ["message_start", "content_block_start", "content_block_delta", "content_block_stop", "message_delta", "error"]
)
BLOCKS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "thinking", "text_delta", "input_json_delta"])},
    optional=dict.fromkeys(("text", "input", "id", "name", "thinking", "signature", "partial_json"), JSON),
)
FRAMES = st.fixed_dictionaries(
    {"type": KINDS},
    optional={
        "index": st.integers(-1, 2) | JSON,
        "delta": BLOCKS | JSON,
        "content_block": BLOCKS | JSON,
        "message": st.fixed_dictionaries({"content": st.lists(BLOCKS, max_size=2)}) | JSON,
        "usage": JSON,
        "error": JSON,
    },
)


@given(content=st.lists(BLOCKS | JSON, max_size=4), usage=JSON, reason=JSON)
def test_no_message_however_odd_raises_anything_but_our_errors(content: list[Any], usage: Any, reason: Any) -> None:
    result = CODEC.decode({"type": "message", "content": content, "usage": usage, "stop_reason": reason})
    assert isinstance(result.text, str)


@given(frames=st.lists(FRAMES | JSON, max_size=6))
def test_no_stream_however_odd_raises_anything_but_our_errors(frames: list[Any]) -> None:
    decoder = CODEC.decoder()
    try:
        text = "".join(
            event.text for frame in frames for event in decoder.feed(frame, None) if isinstance(event, TextEvent)
        )
        list(decoder.feed(STOP, None))
        assert decoder.result().text == decoder.text
        assert sorted(decoder.text) == sorted(text)
    except UnderstudyError:
        assert isinstance(decoder.text, str)


@given(body=JSON, status=st.integers(400, 599))
def test_no_error_body_however_odd_breaks_the_mapping(body: Any, status: int) -> None:
    error = CODEC.error(ErrorAnswer(status=status, headers={}, body=body))
    assert error.status == status
