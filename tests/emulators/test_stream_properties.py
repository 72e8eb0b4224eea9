"""However a stream is cut into pieces it says the same, and whatever an error repeats it shows no credential."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.config.models.http import HttpSettings
from understudy.domain import errors
from understudy.domain.messages import ToolCallPart
from understudy.domain.requests import Tool
from understudy.domain.results import FinishEvent
from understudy.domain.secrets import Secret
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.mock import Answer
from understudy.providers.http.clients import HttpClients
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import EMULATORS
from understudy.testing.faults.leaks import leaks

APIS = ("claude", "codex", "codex.chat", "gemini", "ollama", "deepseek")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
ARGUMENTS = st.dictionaries(TEXT, st.integers() | TEXT | st.lists(TEXT, max_size=2), max_size=3)
TOOLS = [Tool(name="alpha"), Tool(name="beta")]
CALLS = st.lists(st.tuples(st.sampled_from(["alpha", "beta"]), ARGUMENTS), max_size=3)
MANY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Cutting(httpx.AsyncBaseTransport):
    """Passes an emulator's answers on in pieces that end at ``places``."""

    def __init__(self, emulator) -> None:
        self._inner = AsgiTransport(emulator)
        self.places: list[int] = []

    async def handle_async_request(self, request):
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        await answer.aclose()
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        edges = [0, *sorted({place % (len(body) + 1) for place in self.places}), len(body)]
        pieces = [body[start:end] for start, end in pairwise(edges) if end > start]
        return httpx.Response(answer.status_code, headers=headers, content=_each(pieces))


async def _each(pieces):
    for piece in pieces:
        yield piece


@pytest.fixture
def cut(api, make_pair):
    """``cut(answer, places)``: the events of the answer's stream, in pieces that end at these places."""
    pair = make_pair(api)
    wire = Cutting(pair.emulator)
    real = build_real(EMULATORS[pair.real.name][0], pair.real._settings, HttpClients(HttpSettings(), transport=wire))

    async def read(answer, places):
        pair.emulator.reset()
        pair.emulator.script.sequence(answer)
        wire.places = places
        return [_same_each_time(event) async for event in real.stream("x", tools=TOOLS)]

    return read


def _same_each_time(event):
    """The event without the time that it took."""
    return FinishEvent(replace(event.result, latency=0.0)) if isinstance(event, FinishEvent) else event


@pytest.mark.parametrize("api", APIS)
@MANY
@given(
    chunks=st.lists(TEXT, max_size=4),
    reasoning=st.none() | TEXT,
    calls=CALLS,
    places=st.lists(st.integers(0, 5000), max_size=25),
)
def test_any_cut_of_any_stream_gives_the_same_events(cut, chunks, reasoning, calls, places):
    parts = tuple(ToolCallPart(id=f"id{n}", name=name, arguments=given) for n, (name, given) in enumerate(calls))
    answer = Answer(chunks=tuple(chunks) or ("x",), reasoning=reasoning, tool_calls=parts)

    async def both():
        return await cut(answer, []), await cut(answer, places)

    whole, pieces = asyncio.run(both())
    assert pieces == whole
    assert isinstance(pieces[-1], FinishEvent)


@pytest.mark.parametrize("api", APIS)
@MANY
@given(
    key=st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=12, max_size=40),
    before=TEXT,
    after=TEXT,
    kind=st.sampled_from(
        [errors.AuthenticationError, errors.InvalidRequestError, errors.ServerError, errors.RateLimitError]
    ),
    streamed=st.sampled_from(["whole", "streamed", "inside"]),
)
def test_no_error_shows_the_credential_that_the_service_repeats(make_pair, api, key, before, after, kind, streamed):
    """Neither in its words nor in what debuggers show of it, nor in its attributes."""
    pair = make_pair(api, api_key=Secret(key))
    pair.emulator._keys = None
    after_chunks = {"after_chunks": 1} if streamed == "inside" else {}
    pair.emulator.script.when().raises(kind, message=f"{before} {key} {after}", **after_chunks)

    async def ask():
        await (pair.real.generate("x") if streamed == "whole" else pair.real.stream("x").result())

    with pytest.raises(errors.ProviderError) as caught:
        asyncio.run(ask())
    assert leaks(caught.value, Secret(key), ignore={__file__}) == ()
