"""Messages and requests: what callers may pass, and what comes of it."""

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
