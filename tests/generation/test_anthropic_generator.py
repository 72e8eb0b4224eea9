"""ClaudeGenerator over HTTP: what goes out, what comes back, and where a failure is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.generation import ClaudeSettings
from understudy.config.models.http import HttpSettings, RetrySettings
from understudy.domain.errors import (
    AuthenticationError,
    OverloadedError,
    ResponseDecodeError,
    StreamInterruptedError,
    UnsupportedCapabilityError,
)
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.health import HealthStatus
from understudy.domain.messages import Message, ToolResultPart
from understudy.domain.requests import Tool
from understudy.domain.results import FinishEvent, FinishReason, TextEvent, Usage
from understudy.domain.secrets import Secret
from understudy.providers.generation.anthropic.provider import ClaudeGenerator
from understudy.providers.http.clients import HttpClients

KEY = "sk-ant-test-key"
Handler = Callable[[httpx.Request], httpx.Response]


async def pieces(body: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield body[:size]
        body = body[size:]
    yield body


def generator(handler: Handler, **settings: Any) -> ClaudeGenerator:
    http = HttpSettings(retry=RetrySettings(max_retries=0))
    clients = HttpClients(http, transport=httpx.MockTransport(handler))
    return ClaudeGenerator(ClaudeSettings(api_key=Secret(KEY), **settings), http=clients)


def events(*frames: dict[str, Any]) -> bytes:
    return b"".join(
        f"event: {frame['type']}\ndata: {json.dumps(frame, ensure_ascii=False)}\n\n".encode() for frame in frames
    )


MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "model": "claude-sonnet-5-5-exact",
    "content": [{"type": "text", "text": "Hello"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 2},
}
STREAM = events(
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Grüße, "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "世界 🌍"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
)
SSE = {"content-type": "text/event-stream"}


def streaming(body: bytes, sizes: list[int] | None = None, **settings: Any) -> ClaudeGenerator:
    return generator(lambda _: httpx.Response(200, headers=SSE, content=pieces(body, sizes or [])), **settings)


def test_it_is_a_text_generator_and_no_embedder() -> None:
    claude = generator(lambda _: httpx.Response(500))
    assert isinstance(claude, TextGenerator)
    assert not isinstance(claude, Embedder)
    assert not claude.capabilities.embeddings
    assert (claude.name, claude.model) == ("claude", "claude-sonnet-5-5")


async def test_a_request_carries_version_and_key_in_headers_and_the_answer_says_where_it_is_from() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=MESSAGE, headers={"request-id": "req_1"})

    result = await generator(answer).generate("Hi", options={"top_k": 5}, max_output_tokens=10)
    (request,) = seen
    assert (request.method, str(request.url)) == ("POST", "https://api.anthropic.com/v1/messages")
    assert request.headers["x-api-key"] == KEY
    assert request.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in request.headers
    assert json.loads(request.content) == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "top_k": 5,
    }
    assert (result.text, result.provider, result.model) == ("Hello", "claude", "claude-sonnet-5-5-exact")
    assert (result.request_id, result.response_id) == ("req_1", "msg_1")
    assert json.loads(result.raw or b"") == MESSAGE


async def test_the_settings_limit_is_sent_where_the_request_has_none() -> None:
    bodies: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json=MESSAGE)

    await generator(answer, max_output_tokens=77).generate("Hi")
    assert bodies[0]["max_tokens"] == 77


@given(sizes=st.lists(st.integers(1, 12), max_size=60))
async def test_a_stream_reads_alike_however_it_is_cut(sizes: list[int]) -> None:
    claude = streaming(STREAM, sizes)
    found = [event async for event in claude.stream("Hi")]
    assert "".join(event.text for event in found if isinstance(event, TextEvent)) == "Grüße, 世界 🌍"
    last = found[-1]
    assert isinstance(last, FinishEvent)
    assert last.result.text == "Grüße, 世界 🌍"
    assert last.result.usage == Usage(input_tokens=3, output_tokens=9)
    assert last.finish_reason is FinishReason.STOP


async def test_a_stream_without_its_end_marker_is_interrupted_with_what_had_arrived() -> None:
    with pytest.raises(StreamInterruptedError) as caught:
        await streaming(STREAM.partition(b"event: message_stop")[0]).stream("Hi").result()
    error = caught.value
    assert error.partial_text == "Grüße, 世界 🌍"
    assert (error.provider, error.host, error.phase) == ("claude", "api.anthropic.com", "stream")


async def test_an_error_inside_a_stream_has_its_class_and_the_text_so_far() -> None:
    failure = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    body = STREAM.partition(b"event: content_block_stop")[0] + events(failure)
    texts: list[str] = []
    with pytest.raises(OverloadedError) as caught:
        texts.extend([text async for text in streaming(body).generate_stream("Hi")])
    assert (caught.value.status, caught.value.code) == (529, "overloaded_error")
    assert caught.value.partial_text == "Grüße, 世界 🌍"
    assert "claude" in str(caught.value)


async def test_a_refused_key_is_an_authentication_error_that_does_not_show_it() -> None:
    body = {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    claude = generator(lambda _: httpx.Response(401, json=body, headers={"request-id": "req_9"}))
    with pytest.raises(AuthenticationError) as caught:
        await claude.generate("Hi")
    assert KEY not in f"{caught.value}{caught.value!r}{claude!r}"
    assert (caught.value.request_id, caught.value.host) == ("req_9", "api.anthropic.com")


async def test_a_page_in_place_of_a_message_is_no_success() -> None:
    page = httpx.Response(200, html="<html>Please log in</html>")
    with pytest.raises(ResponseDecodeError):
        await generator(lambda _: page).generate("Hi")


@pytest.mark.parametrize("options", [{"seed": 1}, {"metadata": {"a": "b"}}, {"reasoning_effort": "minimal"}])
async def test_what_the_api_cannot_do_is_refused_before_anything_is_sent(options: dict[str, Any]) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=MESSAGE)

    with pytest.raises(UnsupportedCapabilityError, match="nothing was sent"):
        await generator(answer).generate("Hi", **options)
    assert sent == []


async def test_a_round_trip_with_a_tool() -> None:
    bodies: list[Any] = []
    asked = [
        {"type": "thinking", "thinking": "Look.", "signature": "sig"},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "it"}},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        first = {**MESSAGE, "content": asked, "stop_reason": "tool_use"}
        return httpx.Response(200, json=first if len(bodies) == 1 else MESSAGE)

    claude = generator(answer)
    tools = [Tool(name="look", parameters={"type": "object", "properties": {"at": {"type": "string"}}})]
    first = await claude.generate("Hi", tools=tools)
    assert first.finish_reason is FinishReason.TOOL_CALLS
    (call,) = first.tool_calls
    said = [
        Message.user("Hi"),
        Message.assistant(first.parts),
        Message.tool(ToolResultPart(tool_call_id=call.id, content="seen")),
    ]
    second = await claude.generate(said, tools=tools)
    assert second.text == "Hello"
    assert bodies[1]["messages"][1]["content"] == asked
    assert bodies[1]["messages"][2]["content"] == [{"type": "tool_result", "tool_use_id": "t1", "content": "seen"}]


async def test_models_are_listed_and_make_it_healthy() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"data": [{"id": "claude-x"}]})

    claude = generator(answer)
    assert [model.id for model in await claude.list_models()] == ["claude-x"]
    assert (await claude.health_check()).status is HealthStatus.HEALTHY
    assert paths == ["/v1/models?limit=1000"] * 2
