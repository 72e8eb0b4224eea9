"""Emulators as servers: keys, refusals, records, latency, routing by host."""

from __future__ import annotations

import json

import httpx
import pytest

from understudy.config.models.generation import GenerationSettings
from understudy.config.models.http import HttpSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    PermissionDeniedError,
    ProviderError,
    ProviderNotFoundError,
    ScriptError,
)
from understudy.providers.generation.choosing.build import build_real
from understudy.providers.generation.mock import MockScript
from understudy.providers.http.clients import HttpClients
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators import EMULATORS, Emulators, emulate

CALLS = {
    "claude": ("/v1/messages", {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}),
    "codex": ("/v1/responses", {"model": "m", "input": "Hi"}),
    "codex.chat": ("/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}),
    "gemini": ("/v1beta/models/m:generateContent", {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}),
    "ollama": ("/api/chat", {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": False}),
    "deepseek": ("/chat/completions", {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}),
}
HEADERS = {"x-api-key": "k1", "authorization": "Bearer k1", "x-goog-api-key": "k1", "anthropic-version": "2023-06-01"}


def ask(emulator):
    return httpx.AsyncClient(transport=AsgiTransport(emulator), base_url="http://service", headers=HEADERS)


@pytest.mark.parametrize("name", CALLS)
async def test_each_wire_answers_a_plain_request(name):
    path, body = CALLS[name]
    async with ask(emulate(name.partition(".")[0])) as http:
        answer = await http.post(path, json=body)
    assert answer.status_code == 200
    assert "stand-in" in answer.text


@pytest.mark.parametrize("name", CALLS)
async def test_a_wrong_key_is_refused_and_the_right_one_is_not(name):
    path, body = CALLS[name]
    provider = name.partition(".")[0]
    async with ask(emulate(provider, keys=["another"])) as http:
        assert (await http.post(path, json=body)).status_code == (400 if name == "gemini" else 401)
    async with ask(emulate(provider, keys=["k1"])) as http:
        assert (await http.post(path, json=body)).status_code == 200


@pytest.mark.parametrize(
    ("name", "model", "field"),
    [
        ("claude", "claude-sonnet-5-5", {"temperature": 0.5}),
        ("codex.chat", "gpt-5", {"temperature": 0.5}),
        ("codex", "gpt-5", {"top_p": 0.5}),
    ],
)
async def test_what_the_service_refuses_of_a_model_is_refused_here_too(name, model, field):
    path, body = CALLS[name]
    async with ask(emulate(name.partition(".")[0])) as http:
        refused = await http.post(path, json={**body, "model": model, **field})
        taken = await http.post(path, json={**body, "model": model})
    assert (refused.status_code, taken.status_code) == (400, 200)
    assert next(iter(field)) in refused.text


async def test_no_key_at_all_is_told_in_the_services_own_words():
    for name, error in (
        ("claude", AuthenticationError),
        ("codex", AuthenticationError),
        ("gemini", PermissionDeniedError),
    ):
        path, body = CALLS[name]
        transport = AsgiTransport(emulate(name))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
            headers = {"anthropic-version": "2023-06-01"}
            answer = await http.post(path, json=body, headers=headers)
        assert answer.status_code == (403 if error is PermissionDeniedError else 401)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("content", [b"{", b"[]", b"", b'{"model": 5, "contents": 5}'])
async def test_what_is_not_a_request_is_refused_in_the_services_form(name, content):
    path, _ = CALLS[name]
    async with ask(emulate(name.partition(".")[0])) as http:
        answer = await http.post(path, content=content)
    assert answer.status_code == 400
    assert answer.json()["error"]


async def test_claude_demands_its_version_and_a_limit():
    path, body = CALLS["claude"]
    async with ask(emulate("claude")) as http:
        del http.headers["anthropic-version"]
        assert "anthropic-version" in (await http.post(path, json=body)).text
        without = {key: value for key, value in body.items() if key != "max_tokens"}
        answer = await http.post(path, json=without, headers={"anthropic-version": "2023-06-01"})
        assert "max_tokens" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", EMULATORS)
async def test_a_path_that_is_not_there_is_404(name):
    async with ask(emulate(name)) as http:
        assert (await http.get("/nowhere")).status_code == 404
        assert (await http.delete(CALLS[name][0])).status_code == 404


async def test_requests_are_recorded_without_their_keys():
    emulator = emulate("codex")
    async with ask(emulator) as http:
        await http.post("/v1/responses?beta=1", json={"model": "m", "input": "Hi"})
    (request,) = emulator.requests
    assert (request.method, request.path, request.query) == ("POST", "/v1/responses", {"beta": "1"})
    assert request.body == {"model": "m", "input": "Hi"}
    assert "k1" not in repr(request)
    assert "k1" not in str(request.headers)
    emulator.assert_called_once_with(text="Hi", model="m")
    emulator.reset()
    assert not emulator.requests
    emulator.assert_not_called()


async def test_latency_passes_by_the_sleep_that_was_given():
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    script = MockScript({"latency": {"first": 2, "per_chunk": 1}, "rules": [{"answer": {"chunks": ["a", "b"]}}]})
    async with ask(emulate("codex", script=script, sleep=sleep)) as http:
        await http.post("/v1/responses", json={"model": "m", "input": "Hi"})
        await http.post("/v1/responses", json={"model": "m", "input": "Hi", "stream": True})
    assert waits == [2, 1, 2, 1]


async def test_a_server_may_start_and_stop_it():
    sent = []
    messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message["type"])

    await emulate("claude")({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_an_emulator_is_found_by_alias_and_a_slip_is_told():
    assert emulate("anthropic").name == "claude"
    assert emulate("OpenAI").name == "codex"
    with pytest.raises(ProviderNotFoundError, match="Did you mean 'gemini'"):
        emulate("gemni")


async def test_models_are_listed_and_one_is_told_apart_from_none():
    for name, path, one in (
        ("claude", "/v1/models", "/v1/models/"),
        ("codex", "/v1/models", "/v1/models/"),
        ("gemini", "/v1beta/models", "/v1beta/models/"),
    ):
        emulator = emulate(name, script=MockScript({"models": ["model-a"]}))
        async with ask(emulator) as http:
            assert "model-a" in (await http.get(path)).text
            assert "model-a" in (await http.get(f"{one}model-a")).text
            assert (await http.get(f"{one}model-b")).status_code in (400, 404)


async def test_ollama_greets_shows_and_generates():
    async with ask(emulate("ollama", script=MockScript({"models": ["gemma4"]}))) as http:
        assert (await http.get("/")).text == "Ollama is running"
        assert (await http.post("/api/show", json={"model": "gemma4"})).json()["details"]
        missing = await http.post("/api/show", json={"model": "none"})
        assert (missing.status_code, missing.json()) == (404, {"error": "model 'none' not found"})
        made = await http.post("/api/generate", json={"model": "gemma4", "prompt": "Hi", "stream": False})
        assert "Hi" in made.json()["response"]
        lines = (await http.post("/api/generate", json={"model": "gemma4", "prompt": "Hi"})).text.splitlines()
        assert "".join(json.loads(line)["response"] for line in lines) == made.json()["response"]


async def test_gemini_streams_an_array_where_no_events_are_asked_for():
    path, body = CALLS["gemini"]
    stream = path.replace("generateContent", "streamGenerateContent")
    async with ask(emulate("gemini")) as http:
        whole = (await http.post(path, json=body)).json()["candidates"][0]["content"]["parts"]
        parts = [answer["candidates"][0]["content"]["parts"] for answer in (await http.post(stream, json=body)).json()]
        assert "".join(part["text"] for piece in parts for part in piece) == "".join(part["text"] for part in whole)
        refused = await http.post(f"{stream}?alt=sse", json={})
        assert (refused.status_code, refused.headers["content-type"]) == (400, "text/event-stream")


async def test_gemini_reads_schemas_in_its_own_form():
    schema = {
        "type": "OBJECT",
        "properties": {
            "tags": {"type": "ARRAY", "items": {"type": "STRING"}, "minItems": "2"},
            "n": {"type": "INTEGER", "nullable": True},
        },
        "required": ["tags", "n"],
        "propertyOrdering": ["tags", "n"],
    }
    config = {"responseMimeType": "application/json", "responseSchema": schema}
    path, body = CALLS["gemini"]
    async with ask(emulate("gemini")) as http:
        answer = await http.post(path, json={**body, "generationConfig": config})
    made = json.loads(answer.json()["candidates"][0]["content"]["parts"][0]["text"])
    assert len(made["tags"]) == 2
    assert "n" in made


async def test_a_limit_of_the_clients_cannot_be_emulated_and_that_is_said():
    script = MockScript({"rules": [{"error": {"class": "LimitExceededError"}}]})
    async with ask(emulate("codex", script=script)) as http:
        with pytest.raises(ScriptError, match="the limit is the client's"):
            await http.post("/v1/responses", json={"model": "m", "input": "Hi"})


async def test_all_real_providers_reach_their_emulators_by_host():
    settings = GenerationSettings.model_validate({name: {"api_key": "k1"} for name in EMULATORS})
    emulators = Emulators(settings)
    async with HttpClients(HttpSettings(), transport=emulators.transport) as http:
        for name, (spec, _) in EMULATORS.items():
            emulators[name].script.when().answers(f"I am {name}.")
            provider = build_real(spec, getattr(settings, name), http)
            assert (await provider.generate("Who?")).text == f"I am {name}."
            assert emulators[name].call_count == 1


async def test_a_host_without_an_emulator_is_no_connection():
    settings = HttpSettings.model_validate({"retry": {"max_retries": 0}})
    async with HttpClients(settings, transport=Emulators().transport) as http:
        client = http.client(provider="x", base_url="https://elsewhere.example")
        with pytest.raises(ConnectionFailedError, match=r"No emulator answers for elsewhere.example"):
            await client.request("GET", "/", operation="generate")


async def test_retries_meet_the_script_as_they_would_meet_the_service():
    settings = GenerationSettings.model_validate({"codex": {"api_key": "k1"}})
    emulators = Emulators(settings)
    emulators["codex"].script.when().raises(ProviderError, status=503, times=2)
    http = HttpSettings.model_validate({"retry": {"backoff_base": 0}})
    async with HttpClients(http, transport=emulators.transport) as clients:
        provider = build_real(EMULATORS["codex"][0], settings.codex, clients)
        assert (await provider.generate("x")).text
    assert emulators["codex"].call_count == 3
