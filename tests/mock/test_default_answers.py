"""What a stand-in says without a script."""

from __future__ import annotations

import subprocess
import sys
from typing import Literal

import jsonschema
import pytest
from pydantic import BaseModel, field_validator

from understudy.domain.errors import ScriptError
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.health import HealthStatus
from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.results import FinishReason


async def test_the_same_request_gets_the_same_answer_from_another_stand_in(make):
    one, other = await make().generate("Hello"), await make().generate("Hello")
    assert one == other
    assert one != await make().generate("Good bye")


async def test_the_answer_says_that_it_is_a_stand_in_and_what_was_asked(any_mock):
    result = await any_mock.generate("What is the capital of Norway?")
    assert "stand-in" in result.text
    assert "What is the capital of Norway?" in result.text
    assert (result.provider, result.model) == (any_mock.name, any_mock.model)
    assert result.finish_reason is FinishReason.STOP


async def test_a_long_prompt_is_not_echoed_whole(make):
    result = await make().generate("word " * 10_000)
    assert len(result.text) < 500


async def test_it_is_a_text_generator_and_an_embedder(any_mock):
    assert isinstance(any_mock, TextGenerator)
    assert isinstance(any_mock, Embedder)


async def test_images_and_tool_results_are_told_in_the_answer(make, weather):
    mock = make()
    shown = await mock.generate(Message.user([TextPart("Look"), ImagePart(data=b"x")]))
    assert "1 image" in shown.text
    turns = [
        Message.user("Weather?"),
        Message.assistant(ToolCallPart(id="c1", name="get_weather", arguments={})),
        Message.tool(ToolResultPart(tool_call_id="c1", content="Sunny, 21 degrees")),
    ]
    assert "Sunny, 21 degrees" in (await mock.generate(turns, tools=[weather])).text


async def test_tools_that_may_be_used_are_not_used(make, weather):
    result = await make().generate("Hi", tools=[weather])
    assert not result.tool_calls
    assert result.text


@pytest.mark.parametrize("choice", ["required", "get_weather"])
async def test_a_demanded_tool_is_called_with_arguments_that_fit(make, weather, choice):
    result = await make("gemini").generate("Hi", tools=[weather], tool_choice=choice)
    (call,) = result.tool_calls
    jsonschema.validate(dict(call.arguments), weather.parameters)
    assert call.name == "get_weather"
    assert call.id
    assert result.finish_reason is FinishReason.TOOL_CALLS


class Person(BaseModel):
    name: str
    age: int
    kind: Literal["friend", "foe"]
    parent: Person | None


class Even(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("must be odd")
        return value


async def test_a_pydantic_model_can_be_parsed_from_the_answer(any_mock):
    result = await any_mock.generate("Who?", response_schema=Person)
    person = result.parse(Person)
    assert isinstance(person, Person)
    assert result.json()["kind"] in ("friend", "foe")


async def test_a_model_with_rules_of_its_own_that_no_schema_tells_is_an_error_not_a_wrong_answer(make):
    with pytest.raises(ScriptError, match="must be odd"):
        await make().generate("A number", response_schema=Even)


async def test_a_schema_that_is_not_understood_is_an_error_that_says_where_and_what_to_do(make):
    schema = {"type": "object", "properties": {"a": {"unevaluatedItems": False}}, "required": ["a"]}
    with pytest.raises(ScriptError, match=r"#/properties/a.*unevaluatedItems.*Script the answer"):
        await make().generate("x", response_schema=schema)


async def test_reasoning_comes_where_it_was_asked_for_and_the_provider_shows_it(make):
    assert (await make("claude").generate("Hi", reasoning_effort="low")).reasoning
    assert not (await make("claude").generate("Hi")).reasoning
    assert not (await make("codex").generate("Hi", reasoning_effort="low")).reasoning


async def test_the_finish_reason_is_also_given_in_the_providers_own_word(make):
    words = {name: (await make(name).generate("Hi")).finish_reason_raw for name in ("claude", "codex", "gemini")}
    assert words == {"claude": "end_turn", "codex": "completed", "gemini": "STOP"}
    assert (await make("codex", api="chat").generate("Hi")).finish_reason_raw == "stop"


async def test_ids_are_in_the_providers_manner(make):
    claude = await make("claude").generate("Hi")
    assert claude.response_id.startswith("msg_")
    assert claude.request_id.startswith("req_")
    gemini = await make("gemini").generate("Hi")
    assert gemini.response_id
    assert gemini.request_id is None


async def test_health_is_good_and_models_are_listed(any_mock):
    health = await any_mock.health_check()
    assert health.status is HealthStatus.HEALTHY
    assert health.provider == any_mock.name
    models = await any_mock.list_models()
    assert any_mock.model in {model.id for model in models}


async def test_closing_twice_is_harmless(any_mock):
    await any_mock.aclose()
    await any_mock.aclose()


def test_importing_the_stand_in_brings_no_http_library():
    code = (
        "import sys, understudy.providers.generation.mock as mock; mock.MockGenerator; "
        "print([name for name in ('httpx', 'aiohttp', 'jsonschema') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own interpreter and code
    assert found.stdout.strip() == "[]"


async def test_a_plain_call_stays_cheap(make):
    """Counts of Python calls repeat on every machine, as times do not; this is what 20,000 calls a second rest on."""
    mock = make()
    await mock.generate("Hello")
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += event == "call"

    sys.setprofile(count)
    try:
        await mock.generate("Hello")
    finally:
        sys.setprofile(None)
    assert counted <= 75
