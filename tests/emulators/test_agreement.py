"""The real providers over the emulators and the stand-ins agree: same script, same request, same answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from understudy.config.models.mock import provider_errors
from understudy.domain import errors
from understudy.domain.messages import (
    ImagePart,
    Message,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.domain.requests import Tool
from understudy.domain.results import (
    FinishEvent,
    FinishReason,
    GenerationResult,
    ReasoningEvent,
    TextEvent,
    ToolCallDeltaEvent,
    ToolCallEvent,
)
from understudy.providers.generation.mock import Answer

WEATHER = Tool(
    name="get_weather",
    description="The weather",
    parameters={
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
        "required": ["city", "days"],
        "additionalProperties": False,
    },
)
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}
CALL = ToolCallPart(id="", name="get_weather", arguments={"city": "Tromsø", "days": 3})
CONVERSATION = [
    Message.system("Be brief."),
    Message.user("Weather?"),
    Message.assistant(
        [TextPart("I look."), ToolCallPart(id="call_1", name="get_weather", arguments={"city": "Oslo", "days": 1})]
    ),
    Message.tool(ToolResultPart(tool_call_id="call_1", content="Sunny", name="get_weather")),
]

UNCHOOSY = {"claude": "claude-opus-4-6"}
"""Models that take every option, where the default one does not."""


def essence(result: GenerationResult) -> GenerationResult:
    """The result without what only one of the two can know: latency, raw body, ids, the form of the arguments."""
    parts = []
    for part in result.parts:
        if isinstance(part, ToolCallPart):
            parts.append(replace(part, id="", arguments_text=None))
        elif isinstance(part, ReasoningPart):
            parts.append(replace(part, id=None, signature=None))
        else:
            parts.append(part)
    usage = result.usage
    return replace(result, parts=tuple(parts), usage=usage, latency=0.0, raw=None, response_id=None, request_id=None)


def _script_call(script):
    script.when().answers(Answer(text="Let me see. ", tool_calls=(CALL, CALL)))


REQUESTS = {
    "text": ("Hello there", {}),
    "system": ("Hello there", {"system": "You are a pirate."}),
    "conversation": (CONVERSATION, {"tools": [WEATHER]}),
    "limit": ("Hello there", {"max_output_tokens": 5}),
    "schema": ("Who?", {"response_schema": SCHEMA}),
    "unicode": ("Grüße aus København 🚀\n\tend", {}),
    "reasoning": ("Think", {"reasoning_effort": "high"}),
}


@pytest.mark.parametrize("case", REQUESTS)
async def test_default_answers_agree_whole_and_streamed(pair, case):
    prompt, options = REQUESTS[case]
    expected = essence(await pair.mock.generate(prompt, **options))
    if (pair.name, case) == ("deepseek", "schema"):
        # The schema goes out in words, which are counted as what they are.
        sent = (await pair.real.generate(prompt, **options)).usage.input_tokens
        expected = replace(expected, usage=replace(expected.usage, input_tokens=sent))
    whole = await pair.real.generate(prompt, **options)
    streamed = await pair.real.stream(prompt, **options).result()
    assert essence(whole) == expected
    assert essence(streamed) == expected
    assert whole.usage.input_tokens == streamed.usage.input_tokens > 0


@pytest.mark.parametrize("choice", ["required", "get_weather"])
async def test_demanded_calls_agree(pair, choice):
    if not pair.mock.capabilities.tool_choice:
        with pytest.raises(errors.UnsupportedCapabilityError):
            await pair.real.generate("x", tools=[WEATHER], tool_choice=choice)
        return
    options = {"tools": [WEATHER], "tool_choice": choice, "model": UNCHOOSY.get(pair.name)}
    expected = essence(await pair.mock.generate("x", **options))
    assert expected.finish_reason is FinishReason.TOOL_CALLS
    assert essence(await pair.real.generate("x", **options)) == expected
    assert essence(await pair.real.stream("x", **options).result()) == expected


async def test_scripted_calls_agree_and_so_do_the_events(pair):
    pair.script(_script_call)
    expected = essence(await pair.mock.generate("x", tools=[WEATHER]))
    assert essence(await pair.real.generate("x", tools=[WEATHER])) == expected
    mocked = [event async for event in pair.mock.stream("x", tools=[WEATHER])]
    real = [event async for event in pair.real.stream("x", tools=[WEATHER])]
    assert _told(real) == _told(mocked)


def _told(events):
    """What a caller does with events: texts in their pieces, calls in order, the pieces of each call joined."""
    texts = [event.text for event in events if isinstance(event, TextEvent)]
    thoughts = [event.text for event in events if isinstance(event, ReasoningEvent)]
    calls = [(event.call.name, dict(event.call.arguments)) for event in events if isinstance(event, ToolCallEvent)]
    pieces: dict[int, str] = {}
    for event in events:
        if isinstance(event, ToolCallDeltaEvent):
            pieces[event.index] = pieces.get(event.index, "") + event.arguments_text
    return texts, thoughts, calls, pieces, [isinstance(event, FinishEvent) for event in events[-1:]]


async def test_scripted_reasoning_agrees(pair):
    if pair.name == "codex.chat":
        pytest.skip("Chat Completions shows no reasoning")
    pair.script(lambda script: script.when().answers(reasoning="Hm, well.", text="Yes."))
    expected = await pair.mock.generate("x")
    real = await pair.real.generate("x")
    assert (real.reasoning, real.text) == (expected.reasoning, expected.text) == ("Hm, well.", "Yes.")
    assert _told([e async for e in pair.real.stream("x")]) == _told([e async for e in pair.mock.stream("x")])


async def test_refusals_agree(pair):
    pair.script(lambda script: script.when().answers(refusal="I can't help with that."))
    expected = essence(await pair.mock.generate("x"))
    assert essence(await pair.real.generate("x")) == expected
    assert essence(await pair.real.stream("x").result()) == expected


async def test_stop_sequences_agree(pair):
    if pair.mock.capabilities.stop_sequences == 0:
        pytest.skip("the API has none")
    pair.script(lambda script: script.when().answers("one two three"))
    expected = essence(await pair.mock.generate("x", stop=[" three"]))
    assert expected.text == "one two"
    assert essence(await pair.real.generate("x", stop=[" three"])) == expected


async def test_scripted_usage_agrees(pair):
    usage = {"input_tokens": 50, "cached_tokens": 0 if pair.name == "ollama" else 20, "output_tokens": 9}
    pair.script(lambda script: script.when().answers(text="x", usage=usage))
    expected = await pair.mock.generate("x")
    assert (await pair.real.generate("x")).usage == expected.usage
    assert (await pair.real.stream("x").result()).usage == expected.usage


async def test_the_emulator_sees_the_request_that_the_stand_in_sees(pair):
    if not pair.mock.capabilities.vision:
        pytest.skip("no images")
    prompt = [Message.user([TextPart("What is this?"), ImagePart(data=b"\x89PNG", media_type="image/png")])]
    options = {"temperature": 0.5, "top_p": 0.9, "max_output_tokens": 77, "model": UNCHOOSY.get(pair.name)}
    await pair.mock.generate(prompt, **options, tools=[WEATHER])
    await pair.real.generate(prompt, **options, tools=[WEATHER])
    one, other = pair.mock.last_request, pair.emulator.last_request
    assert other.messages == one.messages
    assert (other.temperature, other.top_p, other.max_output_tokens) == (0.5, 0.9, 77)
    assert [(tool.name, tool.description, tool.parameters) for tool in other.tools] == [
        (WEATHER.name, WEATHER.description, WEATHER.parameters)
    ]


async def test_a_conversation_with_calls_arrives_whole(pair):
    await pair.real.generate(CONVERSATION, tools=[WEATHER])
    got = pair.emulator.last_request
    assert got.system_text == "Be brief."
    assert [message.role for message in got.turns] == ["user", "assistant", "tool"]
    (call,) = [part for part in got.turns[1].content if isinstance(part, ToolCallPart)]
    assert (call.name, call.arguments) == ("get_weather", {"city": "Oslo", "days": 1})
    (result,) = got.turns[2].content
    assert result.content == "Sunny"


async def test_models_and_health_agree(pair):
    pair.script(lambda script: script.set_models("model-a", "model-b"))
    listed = [model.id for model in await pair.real.list_models()]
    assert listed == [model.id for model in await pair.mock.list_models()] == ["model-a", "model-b"]
    assert (await pair.real.health_check()).ok


async def test_embeddings_agree(pair):
    if not pair.mock.capabilities.embeddings:
        pytest.skip("the provider has none")
    expected = await pair.mock.embed(["one text", "another"], dimensions=32)
    real = await pair.real.embed(["one text", "another"], dimensions=32)
    assert [pytest.approx(vector) for vector in expected.vectors] == list(real.vectors)
    assert real.model == expected.model


# What a service cannot say, so that the client sees something else. Everything else comes through as it is.
_CANNOT_BE_SAID = {
    "MaxRetriesExceededError": errors.ServerError,  # without retries the last error is the only one
    "HTTPClientError": errors.ServerError,
    "ProviderError": errors.ServerError,
}
_BY_PROVIDER: dict[str, dict[str, type[errors.ProviderError]]] = {
    "claude": {
        "ContentFilteredError": errors.InvalidRequestError,  # told from other bad requests by its words only
    },
    "codex": {},
    "codex.chat": {},
    "gemini": {
        "ContentFilteredError": errors.InvalidRequestError,  # it answers 200 with a block reason
    },
    "ollama": {
        "ContentFilteredError": errors.InvalidRequestError,
        "QuotaExceededError": errors.RateLimitError,
    },
    "deepseek": {"ContentFilteredError": errors.InvalidRequestError},
}
# Limits are the reader's own; identities are refused before anything is sent, and no generation service knows them.
CLASSES = sorted(set(provider_errors()) - {"LimitExceededError", "MissingIdentityError", "InvalidIdentityError"})


@pytest.mark.parametrize("name", CLASSES)
async def test_errors_come_through_the_wire(pair, name):
    kind = provider_errors()[name]
    pair.emulator.script.when().raises(kind)
    expected = {**_CANNOT_BE_SAID, **_BY_PROVIDER[pair.name]}.get(name, kind)
    if name == "StreamInterruptedError":
        expected = errors.HTTPClientError
    for call in (pair.real.generate, lambda prompt: pair.real.stream(prompt).result()):
        with pytest.raises(expected) as caught:
            await call("x")
        assert isinstance(caught.value, errors.ProviderError)
        assert caught.value.provider == pair.name.partition(".")[0]


@pytest.mark.parametrize("kind", [errors.RateLimitError, errors.OverloadedError, errors.AuthenticationError])
async def test_the_facts_of_an_error_agree(pair, kind):
    pair.script(lambda script: script.when().raises(kind, retry_after=7))
    facts = []
    for provider in (pair.mock, pair.real):
        with pytest.raises(kind) as caught:
            await provider.generate("x")
        error = caught.value
        facts.append((error.status, error.retryable, error.retry_after, error.message, error.request_id is None))
    assert facts[0] == facts[1]


@pytest.mark.parametrize("kind", [errors.OverloadedError, errors.RateLimitError, errors.ServerError])
async def test_errors_inside_a_stream_agree(pair, kind):
    pair.script(lambda script: script.when().raises(kind, after_chunks=2, answer="one two three"))
    found = []
    for provider in (pair.mock, pair.real):
        texts = []
        with pytest.raises(errors.ProviderError) as caught:
            await _drain(provider.generate_stream("x"), texts)
        found.append((texts, type(caught.value), caught.value.partial_text, caught.value.phase))
    assert found[0] == found[1]
    assert found[0][0] == ["one", " two"]


async def _drain(source, into):
    async for item in source:
        into.append(item)


async def test_a_stream_that_is_cut_is_noticed(pair):
    pair.emulator.script.when().raises(errors.StreamInterruptedError, after_chunks=1, answer="one two")
    with pytest.raises(errors.StreamInterruptedError) as caught:
        await pair.real.stream("x").result()
    assert caught.value.partial_text == "one"


async def test_a_connection_that_breaks_inside_a_stream_is_noticed(pair):
    pair.emulator.script.when().raises(errors.ConnectionFailedError, after_chunks=1, answer="one two")
    with pytest.raises(errors.StreamInterruptedError):
        await pair.real.stream("x").result()


async def test_garbage_inside_a_stream_is_noticed(pair):
    pair.emulator.script.when().raises(errors.ResponseDecodeError, after_chunks=1, answer="one two")
    with pytest.raises(errors.ResponseDecodeError):
        await pair.real.stream("x").result()


async def test_a_prompt_that_is_too_long_agrees(make_pair):
    pair = make_pair("codex.chat", model="gpt-3.5-turbo")
    for provider in (pair.mock, pair.real):
        with pytest.raises(errors.ContextLengthExceededError, match="16385"):
            await provider.generate("word " * 20_000)


async def test_a_script_that_runs_dry_is_told_through_the_wire(pair):
    pair.emulator.script.sequence("only one")
    assert (await pair.real.generate("x")).text == "only one"
    with pytest.raises(errors.ScriptError, match="run dry"):
        await pair.real.generate("x")


async def test_models_that_are_not_listed_are_not_found(pair):
    pair.script(lambda script: script.set_models("listed"))
    for generator in (pair.mock, pair.real):
        with pytest.raises(errors.NotFoundError):
            await generator.generate("x", model="another")
        with pytest.raises(errors.NotFoundError):
            await generator.stream("x", model="another").result()
        assert (await generator.generate("x", model="listed")).text
