"""Whatever is asked arrives, and whatever is answered comes back: request, wire, emulator, wire, result."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import Tool
from understudy.providers.generation.mock import Answer

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
NAMES = st.sampled_from(["alpha", "beta"])
TOOLS = [Tool(name="alpha", description="First"), Tool(name="beta", description="Second")]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(TEXT, JSON, max_size=3)
PNG = b"\x89PNG"


@st.composite
def conversations(draw, *, images: bool):
    """Turns as an agent makes them: a question, calls, their results, an answer, another question."""
    turns = []
    for number in range(draw(st.integers(0, 2))):
        turns.append(Message.user(draw(TEXT)))
        calls = [
            ToolCallPart(id=f"call_{number}{place}", name=draw(NAMES), arguments=draw(ARGUMENTS))
            for place in range(draw(st.integers(0, 2)))
        ]
        if calls:
            turns.append(Message.assistant([TextPart(draw(TEXT)), *calls]))
            results = [ToolResultPart(tool_call_id=call.id, name=call.name, content=draw(TEXT)) for call in calls]
            turns.append(Message.tool(results))
        turns.append(Message.assistant(draw(TEXT)))
    last = [TextPart(draw(TEXT))]
    if images and draw(st.booleans()):
        last.append(ImagePart(data=PNG + draw(st.binary(max_size=8)), media_type="image/png"))
    return [*turns, Message.user(last)]


def told(message):
    """What a turn says, without what some wire formats have no place for."""
    said = []
    for part in message.content:
        if isinstance(part, ToolCallPart):
            said.append(("call", part.name, dict(part.arguments)))
        elif isinstance(part, ToolResultPart):
            said.append(("result", part.content))
        elif isinstance(part, ImagePart):
            said.append(("image", part.data))
        else:
            said.append(("text", part.text))
    return said


def joined(turns):
    """The turns by side; an answer that follows on one of the same side is one with it."""
    found = []
    for turn in turns:
        if found and found[-1][0] == turn.role == "assistant":
            found[-1][1].extend(told(turn))
        else:
            found.append((turn.role, told(turn)))
    return found


@pytest.fixture
def check(pair):
    """Runs a coroutine function with the pair, once for each example."""

    def run(make):
        asyncio.run(make(pair))

    return run


SLOW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SLOW
@given(data=st.data())
def test_conversations_arrive_as_they_were_sent(pair, check, data):
    turns = data.draw(conversations(images=pair.mock.capabilities.vision))
    system = data.draw(st.none() | TEXT)

    async def ask(pair):
        await pair.real.generate(turns, system=system, tools=TOOLS)

    check(ask)
    got = pair.emulator.last_request
    assert joined(got.turns) == joined(turns)
    assert got.system_text == (system or "")
    assert [(tool.name, tool.description, tool.parameters) for tool in got.tools] == [
        (tool.name, tool.description, tool.parameters) for tool in TOOLS
    ]


@SLOW
@given(
    text=st.none() | TEXT,
    calls=st.lists(st.tuples(NAMES, ARGUMENTS), max_size=3),
    chunked=st.booleans(),
)
def test_answers_come_back_as_they_were_scripted(pair, check, text, calls, chunked):
    parts = tuple(ToolCallPart(id=f"id{n}", name=name, arguments=given) for n, (name, given) in enumerate(calls))
    answer = (
        Answer(chunks=tuple(text), tool_calls=parts) if chunked and text else Answer(text=text or "", tool_calls=parts)
    )

    async def ask(pair):
        pair.emulator.reset()
        pair.emulator.script.sequence(answer, answer)
        whole = await pair.real.generate("x", tools=TOOLS)
        streamed = await pair.real.stream("x", tools=TOOLS).result()
        for result in (whole, streamed):
            assert result.text == (text or "")
            assert [(call.name, dict(call.arguments)) for call in result.tool_calls] == calls
            assert result.finish_reason == ("tool_calls" if calls else "stop")

    check(ask)
