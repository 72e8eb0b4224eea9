"""Requests as Anthropic's Messages API takes them, feature by feature."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field

from understudy.domain.errors import InvalidRequestError
from understudy.domain.messages import ImagePart, Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.anthropic.codec import AnthropicCodec

WEATHER = Tool(
    name="get_weather",
    description="Look it up.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def encode(prompt: Any, *, model: str = "claude-sonnet-5-5", stream: bool = False, **options: Any) -> dict[str, Any]:
    request = GenerationRequest.of(prompt, **options)
    return AnthropicCodec(default_max_output_tokens=1000).encode(request, model=model, stream=stream).body


def test_a_plain_prompt_is_one_user_message_with_the_settings_limit() -> None:
    assert encode("Hello") == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1000,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    }


def test_the_path_is_the_messages_api_for_whole_and_streamed_answers() -> None:
    codec = AnthropicCodec()
    request = GenerationRequest.of("Hello")
    assert codec.encode(request, model="m", stream=False).path == "/v1/messages"
    streamed = codec.encode(request, model="m", stream=True)
    assert streamed.path == "/v1/messages"
    assert streamed.body["stream"] is True


def test_sampling_stop_limit_and_user_have_their_fields() -> None:
    body = encode("Hello", temperature=0.2, top_p=0.9, stop=["END"], max_output_tokens=50, user="u-1")
    assert body["temperature"] == 0.2
    assert body["top_p"] == 0.9
    assert body["stop_sequences"] == ["END"]
    assert body["max_tokens"] == 50
    assert body["metadata"] == {"user_id": "u-1"}


def test_system_text_is_at_the_top_and_not_among_the_messages() -> None:
    body = encode([Message.system("Be brief."), Message.user("Hi")], system="You are a clerk.")
    assert body["system"] == "You are a clerk.\n\nBe brief."
    assert [message["role"] for message in body["messages"]] == ["user"]


def test_turns_alternate_tool_results_are_the_users_and_empty_text_is_left_out() -> None:
    body = encode(
        [
            Message.user("One"),
            Message.user("Two"),
            Message.assistant([TextPart(""), ToolCallPart(id="t1", name="get_weather", arguments={"city": "Rome"})]),
            Message.tool(ToolResultPart(tool_call_id="t1", content="sunny")),
            Message.tool(ToolResultPart(tool_call_id="t2", content="broken", is_error=True)),
            Message.user("And?"),
        ]
    )
    assert body["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "One"}, {"type": "text", "text": "Two"}]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"city": "Rome"}}],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": "sunny"},
                {"type": "tool_result", "tool_use_id": "t2", "content": "broken", "is_error": True},
                {"type": "text", "text": "And?"},
            ],
        },
    ]


def test_a_turn_of_nothing_but_empty_text_is_left_out() -> None:
    messages = encode([Message.user("Hi"), Message.assistant(""), Message.user("Still there?")])["messages"]
    assert [message["role"] for message in messages] == ["user"]


def test_images_go_as_base64_or_by_url() -> None:
    image = ImagePart(data=b"\x89PNG", media_type="image/png")
    body = encode(Message.user([TextPart("What?"), image, ImagePart(url="https://example.com/a.jpg")]))
    assert body["messages"][0]["content"][1:] == [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}},
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.jpg"}},
    ]


def test_signed_reasoning_goes_back_unchanged_and_unsigned_reasoning_does_not() -> None:
    body = encode(
        [
            Message.user("Hi"),
            Message.assistant(
                [
                    ReasoningPart(text="Let me see.", signature="sig=="),
                    ReasoningPart(signature="opaque", redacted=True),
                    ReasoningPart(text="Another provider's."),
                    TextPart("Yes?"),
                ]
            ),
            Message.user("Go on"),
        ]
    )
    assert body["messages"][1]["content"] == [
        {"type": "thinking", "thinking": "Let me see.", "signature": "sig=="},
        {"type": "redacted_thinking", "data": "opaque"},
        {"type": "text", "text": "Yes?"},
    ]


def test_tools_carry_their_schema_and_strictness() -> None:
    strict = Tool(name="now", parameters={"type": "object", "properties": {}}, strict=True)
    assert encode("Hi", tools=[WEATHER, strict])["tools"] == [
        {"name": "get_weather", "description": "Look it up.", "input_schema": dict(WEATHER.parameters)},
        {
            "name": "now",
            "strict": True,
            "input_schema": {"type": "object", "properties": {}, "additionalProperties": False},
        },
    ]


@pytest.mark.parametrize(
    ("choice", "encoded"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ("get_weather", {"type": "tool", "name": "get_weather"}),
    ],
)
def test_tool_choice(choice: str, encoded: dict[str, str]) -> None:
    assert encode("Hi", tools=[WEATHER], tool_choice=choice)["tool_choice"] == encoded


class Guess(BaseModel):
    number: int = Field(ge=1, le=10, description="The guess")
    words: list[str] = Field(min_length=1, max_length=3)
    next: Guess | None = None


def test_a_schema_is_closed_and_its_bounds_are_told_in_words() -> None:
    output = encode("Hi", response_schema=Guess)["output_config"]["format"]
    assert output["type"] == "json_schema"
    guess = output["schema"]["$defs"]["Guess"]
    assert guess["additionalProperties"] is False
    number = guess["properties"]["number"]
    assert number["description"] == "The guess (maximum: 10; minimum: 1)"
    assert not {"minimum", "maximum"} & number.keys()
    assert guess["properties"]["words"]["minItems"] == 1
    assert "maxItems" not in guess["properties"]["words"]


def test_a_format_that_the_api_does_not_know_is_told_in_words() -> None:
    known = {"type": "string", "format": "date"}
    schema = {"type": "object", "properties": {"a": known, "b": {"type": "string", "format": "color"}}}
    sent = encode("Hi", response_schema=schema)["output_config"]["format"]["schema"]["properties"]
    assert sent == {"a": known, "b": {"type": "string", "description": "(format: color)"}}


def test_a_property_that_is_called_like_a_bound_is_kept() -> None:
    schema = {"type": "object", "properties": {"pattern": {"type": "string"}, "items": {"type": "integer"}}}
    sent = encode("Hi", response_schema=schema)["output_config"]["format"]["schema"]
    assert sent["properties"] == schema["properties"]


def test_one_of_becomes_any_of_with_each_of_its_schemas_closed() -> None:
    schema = {"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "null"}]}
    closed = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
    sent = encode("Hi", response_schema=schema)["output_config"]["format"]["schema"]
    assert sent == {"anyOf": [closed, {"type": "null"}]}


def test_effort_is_adaptive_thinking_and_lives_beside_a_schema() -> None:
    body = encode("Hi", reasoning_effort="high", response_schema={"type": "object", "properties": {}})
    assert body["thinking"] == {"type": "adaptive", "display": "summarized"}
    assert body["output_config"]["effort"] == "high"
    assert body["output_config"]["format"]["type"] == "json_schema"


def test_effort_is_a_budget_on_top_of_the_default_limit_where_the_model_knows_no_effort() -> None:
    body = encode("Hi", model="claude-haiku-4-5-20251001", reasoning_effort="low")
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 2048}
    assert body["max_tokens"] == 3048
    assert "output_config" not in body


def test_the_callers_limit_holds_for_thinking_and_answer_together() -> None:
    body = encode("Hi", model="claude-sonnet-4-5", reasoning_effort="max", max_output_tokens=6000)
    assert body["max_tokens"] == 6000
    assert body["thinking"]["budget_tokens"] == 3000


def test_a_limit_that_leaves_no_room_for_thinking_is_refused_before_sending() -> None:
    with pytest.raises(InvalidRequestError, match=r"max_output_tokens 1024 leaves no room.*nothing was sent"):
        encode("Hi", model="claude-sonnet-4-5", reasoning_effort="low", max_output_tokens=1024)


@pytest.mark.parametrize(("model", "off"), [("claude-sonnet-5-5", "between_tools"), ("claude-opus-4-7", "disabled")])
def test_no_thinking_is_said_in_the_models_own_word(model: str, off: str) -> None:
    assert encode("Hi", model=model, reasoning_effort="none")["thinking"] == {"type": off}


def test_the_answers_parts_go_back_as_they_came() -> None:
    content = [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "text", "text": "I'll look."},
        {"type": "tool_use", "id": "t1", "name": "get_weather", "input": {"city": "Rome"}},
    ]
    parts = AnthropicCodec().decode({"type": "message", "content": content}).parts
    assert encode([Message.user("Hi"), Message.assistant(parts)])["messages"][1]["content"] == content
