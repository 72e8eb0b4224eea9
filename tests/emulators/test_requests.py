"""Forms of requests that our own providers never send but other programs do, and those that a service refuses."""

from __future__ import annotations

import base64

import httpx
import pytest

from understudy.domain.errors import RequestTimeoutError
from understudy.domain.messages import ImagePart, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import emulate

HEADERS = {"x-api-key": "k", "authorization": "Bearer k", "x-goog-api-key": "k", "anthropic-version": "2023-06-01"}
IMAGE = base64.b64encode(b"img").decode()
PATHS = {
    "claude": "/v1/messages",
    "codex": "/v1/responses",
    "codex.chat": "/v1/chat/completions",
    "gemini": "/v1beta/models/m:generateContent",
    "ollama": "/api/chat",
}


async def send(name, body):
    emulator = emulate(name.partition(".")[0])
    async with httpx.AsyncClient(transport=AsgiTransport(emulator), base_url="http://s", headers=HEADERS) as http:
        answer = await http.post(PATHS[name], json={"model": "m", "max_tokens": 99, **body})
    return emulator, answer


def user(content):
    return {"messages": [{"role": "user", "content": content}]}


URL = ImagePart(url="https://example.com/a.png")
DATA = ImagePart(data=b"img", media_type="image/jpeg")
UNDERSTOOD = [
    ("claude", user([{"type": "image", "source": {"type": "url", "url": URL.url}}]), [URL]),
    ("claude", {**user("x"), "system": [{"type": "text", "text": "S"}]}, [TextPart("x")]),
    (
        "claude",
        user(
            [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "r"}], "is_error": True}]
        ),
        [ToolResultPart(tool_call_id="t", content="r", is_error=True)],
    ),
    (
        "claude",
        {"messages": [{"role": "assistant", "content": [{"type": "redacted_thinking", "data": "d"}]}]},
        [ReasoningPart(signature="d", redacted=True)],
    ),
    ("codex.chat", user([{"type": "image_url", "image_url": {"url": URL.url}}]), [URL]),
    ("codex.chat", user([{"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{IMAGE}"}}]), [DATA]),
    (
        "codex.chat",
        {
            "messages": [
                {
                    "role": "assistant",
                    "reasoning_content": "r",
                    "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{broken"}}],
                }
            ]
        },
        [ReasoningPart(text="r"), ToolCallPart(id="c", name="f", arguments_text="{broken")],
    ),
    ("codex", {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": URL.url}]}]}, [URL]),
    (
        "codex",
        {"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{broken"}]},
        [ToolCallPart(id="c", name="f", arguments_text="{broken")],
    ),
    (
        "codex",
        {"input": [{"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "r"}]}]},
        [ToolResultPart(tool_call_id="c", content="r")],
    ),
    (
        "codex",
        {"input": [{"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "r"}]}]},
        [ReasoningPart(text="r", id="rs")],
    ),
    ("codex", {"input": [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No"}]}]}, [TextPart("No")]),
    ("gemini", {"contents": [{"parts": [{"file_data": {"file_uri": URL.url}}]}]}, [URL]),
    ("gemini", {"contents": [{"parts": [{"inline_data": {"mime_type": "image/jpeg", "data": IMAGE}}]}]}, [DATA]),
    (
        "gemini",
        {"contents": [{"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"a": 1}}}]}]},
        [ToolResultPart(tool_call_id="f", name="f", content='{"a": 1}')],
    ),
    (
        "gemini",
        {"contents": [{"role": "model", "parts": [{"text": "t", "thought": True, "thoughtSignature": "s"}]}]},
        [ReasoningPart(text="t", signature="s")],
    ),
    ("ollama", {"messages": [{"role": "user", "content": "", "images": [IMAGE]}]}, [ImagePart(data=b"img")]),
    (
        "ollama",
        {"messages": [{"role": "assistant", "content": "", "thinking": "r"}]},
        [ReasoningPart(text="r")],
    ),
]


@pytest.mark.parametrize(("name", "body", "parts"), UNDERSTOOD, ids=lambda value: str(value)[:40])
async def test_what_other_programs_send_is_understood(name, body, parts):
    emulator, answer = await send(name, body)
    assert answer.status_code == 200
    assert list(emulator.last_request.messages[-1].content) == parts


async def test_system_text_is_understood_in_every_place_where_it_may_stand():
    for name, body in (
        ("claude", {**user("x"), "system": [{"type": "text", "text": "S"}]}),
        ("codex.chat", {"messages": [{"role": "developer", "content": "S"}, {"role": "user", "content": "x"}]}),
        ("codex", {"input": [{"role": "developer", "content": "S"}, {"role": "user", "content": "x"}]}),
        ("gemini", {"contents": [{"parts": [{"text": "x"}]}], "system_instruction": {"parts": [{"text": "S"}]}}),
    ):
        emulator, _ = await send(name, body)
        assert emulator.last_request.system_text == "S"


SCHEMA = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("codex.chat", {**user(f"As {{JSON}}: {SCHEMA}"), "response_format": {"type": "json_object"}}),
        ("codex", {"input": f"As JSON: {SCHEMA}", "text": {"format": {"type": "json_object"}}}),
        ("ollama", {**user(f"As JSON: {SCHEMA}"), "format": "json", "stream": False}),
    ],
)
async def test_a_schema_told_in_words_is_followed_as_a_model_would(name, body):
    _, answer = await send(name, body)
    assert r"{\"a\": 0}" in answer.text


REFUSED = [
    ("claude", user([{"type": "document"}]), "messages.0.content.0"),
    ("claude", {"messages": [{"role": "tool", "content": "x"}]}, "messages.0.role"),
    ("claude", {"messages": []}, "messages"),
    ("claude", {**user("x"), "max_tokens": 0}, "max_tokens"),
    ("claude", user(5), "valid list"),
    ("claude", {**user("x"), "temperature": "hot"}, "a number"),
    (
        "claude",
        user([{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "§"}}]),
        "base64",
    ),
    ("codex.chat", {**user("x"), "n": 2}, "one choice"),
    ("codex.chat", {"messages": [{"role": "robot"}]}, "robot"),
    ("codex.chat", {"messages": []}, "messages"),
    ("codex.chat", user(5), "content"),
    ("codex.chat", user([{"type": "sound"}]), "sound"),
    ("codex.chat", {"messages": ["x"]}, "messages[0]"),
    ("codex", {"input": []}, "input"),
    ("codex", {"input": "x", "previous_response_id": "r"}, "no conversations"),
    ("codex", {"input": [{"role": "robot", "content": "x"}]}, "robot"),
    ("codex", {"input": [{"type": "computer_call"}]}, "computer_call"),
    ("codex", {"input": [{"role": "user", "content": [{"type": "sound"}]}]}, "sound"),
    ("codex", {"input": [{"role": "user", "content": 5}]}, "array"),
    ("gemini", {"contents": []}, "contents is not specified"),
    ("gemini", {"contents": [{"parts": [{"sound": 1}]}]}, "contents[0].parts[0]"),
    ("ollama", {"messages": [{"role": "robot", "content": "x"}]}, "robot"),
]


@pytest.mark.parametrize(("name", "body", "words"), REFUSED, ids=lambda value: str(value)[:40])
async def test_what_the_service_refuses_is_refused_with_its_place(name, body, words):
    emulator, answer = await send(name, body)
    assert answer.status_code == 400
    assert words in answer.text
    emulator.assert_not_called()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"model": "m", "input": [1, 2]}),
        ("/v1/embeddings", {"model": "m", "input": []}),
        ("/v1beta/models/m:embedContent", {"content": {"parts": []}}),
        ("/api/embed", {"model": "m", "input": 5}),
    ],
)
async def test_nothing_to_embed_is_refused(path, body):
    name = {"/v1/": "codex", "/v1b": "gemini", "/api": "ollama"}[path[:4]]
    async with httpx.AsyncClient(transport=AsgiTransport(emulate(name)), base_url="http://s", headers=HEADERS) as http:
        assert (await http.post(path, json=body)).status_code == 400


async def test_one_text_is_embedded_by_geminis_single_call():
    async with httpx.AsyncClient(
        transport=AsgiTransport(emulate("gemini")), base_url="http://s", headers=HEADERS
    ) as http:
        body = {"content": {"parts": [{"text": "x"}]}, "output_dimensionality": 4}
        answer = await http.post("/v1beta/models/m:embedContent", json=body)
    assert len(answer.json()["embedding"]["values"]) == 4


async def test_a_stream_that_stalls_waits_for_the_client_to_leave():
    emulator = emulate("codex")
    emulator.script.when().raises(RequestTimeoutError, after_chunks=1, answer="one two")
    transport = AsgiTransport(emulator)
    timeout = httpx.Timeout(5, read=0.05)
    async with httpx.AsyncClient(transport=transport, base_url="http://s", headers=HEADERS, timeout=timeout) as http:
        with pytest.raises(httpx.ReadTimeout):
            await http.post("/v1/responses", json={"model": "m", "input": "x", "stream": True})
