"""GeminiGenerator over HTTP: what goes out, what comes back, and where a failure is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.config.models.generation import GeminiSettings
from understudy.config.models.http import HttpSettings, RetrySettings
from understudy.domain.errors import (
    AuthenticationError,
    InvalidRequestError,
    OverloadedError,
    RateLimitError,
    ResponseDecodeError,
    StreamInterruptedError,
    UnsupportedCapabilityError,
)
from understudy.domain.generation import Embedder, TextGenerator
from understudy.domain.messages import Message, ToolResultPart
from understudy.domain.requests import Tool
from understudy.domain.results import FinishReason, Usage
from understudy.domain.secrets import Secret
from understudy.providers.generation.gemini.provider import GeminiGenerator
from understudy.providers.http.clients import HttpClients

KEY = "AIza-test-key"
BASE = "https://generativelanguage.googleapis.com/v1beta"
SSE = {"content-type": "text/event-stream"}


def generator(handler: Callable[[httpx.Request], httpx.Response], **settings: Any) -> GeminiGenerator:
    http = HttpSettings(retry=RetrySettings(max_retries=0))
    clients = HttpClients(http, transport=httpx.MockTransport(handler))
    return GeminiGenerator(GeminiSettings(api_key=Secret(KEY), **settings), http=clients)


async def pieces(body: bytes, sizes: list[int]) -> AsyncIterator[bytes]:
    for size in sizes:
        yield body[:size]
        body = body[size:]
    yield body


def answer(*parts: dict[str, Any], finish: str | None = "STOP", **fields: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": list(parts), "role": "model"}}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-exact", "responseId": "r1", **fields}


def frames(*bodies: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\r\n\r\n" for body in bodies)


STREAM = frames(
    answer({"text": "Grüße, "}, finish=None),
    answer({"text": "世界 🌍"}, usageMetadata={"promptTokenCount": 3, "candidatesTokenCount": 9}),
)


def streaming(body: bytes, sizes: list[int] | None = None) -> GeminiGenerator:
    return generator(lambda _: httpx.Response(200, headers=SSE, content=pieces(body, sizes or [])))


def test_it_is_a_text_generator_and_an_embedder() -> None:
    gemini = generator(lambda _: httpx.Response(500))
    assert isinstance(gemini, TextGenerator)
    assert isinstance(gemini, Embedder)
    assert gemini.capabilities.embeddings
    assert (gemini.name, gemini.model) == ("gemini", "gemini-3.8-flash")


async def test_the_key_is_in_a_header_and_never_in_the_url() -> None:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=answer({"text": "Hello"}))

    result = await generator(reply).generate("Hi")
    (request,) = seen
    assert str(request.url) == f"{BASE}/models/gemini-3.8-flash:generateContent"
    assert request.headers["x-goog-api-key"] == KEY
    assert (result.text, result.provider, result.model) == ("Hello", "gemini", "gemini-exact")


async def test_a_stream_asks_for_server_sent_events() -> None:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, headers=SSE, content=STREAM)

    assert (await generator(reply).stream("Hi", model="gemini-x").result()).text == "Grüße, 世界 🌍"
    assert str(seen[0].url) == f"{BASE}/models/gemini-x:streamGenerateContent?alt=sse"
    assert KEY not in str(seen[0].url)


@given(sizes=st.lists(st.integers(1, 12), max_size=40))
async def test_a_stream_reads_alike_however_it_is_cut(sizes: list[int]) -> None:
    result = await streaming(STREAM, sizes).stream("Hi").result()
    assert (result.text, result.finish_reason) == ("Grüße, 世界 🌍", FinishReason.STOP)
    assert result.usage == Usage(input_tokens=3, output_tokens=9)


async def test_a_stream_without_a_finish_reason_is_interrupted_with_what_had_arrived() -> None:
    with pytest.raises(StreamInterruptedError) as caught:
        await streaming(frames(answer({"text": "Half"}, finish=None))).stream("Hi").result()
    assert caught.value.partial_text == "Half"
    assert (caught.value.provider, caught.value.host) == ("gemini", "generativelanguage.googleapis.com")


async def test_an_error_inside_a_stream_has_its_class_and_the_text_so_far() -> None:
    failure = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    with pytest.raises(OverloadedError) as caught:
        await streaming(frames(answer({"text": "Half"}, finish=None), failure)).stream("Hi").result()
    assert (caught.value.status, caught.value.partial_text, caught.value.phase) == (503, "Half", "stream")


async def test_a_json_list_in_place_of_a_stream_is_no_success() -> None:
    gemini = generator(lambda _: httpx.Response(200, json=[answer({"text": "x"})]))
    with pytest.raises(ResponseDecodeError):
        await gemini.stream("Hi").result()


async def test_an_invalid_key_is_an_authentication_error_though_its_status_is_400() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    body = {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": details}}
    with pytest.raises(AuthenticationError) as caught:
        await generator(lambda _: httpx.Response(400, json=body)).generate("Hi")
    assert (caught.value.status, caught.value.code) == (400, "API_KEY_INVALID")
    assert KEY not in f"{caught.value}{caught.value!r}"


async def test_the_services_advice_when_to_return_is_in_the_body() -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]
    body = {"error": {"code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED", "details": details}}
    with pytest.raises(RateLimitError) as caught:
        await generator(lambda _: httpx.Response(429, json=[body])).generate("Hi")
    assert caught.value.retry_after == 34.0


@pytest.mark.parametrize("options", [{"user": "u"}, {"metadata": {"a": "b"}}, {"reasoning_effort": "none"}])
async def test_what_the_api_cannot_do_is_refused_before_anything_is_sent(options: dict[str, Any]) -> None:
    gemini = generator(lambda _: pytest.fail("something was sent"))
    with pytest.raises(UnsupportedCapabilityError, match="nothing was sent"):
        await gemini.generate("Hi", **options)


async def test_a_round_trip_with_a_tool_whose_call_has_no_id() -> None:
    bodies: list[Any] = []
    asked = {"functionCall": {"name": "look", "args": {"at": "it"}}, "thoughtSignature": "sig"}

    def reply(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json=answer(asked if len(bodies) == 1 else {"text": "Done"}))

    gemini = generator(reply)
    tools = [Tool(name="look")]
    first = await gemini.generate("Hi", tools=tools)
    (call,) = first.tool_calls
    result = Message.tool(ToolResultPart(tool_call_id=call.id, content="seen"))
    second = await gemini.generate([Message.user("Hi"), Message.assistant(first.parts), result], tools=tools)
    assert second.text == "Done"
    assert bodies[1]["contents"][1:] == [
        {"role": "model", "parts": [asked]},
        {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"output": "seen"}}}]},
    ]


async def test_texts_are_embedded_in_one_request_and_in_order() -> None:
    seen: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"embeddings": [{"values": [1, 0.5]}, {"values": [0.25, 0]}]})

    result = await generator(reply).embed(["a", "b"], dimensions=2)
    assert result.vectors == ((1.0, 0.5), (0.25, 0.0))
    assert (result.provider, result.model, result.usage) == ("gemini", "gemini-embedding-001", None)
    assert str(seen[0].url) == f"{BASE}/models/gemini-embedding-001:batchEmbedContents"
    resource = "models/gemini-embedding-001"
    assert json.loads(seen[0].content)["requests"] == [
        {"model": resource, "content": {"parts": [{"text": text}]}, "outputDimensionality": 2} for text in ("a", "b")
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"embeddings": [{"values": [1.0]}]},
        {"embeddings": [{"values": [1.0]}, {"values": ["x"]}]},
        [],
        {"embeddings": 1},
    ],
)
async def test_an_answer_without_a_vector_for_each_text_is_no_success(body: Any) -> None:
    with pytest.raises(ResponseDecodeError) as caught:
        await generator(lambda _: httpx.Response(200, json=body)).embed(["a", "b"])
    assert (caught.value.provider, caught.value.operation, caught.value.phase) == ("gemini", "embed", "decode")


@pytest.mark.parametrize("inputs", [[], "one string"])
async def test_embedding_nothing_or_one_bare_string_is_refused_before_anything_is_sent(inputs: Any) -> None:
    gemini = generator(lambda _: pytest.fail("something was sent"))
    with pytest.raises(InvalidRequestError, match="nothing was sent"):
        await gemini.embed(inputs)


async def test_models_are_listed() -> None:
    paths: list[str] = []

    def reply(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"models": [{"name": "models/gemini-x"}]})

    assert [model.id for model in await generator(reply).list_models()] == ["gemini-x"]
    assert paths == ["/v1beta/models?pageSize=1000"]
