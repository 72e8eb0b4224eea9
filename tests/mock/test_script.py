"""What a script can say, in the settings and in code."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from understudy.domain.errors import NotFoundError, OverloadedError, RateLimitError, ScriptError, ServerError
from understudy.domain.health import HealthStatus
from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.results import FinishReason, GenerationResult, Usage
from understudy.providers.generation.mock import Answer, Failure, MockScript


async def test_the_first_rule_of_the_settings_that_takes_a_request_answers_it(make):
    mock = make(
        mock={
            "rules": [
                {"match": {"text": "weather"}, "answer": {"text": "Sunny."}},
                {"match": {"regex": "^(?i:bye)"}, "answer": {"text": "Farewell."}},
            ]
        }
    )
    assert (await mock.generate("How is the weather?")).text == "Sunny."
    assert (await mock.generate("BYE now")).text == "Farewell."
    assert "stand-in" in (await mock.generate("Something else")).text


@pytest.mark.parametrize(
    ("conditions", "prompt", "options"),
    [
        ({"text": "b"}, "abc", {}),
        ({"regex": r"\d+"}, "call 12", {}),
        ({"system": "pirate"}, "x", {"system": "You are a pirate"}),
        ({"model": "claude-opus-*"}, "x", {"model": "claude-opus-4-5"}),
        ({"images": True}, Message.user([TextPart("x"), ImagePart(data=b"i")]), {}),
        ({"where": lambda request: request.max_output_tokens == 50}, "x", {"max_output_tokens": 50}),
    ],
)
async def test_each_condition_takes_what_it_describes_and_nothing_else(make, conditions, prompt, options):
    mock = make()
    mock.script.when(**conditions).answers("taken")
    assert (await mock.generate(prompt, **options)).text == "taken"
    assert (await mock.generate("zzz")).text != "taken"


async def test_tools_and_their_results_are_conditions(make, weather):
    mock = make()
    mock.script.when(tool_result="get_weather").answers("It is sunny.")
    mock.script.when(tool="get_weather").answers(
        tool_calls=(ToolCallPart(id="", name="get_weather", arguments={"city": "Oslo"}),)
    )
    asked = await mock.generate("Weather?", tools=[weather])
    (call,) = asked.tool_calls
    assert call.arguments == {"city": "Oslo"}
    turns = [
        Message.user("Weather?"),
        Message.assistant(asked.parts),
        Message.tool(ToolResultPart(tool_call_id=call.id, content="21")),
    ]
    assert (await mock.generate(turns, tools=[weather])).text == "It is sunny."


async def test_the_nth_call_can_be_singled_out(make):
    mock = make()
    mock.script.when(nth=2).answers("second")
    texts = [(await mock.generate("x")).text for _ in range(3)]
    assert [text == "second" for text in texts] == [False, True, False]


async def test_rules_of_code_come_before_those_of_the_settings(make):
    mock = make(mock={"rules": [{"answer": {"text": "settings"}}]})
    mock.script.when(text="special").answers("code")
    assert (await mock.generate("special")).text == "code"
    assert (await mock.generate("other")).text == "settings"


async def test_a_rule_steps_aside_when_its_times_are_over(make):
    mock = make(mock={"rules": [{"error": {"class": "RateLimitError"}, "times": 1}, {"answer": {"text": "fine"}}]})
    with pytest.raises(RateLimitError):
        await mock.generate("x")
    assert (await mock.generate("x")).text == "fine"


async def test_several_replies_come_in_turn_and_then_run_dry_with_a_clear_error(make):
    mock = make()
    mock.script.when(text="x").answers("one", "two")
    assert [(await mock.generate("x")).text for _ in range(2)] == ["one", "two"]
    with pytest.raises(ScriptError, match=r"text='x'.*run dry"):
        await mock.generate("x")


async def test_several_replies_with_times_begin_again(make):
    mock = make()
    mock.script.when().answers("one", "two", times=3)
    assert [(await mock.generate("x")).text for _ in range(3)] == ["one", "two", "one"]


async def test_a_sequence_runs_dry_with_an_error_that_names_the_call(make):
    mock = make(mock={"sequence": [{"answer": {"text": "a"}}, {"error": {"class": "ServerError"}}]})
    assert (await mock.generate("x")).text == "a"
    with pytest.raises(ServerError):
        await mock.generate("x")
    with pytest.raises(ScriptError, match=r"2 replies has run dry at call 3, 'the third'"):
        await mock.generate("the third")


async def test_a_sequence_may_repeat(make):
    mock = make()
    mock.script.sequence("a", "b", repeat=True)
    assert [(await mock.generate("x")).text for _ in range(3)] == ["a", "b", "a"]


async def test_functions_answer_also_asynchronous_ones(make):
    async def later(request):
        return Answer(text=f"later {request.messages[-1].text}")

    mock = make()
    mock.script.when(text="later").answers(later)
    mock.script.when(text="result").answers(lambda request: GenerationResult(parts=(TextPart("whole"),)))
    mock.script.when(text="fail").answers(lambda request: Failure(kind=OverloadedError))
    mock.script.when().answers(lambda request: request.messages[-1].text.upper())
    assert (await mock.generate("now")).text == "NOW"
    assert (await mock.generate("later")).text == "later later"
    whole = await mock.generate("result")
    assert (whole.text, whole.provider, whole.model) == ("whole", "claude", mock.model)
    with pytest.raises(OverloadedError):
        await mock.generate("fail")


async def test_a_strict_script_refuses_what_it_does_not_foresee(make):
    mock = make(mock={"rules": [{"match": {"text": "a"}, "answer": {"text": "A"}}], "unmatched": "error"})
    with pytest.raises(ScriptError, match=r"Nothing in the script takes call 1, 'zzz'[\s\S]*text='a'"):
        await mock.generate("zzz")


def test_a_rule_that_can_never_match_is_refused_in_code(make):
    mock = make()
    mock.script.when(text="a").answers("x")
    with pytest.raises(ScriptError, match="can never match"):
        mock.script.when(text="a", model="b").answers("y")
    with pytest.raises(ScriptError, match="never match"):
        mock.script.when(nth=0)
    with pytest.raises(ScriptError, match="times is 0"):
        mock.script.when(text="c").answers("z", times=0)


@pytest.mark.parametrize(
    ("mock", "message"),
    [
        ({"rules": [{"answer": {}}, {"match": {"text": "a"}, "answer": {}}]}, "rule 2 can never match: rule 1"),
        ({"rules": [{"match": {"regex": "("}, "answer": {}}]}, "not a regular expression"),
        ({"rules": [{"match": {"nth": 0}, "answer": {}}]}, "greater than 0"),
        ({"rules": [{"match": {"text": "a"}}]}, "neither answer nor error"),
        ({"rules": [{"error": {"class": "RateLimtError"}}]}, "Did you mean RateLimitError"),
        ({"rules": [{"answer": {"text": "a", "json": 1}}]}, "text and json exclude each other"),
        ({"rules": [{"match": {"txt": "a"}, "answer": {}}]}, "txt"),
        ({"error_rate": 0.5}, "needs a seed"),
    ],
)
def test_a_script_that_cannot_be_played_is_refused_with_the_settings(mock, message):
    with pytest.raises(ValidationError, match=message):
        MockScript(mock)


def test_a_slip_in_a_condition_is_told(make):
    with pytest.raises(ScriptError, match="Did you mean 'text'"):
        make().script.when(txt="a")


async def test_scripted_json_is_written_and_held_against_the_schema(make):
    mock = make(mock={"rules": [{"answer": {"json": {"city": "Oslo"}}}]})
    assert (await mock.generate("x", response_schema={"type": "object"})).json() == {"city": "Oslo"}
    with pytest.raises(ScriptError, match="does not fit"):
        await mock.generate("x", response_schema={"type": "object", "required": ["country"]})


async def test_a_scripted_call_needs_tools_in_the_request(make):
    mock = make(mock={"rules": [{"answer": {"tool_calls": [{"name": "f", "arguments": {"a": 1}}]}}]})
    with pytest.raises(ScriptError, match="offers no tools"):
        await mock.generate("x")


async def test_usage_reasoning_finish_reason_and_refusal_can_be_scripted(make):
    mock = make(
        "codex",
        mock={
            "rules": [
                {"match": {"text": "no"}, "answer": {"refusal": "I can't help with that."}},
                {
                    "answer": {
                        "text": "t",
                        "reasoning": "r",
                        "finish_reason": "content_filter",
                        "usage": {"input_tokens": 7, "cached_tokens": 5},
                    }
                },
            ]
        },
    )
    refused = await mock.generate("no")
    assert (refused.text, refused.refusal) == ("", "I can't help with that.")
    result = await mock.generate("x")
    assert result.reasoning == "r"
    assert result.finish_reason is FinishReason.CONTENT_FILTER
    assert result.usage == Usage(input_tokens=7, cached_tokens=5, output_tokens=2, reasoning_tokens=1)


async def test_a_refusal_is_told_in_the_providers_manner(make):
    claude = make("claude", mock={"rules": [{"answer": {"refusal": "No."}}]})
    result = await claude.generate("x")
    assert (result.text, result.refusal, result.finish_reason) == ("No.", "No.", FinishReason.CONTENT_FILTER)


async def test_parts_are_taken_as_they_are(make):
    picture = ImagePart(data=b"x")
    mock = make()
    mock.script.when().answers(parts=(TextPart("Look: "), picture, TextPart("nice")))
    result = await mock.generate("x")
    assert result.parts == (TextPart("Look: "), picture, TextPart("nice"))
    assert result.text == "Look: nice"


async def test_an_answer_without_words_keeps_the_default_ones(make):
    mock = make(mock={"rules": [{"answer": {"finish_reason": "length"}}]})
    result = await mock.generate("Hello")
    assert "Hello" in result.text
    assert result.finish_reason is FinishReason.LENGTH


async def test_health_and_models_can_be_scripted(make):
    mock = make(mock={"health": {"status": "degraded", "error": "slow"}, "models": ["m1", "m2"]})
    health = await mock.health_check()
    assert (health.status, health.error) == (HealthStatus.DEGRADED, "slow")
    assert [model.id for model in await mock.list_models()] == ["m1", "m2"]
    mock.script.set_health(HealthStatus.UNHEALTHY, error="down").set_models("m3")
    assert not (await mock.health_check()).ok
    assert [model.id for model in await mock.list_models()] == ["m3"]


async def test_other_operations_fail_by_rule_and_a_health_check_reports_it(make):
    mock = make("codex")
    for operation in ("embed", "list_models", "health_check"):
        mock.script.when(operation=operation).raises(ServerError, message="out of order")
    with pytest.raises(ServerError) as caught:
        await mock.embed(["x"])
    assert caught.value.operation == "embed"
    with pytest.raises(ServerError):
        await mock.list_models()
    health = await mock.health_check()
    assert not health.ok
    assert "out of order" in health.error
    assert (await mock.generate("still fine")).text


async def test_reset_begins_the_script_again_and_forgets_the_calls(make):
    mock = make()
    mock.script.sequence("a", "b")
    assert (await mock.generate("x")).text == "a"
    mock.reset()
    assert mock.call_count == 0
    assert (await mock.generate("x")).text == "a"


async def test_what_was_not_used_is_told(make):
    mock = make()
    mock.script.when(text="a").answers("A")
    mock.script.when(text="b").answers("B")
    mock.script.sequence("s")
    await mock.generate("a")
    assert mock.script.unused() == ("text='b'", "the last 1 of the sequence")


async def test_with_a_list_of_models_others_are_not_found_as_at_the_service(any_mock):
    assert (await any_mock.generate("x", model="some-model")).model == "some-model"
    any_mock.script.set_models("listed")
    assert (await any_mock.generate("x", model="listed")).text
    assert (await any_mock.generate("x")).text
    with pytest.raises(NotFoundError) as caught:
        await any_mock.generate("x", model="some-model")
    assert caught.value.status in (400, 404)
    with pytest.raises(NotFoundError):
        await any_mock.stream("x", model="some-model").result()
