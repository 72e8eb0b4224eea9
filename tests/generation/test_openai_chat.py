"""Chat Completions: requests out, answers and chunks in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from understudy.domain.errors import (
    ContentFilteredError,
    InvalidRequestError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    ResponseDecodeError,
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
from understudy.providers.generation.openai.chat import ChatCodec, ChatDialect
from understudy.providers.http.answers import ErrorAnswer

TOOL = Tool(name="add", description="Adds.", parameters={"type": "object", "properties": {"a": {"type": "integer"}}})


class Person(BaseModel):
    name: str
    nick: str | None = None


def encode(prompt="Hi", *, dialect=None, stream=False, **options):
    return ChatCodec(dialect).encode(GenerationRequest.of(prompt, **options), model="m", stream=stream).body


def read(*chunks, end=True):
    decoder = ChatCodec().decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk, None)]
    if end:
        events.extend(decoder.end())
    return events, decoder


def chunk(finish=None, usage=None, **delta):
    return {
        "id": "c1",
        "model": "m-1",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        "usage": usage,
    }


def test_a_plain_prompt_is_nothing_but_model_and_message():
    assert encode() == {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def test_every_option_has_its_field():
    body = encode(
        system="Be brief.",
        temperature=0.5,
        top_p=0.9,
        seed=7,
        stop=["x", "y"],
        max_output_tokens=9,
        reasoning_effort="low",
        user="u",
        metadata={"k": "v"},
        tools=[TOOL],
        tool_choice="add",
    )
    assert body["messages"][0] == {"role": "system", "content": "Be brief."}
    assert body["tools"] == [
        {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": dict(TOOL.parameters)}}
    ]
    assert body["tool_choice"] == {"type": "function", "function": {"name": "add"}}
    assert {key: body[key] for key in body.keys() - {"model", "messages", "tools", "tool_choice"}} == {
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 7,
        "stop": ["x", "y"],
        "max_completion_tokens": 9,
        "reasoning_effort": "low",
        "user": "u",
        "metadata": {"k": "v"},
    }


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_tool_choices_that_are_words_stay_words(choice):
    assert encode(tools=[TOOL], tool_choice=choice)["tool_choice"] == choice


def test_a_stream_asks_for_its_usage():
    body = encode(stream=True)
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_a_dialect_names_the_output_limit():
    assert encode(max_output_tokens=9, dialect=ChatDialect(max_tokens="max_tokens"))["max_tokens"] == 9


def test_images_go_as_data_urls_or_by_their_url():
    message = Message.user(
        [TextPart("Look"), ImagePart(data=b"\x01", media_type="image/gif"), ImagePart(url="https://x/y")]
    )
    assert encode(message)["messages"][0]["content"] == [
        {"type": "text", "text": "Look"},
        {"type": "image_url", "image_url": {"url": "data:image/gif;base64,AQ=="}},
        {"type": "image_url", "image_url": {"url": "https://x/y"}},
    ]


def test_a_conversation_with_tools_keeps_ids_and_the_models_own_arguments():
    call = ToolCallPart(id="c1", name="add", arguments={"a": 1}, arguments_text='{ "a":1 }')
    messages = encode(
        [
            Message.user("Add."),
            Message.assistant([ReasoningPart(text="hm"), TextPart("Well"), call]),
            Message.tool(
                [ToolResultPart(tool_call_id="c1", content="1"), ToolResultPart(tool_call_id="c2", content="2")]
            ),
        ]
    )["messages"]
    assert messages[1] == {
        "role": "assistant",
        "content": "Well",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{ "a":1 }'}}],
    }
    assert messages[2:] == [
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2"},
    ]


def test_an_image_in_an_assistants_message_is_refused():
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        encode([Message.user("Hi"), Message.assistant(ImagePart(url="https://x/y"))])


def test_a_models_schema_is_made_strict():
    schema = encode(response_schema=Person)["response_format"]["json_schema"]
    assert schema["name"] == "Person"
    assert schema["strict"] is True
    assert schema["schema"]["additionalProperties"] is False
    assert schema["schema"]["required"] == ["name", "nick"]
    assert "default" not in schema["schema"]["properties"]["nick"]


def test_a_schema_written_by_hand_is_sent_as_it_is():
    loose = {"type": "object", "properties": {"default": {"type": "string", "default": None}}}
    schema = encode(response_schema=loose)["response_format"]["json_schema"]
    assert schema == {"name": "response", "schema": loose, "strict": False}
    closed = {
        "type": "object",
        "properties": {"type": {"type": "string"}},
        "required": ["type"],
        "additionalProperties": False,
    }
    assert encode(response_schema=closed)["response_format"]["json_schema"]["strict"] is True


def test_a_whole_answer_is_read():
    result = ChatCodec().decode(
        {
            "id": "c1",
            "model": "m-1",
            "choices": [
                {"index": 1, "message": {"content": "other"}, "finish_reason": "stop"},
                {
                    "index": 0,
                    "message": {
                        "content": "Hello",
                        "reasoning_content": "hm",
                        "tool_calls": [{"id": "t1", "function": {"name": "add", "arguments": '{"a": 1}'}}],
                    },
                    "finish_reason": "tool_calls",
                },
            ],
            "usage": {
                "prompt_tokens": 10,
                "completion_tokens": 5,
                "total_tokens": 15,
                "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
        }
    )
    assert result.text == "Hello"
    assert result.reasoning == "hm"
    assert result.tool_calls == (ToolCallPart(id="t1", name="add", arguments={"a": 1}, arguments_text='{"a": 1}'),)
    assert result.finish_reason is FinishReason.TOOL_CALLS
    assert result.usage == Usage(
        input_tokens=10, output_tokens=5, cached_tokens=4, cache_write_tokens=3, reasoning_tokens=2
    )
    assert (result.model, result.response_id) == ("m-1", "c1")


def test_reasoning_that_is_not_counted_into_the_completion_is_added():
    usage = {
        "prompt_tokens": 12,
        "completion_tokens": 2,
        "total_tokens": 334,
        "completion_tokens_details": {"reasoning_tokens": 320},
    }
    result = ChatCodec().decode({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}], "usage": usage})
    assert result.usage == Usage(input_tokens=12, output_tokens=322, reasoning_tokens=320)


def test_a_legacy_function_call_and_a_missing_id_make_a_call():
    message = {"content": None, "function_call": {"name": "add", "arguments": ""}}
    result = ChatCodec().decode({"id": "c9", "choices": [{"message": message, "finish_reason": "function_call"}]})
    (call,) = result.tool_calls
    assert (call.name, call.arguments) == ("add", {})
    assert call.id
    assert result.finish_reason is FinishReason.TOOL_CALLS


def test_a_refusal_is_kept_apart_from_the_text():
    result = ChatCodec().decode(
        {"choices": [{"message": {"content": None, "refusal": "No."}, "finish_reason": "stop"}], "usage": None}
    )
    assert (result.refusal, result.text, result.usage) == ("No.", "", None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "Overloaded", "code": 529}}, OverloadedError),
        ({"error": {"message": "filtered", "code": "content_filter", "status": 400}}, ContentFilteredError),
        ({"object": "error", "message": "no", "type": "invalid_request_error"}, ProviderError),
        ({"choices": []}, ResponseDecodeError),
        ({"hello": 1}, ResponseDecodeError),
        ([], ResponseDecodeError),
    ],
)
def test_status_200_without_an_answer_is_an_error(body, kind):
    with pytest.raises(kind):
        ChatCodec().decode(body)


def test_a_stream_is_read_event_by_event():
    events, decoder = read(
        chunk(role="assistant", content=""),
        chunk(reasoning="hm"),
        chunk(content="Hel"),
        chunk(content="lo"),
        chunk(tool_calls=[{"index": 0, "id": "t1", "function": {"name": "add", "arguments": '{"a"'}}]),
        chunk(tool_calls=[{"index": 0, "function": {"arguments": ": 1}"}}]),
        chunk(tool_calls=[{"index": 1, "id": "t2", "function": {"name": "add", "arguments": ""}}]),
        chunk(finish="tool_calls"),
        {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}},
    )
    first = ToolCallPart(id="t1", name="add", arguments={"a": 1}, arguments_text='{"a": 1}')
    second = ToolCallPart(id="t2", name="add", arguments_text="")
    assert events == [
        ReasoningEvent("hm"),
        TextEvent("Hel"),
        TextEvent("lo"),
        ToolCallDeltaEvent(0, "t1", "add", '{"a"'),
        ToolCallDeltaEvent(0, "t1", "add", ": 1}"),
        ToolCallEvent(first),
        ToolCallDeltaEvent(1, "t2", "add", ""),
        ToolCallEvent(second),
        UsageEvent(Usage(input_tokens=3, output_tokens=2)),
    ]
    result = decoder.result()
    assert result.parts == (ReasoningPart(text="hm"), TextPart("Hello"), first, second)
    assert result.finish_reason is FinishReason.TOOL_CALLS
    assert (result.model, result.response_id) == ("m-1", "c1")


def test_calls_without_an_index_are_told_apart_by_their_ids():
    one = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
    two = {"id": "b", "function": {"name": "g", "arguments": "{}"}}
    _, decoder = read(chunk(tool_calls=[one, two], finish="tool_calls"))
    assert [(call.id, call.name) for call in decoder.result().tool_calls] == [("a", "f"), ("b", "g")]


def test_another_id_under_a_used_index_is_another_call():
    pieces = [{"index": 0, "id": name, "function": {"name": name, "arguments": "{}"}} for name in "ab"]
    _, decoder = read(*(chunk(tool_calls=[piece]) for piece in pieces), chunk(finish="stop"))
    result = decoder.result()
    assert [call.id for call in result.tool_calls] == ["a", "b"]
    assert result.finish_reason is FinishReason.TOOL_CALLS
    assert result.finish_reason_raw == "stop"


def test_pieces_of_two_calls_may_alternate():
    def piece(index, arguments, **more):
        return chunk(tool_calls=[{"index": index, "function": {"arguments": arguments, **more}}])

    events, decoder = read(
        piece(0, '{"a"', name="f"), piece(1, '{"b"', name="g"), piece(0, ":1}"), piece(1, ":2}"), chunk(finish="stop")
    )
    assert [event.call.arguments for event in events if isinstance(event, ToolCallEvent)] == [{"a": 1}, {"b": 2}]
    assert [call.arguments for call in decoder.result().tool_calls] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize("ending", [[chunk(finish="stop")], ["[DONE]"]])
def test_either_end_marker_is_enough(ending):
    chunks = [chunk(content="x"), *(piece for piece in ending if piece != "[DONE]")]
    _, decoder = read(*chunks, end="[DONE]" in ending)
    assert decoder.result().text == "x"


def test_a_stream_without_any_end_marker_is_an_error_with_the_text():
    _, decoder = read(chunk(role="assistant", content="par"), chunk(content="tial"), end=False)
    with pytest.raises(StreamInterruptedError) as caught:
        decoder.result()
    assert caught.value.partial_text == "partial"


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ({"error": {"message": "overloaded", "type": "server_error", "code": "overloaded"}}, OverloadedError),
        ({"error": {"message": "quota", "code": "insufficient_quota"}}, QuotaExceededError),
        ({"choices": [{"index": 0, "delta": {}, "error": {"message": "up", "code": 502}}]}, ProviderError),
        ({"object": "error", "message": "no"}, ProviderError),
        ([], ResponseDecodeError),
    ],
)
def test_an_error_inside_a_stream_is_raised(frame, kind):
    with pytest.raises(kind):
        read(chunk(content="x"), frame)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["content", "tool_calls", "function", "name", "arguments", "index", "id", "delta", "usage"]
            ),
            children,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values)
def test_odd_deltas_raise_nothing_but_what_the_pipeline_turns_into_our_errors(delta, usage):
    frame = {"choices": [{"index": 0, "delta": delta, "finish_reason": "stop"}], "usage": usage}
    try:
        _, decoder = read(frame)
        decoder.result()
    except (ProviderError, AttributeError, KeyError, TypeError, ValueError):
        return
    assert decoder.done


@given(st.lists(st.text(), max_size=20))
def test_text_is_what_was_sent_however_it_was_cut(texts):
    events, decoder = read(*(chunk(content=text) for text in texts), chunk(finish="stop"))
    assert "".join(event.text for event in events) == decoder.result().text == "".join(texts)


AZURE_FILTER = {"error": {"message": "f", "code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, {"error": {"message": "long", "code": "context_length_exceeded"}}, "ContextLengthExceededError", None),
        (429, {"error": {"message": "pay", "code": "insufficient_quota"}}, "QuotaExceededError", None),
        (404, {"error": {"message": "no", "code": "model_not_found"}}, "NotFoundError", None),
        (401, {"error": {"message": "key", "code": "invalid_api_key"}}, "AuthenticationError", None),
        (400, AZURE_FILTER, "ContentFilteredError", "ResponsibleAIPolicyViolation"),
        (401, {"detail": "Invalid API Key"}, "AuthenticationError", None),
        (503, "upstream connect error", "OverloadedError", None),
        (500, None, "ServerError", None),
        (413, {"error": {"message": "m", "code": "rate_limit_exceeded"}}, "InvalidRequestError", "rate_limit_exceeded"),
    ],
)
def test_error_bodies_become_errors_of_the_tree(status, body, kind, code):
    error = ChatCodec().error(ErrorAnswer(status=status, headers={"x-request-id": "r"}, body=body))
    assert type(error).__name__ == kind
    assert error.status == status
    assert error.request_id == "r"
    if code is not None:
        assert error.code == code
    assert error.message


def test_models_are_listed_from_either_shape():
    entries = [{"id": "a"}, {"id": "b", "name": "B", "context_length": 5}]
    for body in ({"data": entries}, entries):
        models = ChatCodec().models(json.loads(json.dumps(body)))
        assert [(model.id, model.name, model.context_tokens) for model in models] == [("a", None, None), ("b", "B", 5)]
