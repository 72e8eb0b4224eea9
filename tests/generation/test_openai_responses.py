"""Responses: requests out, answers and events in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.domain.errors import (
    ContentFilteredError,
    InvalidRequestError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.domain.results import (
    FinishReason,
    ReasoningEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
    Usage,
    UsageEvent,
)
from understudy.providers.generation.openai.responses import ResponsesCodec

CALL_ITEM = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "add", "arguments": '{"a":1}'}
CALL = ToolCallPart(id="c1", name="add", arguments={"a": 1}, arguments_text='{"a":1}')
TEXT_ITEM = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]}
USAGE = {
    "input_tokens": 10,
    "output_tokens": 5,
    "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 1},
    "output_tokens_details": {"reasoning_tokens": 2},
}


def encode(prompt="Hi", *, stream=False, **options):
    return ResponsesCodec().encode(GenerationRequest.of(prompt, **options), model="m", stream=stream).body


def response(*output, status="completed", **more):
    return {"id": "r1", "object": "response", "model": "m-1", "status": status, "output": list(output), **more}


def read(*events):
    decoder = ResponsesCodec().decoder()
    return [made for event in events for made in decoder.feed(event, event.get("type"))], decoder


def test_a_plain_prompt_is_nothing_but_model_and_input():
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
    assert encode() == {"model": "m", "input": [item]}


def test_every_option_has_its_field():
    tool = Tool(name="add", description="Adds.", parameters={"type": "object"})
    body = encode(
        system="Be brief.",
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=9,
        reasoning_effort="low",
        user="u",
        metadata={"k": "v"},
        tools=[tool],
        tool_choice="add",
        stream=True,
    )
    assert {key: body[key] for key in body.keys() - {"model", "input"}} == {
        "instructions": "Be brief.",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 9,
        "reasoning": {"effort": "low"},
        "user": "u",
        "metadata": {"k": "v"},
        "tools": [
            {
                "type": "function",
                "name": "add",
                "description": "Adds.",
                "parameters": {"type": "object"},
                "strict": False,
            }
        ],
        "tool_choice": {"type": "function", "name": "add"},
        "stream": True,
    }


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_tool_choices_that_are_words_stay_words(choice):
    assert encode(tools=[Tool(name="add")], tool_choice=choice)["tool_choice"] == choice


def test_a_schema_goes_into_the_text_format():
    schema = {"title": "My Answer!", "type": "object", "properties": {}, "required": [], "additionalProperties": False}
    assert encode(response_schema=schema)["text"] == {
        "format": {"type": "json_schema", "name": "My_Answer", "schema": schema, "strict": True}
    }


def test_images_go_as_data_urls_or_by_their_url():
    content = encode(Message.user([ImagePart(data=b"\x01"), ImagePart(url="https://x/y")]))["input"][0]["content"]
    assert [part["image_url"] for part in content] == ["data:image/png;base64,AQ==", "https://x/y"]


def test_a_conversation_goes_back_item_by_item_with_its_reasoning():
    first = ResponsesCodec().decode(
        response(
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "hm"}],
                "encrypted_content": "e",
            },
            TEXT_ITEM,
            CALL_ITEM,
        )
    )
    items = encode(
        [
            Message.user("Add."),
            Message.assistant(first.parts),
            Message.tool(ToolResultPart(tool_call_id="c1", content="1")),
        ]
    )["input"]
    assert items[1:] == [
        {
            "type": "reasoning",
            "id": "rs_1",
            "summary": [{"type": "summary_text", "text": "hm"}],
            "encrypted_content": "e",
        },
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello"}]},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "1"},
    ]


def test_reasoning_of_another_service_is_not_sent():
    items = encode([Message.user("Hi"), Message.assistant([ReasoningPart(text="hm", signature="s"), TextPart("x")])])
    assert [item["type"] for item in items["input"]] == ["message", "message"]


def test_an_image_in_an_assistants_message_is_refused():
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        encode([Message.user("Hi"), Message.assistant(ImagePart(url="https://x/y"))])


def test_a_whole_answer_is_read():
    result = ResponsesCodec().decode(
        response(
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "e"},
            {"type": "web_search_call", "id": "ws_1"},
            TEXT_ITEM,
            CALL_ITEM,
            usage=USAGE,
        )
    )
    assert result.parts == (ReasoningPart(signature="e", redacted=True, id="rs_1"), TextPart("Hello"), CALL)
    assert (result.finish_reason, result.finish_reason_raw) == (FinishReason.TOOL_CALLS, "completed")
    assert result.usage == Usage(
        input_tokens=10, output_tokens=5, cached_tokens=4, cache_write_tokens=1, reasoning_tokens=2
    )
    assert (result.model, result.response_id) == ("m-1", "r1")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [("max_output_tokens", FinishReason.LENGTH), ("content_filter", FinishReason.CONTENT_FILTER)],
)
def test_an_incomplete_answer_says_why(reason, expected):
    result = ResponsesCodec().decode(response(TEXT_ITEM, status="incomplete", incomplete_details={"reason": reason}))
    assert (result.finish_reason, result.finish_reason_raw, result.text) == (expected, reason, "Hello")


def test_a_refusal_is_kept_apart_from_the_text():
    item = {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}
    result = ResponsesCodec().decode(response(item))
    assert (result.refusal, result.text) == ("No.", "")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (response(status="failed", error={"code": "rate_limit_exceeded", "message": "slow"}), RateLimitError),
        (response(status="failed", error={"code": "server_error", "message": "x"}), ServerError),
        (response(status="failed", error={"code": "invalid_prompt", "message": "x"}), ContentFilteredError),
        ({"error": {"code": "insufficient_quota", "message": "x"}}, QuotaExceededError),
        (response(status="failed"), ProviderError),
        ({"hello": 1}, ResponseDecodeError),
        ([], ResponseDecodeError),
    ],
)
def test_status_200_without_an_answer_is_an_error(body, kind):
    with pytest.raises(kind):
        ResponsesCodec().decode(body)


def test_a_stream_is_read_event_by_event():
    events, decoder = read(
        {"type": "response.created", "response": response()},
        {"type": "response.reasoning_summary_text.delta", "delta": "hm"},
        {"type": "response.output_text.delta", "delta": "Hel"},
        {"type": "response.output_text.delta", "delta": ""},
        {"type": "response.output_text.delta", "delta": "lo"},
        {"type": "response.output_item.added", "output_index": 2, "item": {**CALL_ITEM, "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "output_index": 2, "delta": '{"a":1}'},
        {"type": "response.output_item.done", "output_index": 2, "item": CALL_ITEM},
        {"type": "response.completed", "response": response(TEXT_ITEM, CALL_ITEM, usage=USAGE)},
    )
    assert events[:-1] == [
        ReasoningEvent("hm"),
        TextEvent("Hel"),
        TextEvent("lo"),
        ToolCallDeltaEvent(0, "c1", "add", ""),
        ToolCallDeltaEvent(0, "c1", "add", '{"a":1}'),
        ToolCallEvent(CALL),
    ]
    assert isinstance(events[-1], UsageEvent)
    assert decoder.result().parts == (TextPart("Hello"), CALL)
    assert decoder.done


def test_a_last_event_without_output_is_completed_from_the_items():
    _, decoder = read(
        {"type": "response.output_item.done", "output_index": 0, "item": TEXT_ITEM},
        {"type": "response.output_item.done", "output_index": 1, "item": CALL_ITEM},
        {"type": "response.completed", "response": response()},
    )
    assert decoder.result().parts == (TextPart("Hello"), CALL)


def test_text_that_comes_only_with_the_last_event_is_streamed_too():
    events, _ = read(
        {"type": "response.output_text.delta", "delta": "He"},
        {"type": "response.completed", "response": response(TEXT_ITEM)},
    )
    assert events == [TextEvent("He"), TextEvent("llo")]


def test_a_stream_without_its_last_event_is_an_error_with_the_text():
    _, decoder = read({"type": "response.output_text.delta", "delta": "part"})
    with pytest.raises(StreamInterruptedError) as caught:
        decoder.result()
    assert caught.value.partial_text == "part"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"type": "error", "code": "insufficient_quota", "message": "pay"}, QuotaExceededError),
        ({"type": "error", "error": {"code": "rate_limit_exceeded", "message": "slow"}}, RateLimitError),
        ({"error": {"message": "x", "type": "server_error"}}, ServerError),
        (
            {"type": "response.failed", "response": response(status="failed", error={"code": "server_error"})},
            ServerError,
        ),
    ],
)
def test_an_error_inside_a_stream_is_raised(event, kind):
    with pytest.raises(kind):
        read({"type": "response.output_text.delta", "delta": "x"}, event)


@given(st.lists(st.text(), max_size=20))
def test_text_is_what_was_sent_however_it_was_cut(texts):
    whole = "".join(texts)
    item = {"type": "message", "content": [{"type": "output_text", "text": whole}]}
    events, decoder = read(
        *({"type": "response.output_text.delta", "delta": text} for text in texts),
        {"type": "response.completed", "response": response(item)},
    )
    assert "".join(event.text for event in events) == decoder.result().text == whole
