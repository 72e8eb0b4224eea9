"""OllamaGenerator over HTTP: what goes out, what comes back, and where a failure is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.generation import OllamaSettings
from understudy.config.models.http import HttpSettings, RetrySettings
from understudy.domain.errors import (
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
    UnsupportedCapabilityError,
)
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.health import HealthStatus
from understudy.domain.messages import ImagePart, Message, ToolResultPart
from understudy.domain.requests import Tool
from understudy.domain.results import FinishReason, Usage
from understudy.domain.secrets import Secret
from understudy.providers.generation.ollama.provider import OllamaGenerator
from understudy.providers.http.clients import HttpClients

NDJSON = {"content-type": "application/x-ndjson"}


def generator(handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> OllamaGenerator:
    http = HttpSettings(retry=RetrySettings(max_retries=0))
    clients = HttpClients(http, transport=httpx.MockTransport(handler))
    return OllamaGenerator(OllamaSettings(**settings), http=clients)


async def pieces(body: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield body[:size]
        body = body[size:]
    yield body


def line(content: str = "", *, done: bool = False, **fields: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **fields.pop("message", {})}
    return {"model": "gemma4", "created_at": "2026-08-04", "message": message, "done": done, **fields}


DONE = line(done=True, done_reason="stop", prompt_eval_count=3, eval_count=9)


def lines(*bodies: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(body, ensure_ascii=False).encode() + b"\n" for body in bodies)


STREAM = lines(line("Grüße, "), line("世界 🌍"), DONE)


def streaming(body: bytes, sizes: list[int] | None = None) -> OllamaGenerator:
    return generator(lambda _: httpx.Response(200, headers=NDJSON, content=pieces(body, sizes or [])))


def test_it_is_a_text_generator_and_an_embedder() -> None:
    ollama = generator(lambda _: httpx.Response(500))
    assert isinstance(ollama, TextGenerator)
    assert isinstance(ollama, Embedder)
    assert (ollama.name, ollama.model) == ("ollama", "gemma4")


async def test_it_needs_no_key_and_a_key_is_a_bearer_token() -> None:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={**DONE, "message": {"content": "Hello"}})

    assert (await generator(reply).generate("Hi")).text == "Hello"
    await generator(reply, api_key=Secret("cloud"), base_url="https://ollama.com").generate("Hi")
    assert "authorization" not in seen[0].headers
    assert str(seen[0].url) == "http://localhost:11434/api/chat"
    assert seen[1].headers["authorization"] == "Bearer cloud"
    assert str(seen[1].url) == "https://ollama.com/api/chat"


@given(sizes=st.lists(st.integers(1, 12), max_size=40))
async def test_a_stream_reads_alike_however_it_is_cut(sizes: list[int]) -> None:
    result = await streaming(STREAM, sizes).stream("Hi").result()
    assert (result.text, result.finish_reason, result.provider) == ("Grüße, 世界 🌍", FinishReason.STOP, "ollama")
    assert result.usage == Usage(input_tokens=3, output_tokens=9)


async def test_a_last_line_without_its_line_end_counts() -> None:
    assert (await streaming(STREAM.rstrip()).stream("Hi").result()).text == "Grüße, 世界 🌍"


async def test_a_stream_that_is_not_done_is_interrupted_with_what_had_arrived() -> None:
    with pytest.raises(StreamInterruptedError) as caught:
        await streaming(lines(line("Half"))).stream("Hi").result()
    assert (caught.value.partial_text, caught.value.provider) == ("Half", "ollama")


async def test_an_error_line_inside_a_stream_has_its_class_and_the_text_so_far() -> None:
    with pytest.raises(ServerError, match="runner") as caught:
        await streaming(lines(line("Half"), {"error": "model runner has stopped"})).stream("Hi").result()
    assert (caught.value.partial_text, caught.value.phase) == ("Half", "stream")


@pytest.mark.parametrize("way", ["generate", "stream"])
async def test_a_missing_model_says_how_to_pull_it(way: str) -> None:
    ollama = generator(lambda _: httpx.Response(404, json={"error": "model 'nope' not found"}))
    with pytest.raises(NotFoundError, match="ollama pull nope"):
        await (ollama.generate("Hi", model="nope") if way == "generate" else ollama.stream("Hi", model="nope").result())


async def test_a_server_that_does_not_run_makes_it_unhealthy() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    ollama = generator(refuse)
    with pytest.raises(ConnectionFailedError):
        await ollama.generate("Hi")
    health = await ollama.health_check()
    assert health.status is HealthStatus.UNHEALTHY
    assert health.error


@pytest.mark.parametrize(
    "options",
    [
        {"tools": [Tool(name="a")], "tool_choice": "required"},
        {"user": "u"},
        {"reasoning_effort": "minimal"},
        {"messages": Message.user(ImagePart(url="https://example.com/a.png"))},
    ],
)
async def test_what_the_api_cannot_do_is_refused_before_anything_is_sent(options: dict[str, Any]) -> None:
    ollama = generator(lambda _: pytest.fail("something was sent"))
    rest = {name: value for name, value in options.items() if name != "messages"}
    with pytest.raises(UnsupportedCapabilityError, match="nothing was sent"):
        await ollama.generate(options.get("messages", "Hi"), **rest)


async def test_a_round_trip_with_two_calls_of_one_tool() -> None:
    bodies: list[Any] = []
    calls = [{"function": {"name": "look", "arguments": {"at": at}}} for at in ("a", "b")]

    def reply(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        message = {"content": "", "tool_calls": calls} if len(bodies) == 1 else {"content": "Done"}
        return httpx.Response(200, json={**DONE, "message": message})

    ollama = generator(reply)
    first = await ollama.generate("Hi", tools=[Tool(name="look")])
    assert first.finish_reason is FinishReason.TOOL_CALLS
    assert len({call.id for call in first.tool_calls}) == 2
    results = [ToolResultPart(tool_call_id=call.id, content=call.arguments["at"]) for call in first.tool_calls]
    await ollama.generate([Message.user("Hi"), Message.assistant(first.parts), Message.tool(results)])
    assert bodies[1]["messages"][1:] == [
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "content": "a", "tool_name": "look"},
        {"role": "tool", "content": "b", "tool_name": "look"},
    ]


async def test_texts_are_embedded_in_one_request_and_in_order() -> None:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"model": "e", "embeddings": [[1, 0.5], [0.25, 0]], "prompt_eval_count": 4})

    result = await generator(reply).embed(["a", "b"], model="e", dimensions=2)
    assert result.vectors == ((1.0, 0.5), (0.25, 0.0))
    assert (result.provider, result.model, result.usage) == ("ollama", "e", Usage(input_tokens=4))
    assert str(seen[0].url) == "http://localhost:11434/api/embed"
    assert json.loads(seen[0].content) == {"model": "e", "input": ["a", "b"], "dimensions": 2}


@pytest.mark.parametrize(
    "body", [{}, {"embeddings": [[1.0]]}, {"embeddings": [[1.0], []]}, {"embeddings": [[True], [1]]}]
)
async def test_an_answer_without_a_vector_for_each_text_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError) as caught:
        await generator(lambda _: httpx.Response(200, json=body)).embed(["a", "b"])
    assert (caught.value.provider, caught.value.operation) == ("ollama", "embed")


async def test_embedding_nothing_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        await generator(lambda _: pytest.fail("something was sent")).embed([])


async def test_models_are_listed() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/tags"
        return httpx.Response(200, json={"models": [{"model": "gemma4:latest"}]})

    assert [model.id for model in await generator(reply).list_models()] == ["gemma4:latest"]
