"""The emulators' answers have the fields and the order of events of the real ones, as recorded."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from understudy.domain.messages import ToolCallPart
from understudy.providers.generation.mock import Answer
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import emulate

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("UNDERSTUDY_CORPUS", ROOT.parent / "shared" / "corpus"))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there are no recordings at {CORPUS}")

TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CALL = ToolCallPart(id="", name="get_weather", arguments={"city": "Oslo"})
HEADERS = {"x-api-key": "k", "authorization": "Bearer k", "x-goog-api-key": "k", "anthropic-version": "2023-06-01"}
USER = [{"role": "user", "content": "Hi"}]
FUNCTION = {"type": "function", "function": {"name": "get_weather", "parameters": TOOL}}

# provider, recorded api, path of the request, its body, how a stream is asked for
APIS: dict[str, tuple[str, str, str, dict[str, Any], dict[str, Any]]] = {
    "claude": (
        "anthropic",
        "messages",
        "/v1/messages",
        {"model": "m", "max_tokens": 99, "messages": USER, "tools": [{"name": "get_weather", "input_schema": TOOL}]},
        {"stream": True},
    ),
    "codex.chat": (
        "openai",
        "chat",
        "/v1/chat/completions",
        {"model": "m", "messages": USER, "tools": [FUNCTION]},
        {"stream": True, "stream_options": {"include_usage": True}},
    ),
    "codex": (
        "openai",
        "responses",
        "/v1/responses",
        {"model": "m", "input": "Hi", "tools": [{"type": "function", "name": "get_weather", "parameters": TOOL}]},
        {"stream": True},
    ),
    "gemini": (
        "gemini",
        "generateContent",
        "/v1beta/models/m:generateContent",
        {
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
            "tools": [{"functionDeclarations": [{"name": "get_weather", "parametersJsonSchema": TOOL}]}],
        },
        {},
    ),
    "ollama": (
        "ollama",
        "ollama-chat",
        "/api/chat",
        {"model": "m", "messages": USER, "tools": [FUNCTION], "stream": False},
        {"stream": True},
    ),
    "deepseek": (
        "deepseek",
        "chat",
        "/chat/completions",
        {"model": "m", "messages": USER, "tools": [FUNCTION]},
        {"stream": True},
    ),
}


def recorded(provider: str, api: str, *, streaming: bool) -> Iterator[bytes]:
    for file in sorted((CORPUS / "recordings").glob("*.jsonl")):
        for line in file.read_text().splitlines():
            entry = json.loads(line)
            wanted = (entry["provider"], entry["api"], entry["streaming"]) == (provider, api, streaming)
            if wanted and entry["response"]["status"] == 200:
                yield base64.b64decode(entry["response"]["body_b64"])


def fields(value: Any, place: str = "") -> set[str]:
    """Every path to a value, with its kind; positions in lists are not told apart."""
    if isinstance(value, dict):
        found = {place} if place else set()
        for key, inner in value.items():
            found |= fields(inner, f"{place}.{key}" if place else key)
        return found
    if isinstance(value, list):
        return {place}.union(*(fields(inner, f"{place}[]") for inner in value))
    return {place}


def frames(body: bytes) -> list[tuple[str | None, Any]]:
    """The events of a stream: SSE or lines of JSON."""
    text = body.decode()
    if text.lstrip().startswith("["):
        return [(None, item) for item in json.loads(text)]
    if not text.lstrip().startswith(("event:", "data:", ":")):
        return [(None, json.loads(line)) for line in text.splitlines() if line.strip()]
    found = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = dict(line.split(":", 1) for line in block.splitlines() if ":" in line and not line.startswith(":"))
        data = lines.get("data", "").strip()
        if data:
            found.append((lines.get("event", "").strip() or None, data if data == "[DONE]" else json.loads(data)))
    return found


async def answers(name: str, *, streaming: bool) -> list[bytes]:
    _, _, path, body, stream = APIS[name]
    emulator = emulate(name.partition(".")[0])
    emulator.script.sequence(
        Answer(text="Some words."), Answer(tool_calls=(CALL,)), Answer(reasoning="Hm.", text="Yes.")
    )
    if streaming:
        body = {**body, **stream}
        path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
    async with httpx.AsyncClient(transport=AsgiTransport(emulator), base_url="http://s", headers=HEADERS) as http:
        return [(await http.post(path, json=body)).content for _ in range(3)]


# What is in our answers and in none of the recordings, with the reason.
KNOWN = {
    "claude": {"usage.output_tokens_details", "usage.output_tokens_details.thinking_tokens"},
    "codex": set(),
    "codex.chat": set(),
    "gemini": set(),
    "ollama": {"message.thinking"},
    "deepseek": {"choices[].message.refusal", "choices[].delta.refusal"},
}


def _same_named(path: str) -> bool:
    """Whether the path leads into what the caller chose: arguments, schemas, headers."""
    return any(word in path for word in (".args.", ".arguments.", ".input.", "parameters", "schema"))


@pytest.mark.parametrize("name", APIS)
async def test_whole_answers_have_no_field_that_the_service_does_not_have(name):
    provider, api, *_ = APIS[name]
    real = set().union(*(fields(json.loads(body)) for body in recorded(provider, api, streaming=False)))
    ours = set().union(*(fields(json.loads(body)) for body in await answers(name, streaming=False)))
    assert {path for path in ours - real - KNOWN[name] if not _same_named(path)} == set()


@pytest.mark.parametrize("name", APIS)
async def test_whole_answers_have_every_field_that_the_service_always_has(name):
    provider, api, *_ = APIS[name]
    bodies = [fields(json.loads(body)) for body in recorded(provider, api, streaming=False)]
    # Fields of single elements differ from answer to answer; those outside of lists are what every reader relies on.
    always = {path for path in set.intersection(*bodies) if "[]" not in path}
    for body in await answers(name, streaming=False):
        assert always - fields(json.loads(body)) == set()


@pytest.mark.parametrize("name", APIS)
async def test_streamed_frames_have_no_field_that_the_service_does_not_have(name):
    provider, api, *_ = APIS[name]

    def told(body: bytes) -> set[str]:
        found = set()
        for event, data in frames(body):
            kind = data.get("type", "") if isinstance(data, dict) else ""
            found |= {f"{event}|{kind}|{path}" for path in fields(data)}
        return found

    real = set().union(*(told(body) for body in recorded(provider, api, streaming=True)))
    ours = set().union(*(told(body) for body in await answers(name, streaming=True)))
    unknown = {path for path in ours - real if path.rpartition("|")[2] not in KNOWN[name] and not _same_named(path)}
    assert unknown == set()


@pytest.mark.parametrize("name", ["claude", "codex"])
async def test_named_events_follow_each_other_as_they_do_at_the_service(name):
    """Every pair of events that stand next to each other with us do so in some recording."""
    provider, api, *_ = APIS[name]

    def pairs(body: bytes) -> set[tuple[str | None, str | None]]:
        events = [event for event, _ in frames(body) if event != "ping"]
        return set(pairwise(events))

    real = set().union(*(pairs(body) for body in recorded(provider, api, streaming=True)))
    ours = set().union(*(pairs(body) for body in await answers(name, streaming=True)))
    assert ours - real == set()


@pytest.mark.parametrize("name", APIS)
async def test_the_first_and_the_last_frame_are_of_the_services_kinds(name):
    provider, api, *_ = APIS[name]

    def ends(body: bytes) -> tuple[tuple[str | None, bool], tuple[str | None, bool]]:
        found = frames(body)
        return tuple((event, isinstance(data, dict)) for event, data in (found[0], found[-1]))

    real = {ends(body) for body in recorded(provider, api, streaming=True)}
    assert {ends(body) for body in await answers(name, streaming=True)} <= real
