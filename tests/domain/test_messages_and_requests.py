"""Messages and requests: what callers may pass, and what comes of it."""

from typing import Any

import pytest
from pydantic import BaseModel

from understudy.domain.messages import ImagePart, Message, TextPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool, json_schema


def test_a_prompt_may_be_a_string_a_message_messages_or_a_request() -> None:
    expected = (Message.user("hi"),)

    assert GenerationRequest.of("hi").messages == expected
    assert GenerationRequest.of(Message.user("hi")).messages == expected
    assert GenerationRequest.of([Message.user("hi")]).messages == expected
    assert GenerationRequest.of(GenerationRequest(messages=expected)).messages == expected


def test_options_change_a_request_and_leave_the_original_alone() -> None:
    request = GenerationRequest.of("hi", temperature=0.5)

    changed = GenerationRequest.of(request, temperature=0.7, tools=[Tool(name="t")], stop="END")

    assert (request.temperature, changed.temperature) == (0.5, 0.7)
    assert changed.tools == (Tool(name="t"),)
    assert changed.stop == ("END",)


def test_an_unknown_option_and_a_prompt_of_another_type_are_refused() -> None:
    with pytest.raises(TypeError, match="temprature"):
        GenerationRequest.of("hi", temprature=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="prompt"):
        GenerationRequest.of([{"role": "user"}])  # type: ignore[list-item]


def test_system_text_joins_the_option_and_the_system_messages() -> None:
    request = GenerationRequest.of([Message.system("two"), Message.user("hi")], system="one")

    assert request.system_text == "one\n\ntwo"
    assert request.turns == (Message.user("hi"),)


def test_a_message_takes_a_string_a_part_or_parts() -> None:
    result = ToolResultPart(tool_call_id="1", content="ok")

    assert Message.user(TextPart("a")).content == (TextPart("a"),)
    assert Message.tool(result).content == Message.tool([result]).content == (result,)
    assert Message.assistant([TextPart("a"), TextPart("b")]).text == "ab"


@pytest.mark.parametrize("given", [{}, {"data": b"x", "url": "https://example.com/a.png"}])
def test_an_image_has_exactly_one_of_data_and_url(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        ImagePart(**given)  # type: ignore[arg-type]


def test_a_schema_comes_from_a_mapping_or_a_model_and_nothing_else() -> None:
    class City(BaseModel):
        name: str

    assert json_schema({"type": "object"}) == {"type": "object"}
    assert json_schema(City)["required"] == ["name"]
    with pytest.raises(TypeError, match="model_json_schema"):
        json_schema(int)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"temprature": 1}, r"no option 'temprature'\. Did you mean 'temperature'\?.*options="),
        ({"messages": []}, "no option 'messages'"),
        ({"temperature": "hot"}, "'temperature' is a number, not a value of type str"),
        ({"max_output_tokens": "many"}, "'max_output_tokens' is a whole number"),
        ({"timeout": "soon"}, "'timeout' is a number of seconds"),
        ({"tools": 5}, "'tools' is a sequence of Tool, not a value of type int"),
        ({"tools": None}, "'tools' is a sequence of Tool, not None"),
        ({"tools": ["t"]}, "'tools' is a sequence of Tool; this has in it a value of type str"),
        ({"stop": 5}, "'stop' is a string or a sequence of strings"),
        ({"system": 5}, "'system' is a string"),
        ({"options": [1]}, "'options' is a mapping"),
        ({"response_schema": 5}, "'response_schema' is a JSON Schema or a class"),
        ({"idempotency_key": b"sk-0123456789"}, r"'idempotency_key' is a string, not a value of type bytes\.$"),
    ],
    ids=str,
)
def test_a_wrong_option_is_told_by_its_name_and_what_it_takes(options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        GenerationRequest.of("hi", **options)


def test_tools_may_come_from_a_generator() -> None:
    assert GenerationRequest.of("hi", tools=(Tool(name=name) for name in "ab")).tools == (  # type: ignore[arg-type]
        Tool(name="a"),
        Tool(name="b"),
    )


@pytest.mark.parametrize("prompt", [5, None, ["hi"], [Message.user("hi"), None]], ids=str)
def test_a_wrong_prompt_is_told_with_what_a_prompt_is(prompt: Any) -> None:
    with pytest.raises(TypeError, match=r"A prompt is a string, .* (None|a value of type \w+)\."):
        GenerationRequest.of(prompt)


@pytest.mark.parametrize("content", [5, None, ["text"], {"type": "text"}, b"text"], ids=str)
def test_content_that_no_provider_would_send_is_refused(content: Any) -> None:
    with pytest.raises(TypeError, match="content is a string or parts, as TextPart; this is"):
        Message.user(content)


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="'robot' is not the role of a message: system, user, assistant, tool"):
        Message("robot", "hi")  # type: ignore[arg-type]
