"""Breaker, limiter and idempotency keys, from a provider's settings to what it sends and says."""

import asyncio
from dataclasses import replace

import pytest

from understudy.config import load_settings
from understudy.config.models.base import Secret
from understudy.config.models.generation import ClaudeSettings, CodexSettings
from understudy.domain.errors import ConfigurationError, OverloadedError, ProviderError, RequestTimeoutError
from understudy.domain.health import HealthStatus
from understudy.domain.messages import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from understudy.domain.requests import GenerationRequest, Tool
from understudy.providers.generation.anthropic.provider import ClaudeGenerator
from understudy.providers.generation.choosing.catalog import generation_registry
from understudy.providers.generation.openai.chat import ChatCodec, ChatDialect
from understudy.providers.generation.openai.provider import CodexGenerator
from understudy.providers.generation.openai.spec import SPEC
from understudy.providers.generation.wire.http_generator import HttpGenerator
from understudy.providers.generation.wire.token_estimate import estimate_tokens

WHOLE = {
    "id": "c1",
    "model": "m-1",
    "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 600, "completion_tokens": 300, "total_tokens": 900},
}
LAST = {"id": "c1", "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
USED = {"choices": [], "usage": {"prompt_tokens": 600, "completion_tokens": 300}}


@pytest.fixture
def codex(serve_with):
    """``codex(answer, …, rate={…}, breaker={…})``: the server, and a provider with these in its own ``http``."""

    def codex(*answers, **sections):
        server, clients, own = serve_with(*answers, **{"retry": {"max_retries": 0}, **sections})
        return server, CodexGenerator(CodexSettings(api_key=Secret("sk-test"), api="chat", http=own), http=clients)

    return codex


async def failing(generator, times):
    for _ in range(times):
        with pytest.raises(ProviderError):
            await generator.generate("Hi")


async def test_a_breaker_stops_calls_and_shows_in_health(codex, answer):
    server, generator = codex(answer({}, status=503), breaker={"failures": 2})
    await failing(generator, 2)
    with pytest.raises(OverloadedError, match="nothing is sent") as caught:
        await generator.generate("Hi")
    assert caught.value.provider == "codex"
    assert caught.value.retry_after > 0
    assert len(server.requests) == 2
    health = await generator.health_check()
    assert health.status is HealthStatus.UNHEALTHY
    assert health.details["breaker"] == "open"
    assert len(server.requests) == 2


async def test_a_healthy_provider_with_a_breaker_says_that_it_is_closed(codex, answer):
    _, generator = codex(answer({"data": []}), breaker={})
    assert (await generator.health_check()).details["breaker"] == "closed"


async def test_without_a_breaker_health_says_nothing_of_one(codex, answer):
    server, generator = codex(answer({}, status=503))
    await failing(generator, 20)
    assert len(server.requests) == 20
    assert "breaker" not in (await generator.health_check()).details


async def test_a_health_check_closes_the_breaker_when_the_service_is_up_again(codex, answer):
    _, generator = codex(
        answer({}, status=503), answer({"data": []}), answer(WHOLE), breaker={"failures": 1, "cooldown": 0.01}
    )
    await failing(generator, 1)
    await asyncio.sleep(0.02)
    assert (await generator.health_check()).status is HealthStatus.HEALTHY
    assert (await generator.generate("Hi")).text == "Hello"


async def test_a_whole_answer_settles_its_tokens(codex, answer):
    """An estimate of a few tokens, 900 used: the minute has no room for a request of 400."""
    _, generator = codex(answer(WHOLE), rate={"tokens_per_minute": 1000})
    await generator.generate("Hi")
    with pytest.raises(RequestTimeoutError) as caught:
        await generator.generate("word " * 320, timeout=0.01)
    assert caught.value.phase == "queue"
    assert (await generator.generate("word")).text == "Hello"


async def test_a_stream_settles_its_tokens(codex, sse):
    _, generator = codex(sse(LAST, USED, "[DONE]"), rate={"tokens_per_minute": 1000})
    assert (await generator.stream("Hi").result()).text == "Hi"
    with pytest.raises(RequestTimeoutError) as caught:
        await generator.stream("word " * 320, timeout=0.01).result()
    assert caught.value.phase == "queue"


async def test_a_stream_that_is_left_early_gives_its_place_back(codex, sse):
    _, generator = codex(sse(LAST, LAST, USED, "[DONE]"), rate={"in_flight": 1})
    for _ in range(3):
        async with generator.stream("Hi", timeout=1) as stream:
            await anext(stream)


async def test_requests_users_take_turns(codex, answer, sse):
    """While a stream holds the only place, one user's nine requests and then another's one are made."""
    server, generator = codex(sse(LAST, LAST, "[DONE]"), answer(WHOLE), rate={"in_flight": 1})
    async with generator.stream("Hi") as stream:
        await anext(stream)
        users = ["many"] * 9 + ["one"]
        calls = [asyncio.create_task(generator.generate(f"from-{user}", user=user)) for user in users]
        await asyncio.sleep(0.01)
        assert len(server.requests) == 1
    await asyncio.gather(*calls)
    assert [b"from-one" in request.content for request in server.requests].index(True) == 2


async def test_health_without_a_turn_is_degraded(codex, answer, monkeypatch):
    monkeypatch.setattr("understudy.providers.generation.wire.http_generator.HEALTH_TIMEOUT", 0.01)
    _, generator = codex(answer(WHOLE), rate={"requests_per_minute": 1})
    await generator.generate("Hi")
    health = await generator.health_check()
    assert health.status is HealthStatus.DEGRADED
    assert health.details["error"] == "RequestTimeoutError"


def test_an_estimate_counts_text_tools_and_images_by_the_piece():
    request = GenerationRequest(
        messages=(
            Message("user", [TextPart("x" * 400), ImagePart(data=b"\0" * 1_000_000)]),
            Message("assistant", [ToolCallPart(id="1", name="f", arguments={"a": "y" * 400})]),
            Message("tool", [ToolResultPart(tool_call_id="1", content="z" * 400)]),
        ),
        system="s" * 400,
        tools=(Tool(name="f", description="d" * 400),),
    )
    assert 2000 <= estimate_tokens(request) <= 2100
    assert estimate_tokens(GenerationRequest.of("x" * 400)) == 100


def test_no_built_in_protocol_has_idempotency_keys():
    """None of the five services says that it knows a repeated request by a key."""
    assert not any(spec.capabilities.idempotency_keys for spec in generation_registry())


async def test_a_key_is_the_same_on_every_attempt_and_another_for_every_call(serve_with, answer, sse):
    """Where the protocol has them: whole and streamed, over two failures each."""
    spec = replace(SPEC, name="keyed", aliases=(), narrow=None)
    spec = replace(spec, capabilities=replace(spec.capabilities, idempotency_keys=True))
    down = answer({}, status=503)
    server, clients, own = serve_with(
        down, down, answer(WHOLE), down, down, sse(LAST, USED, "[DONE]"), retry={"backoff_base": 0}
    )
    codec = ChatCodec(ChatDialect(max_tokens="max_tokens"))
    client = clients.client(provider="keyed", base_url="https://keyed.test", overrides=own, errors=codec.error)
    generator = HttpGenerator(spec=spec, settings=CodexSettings(), client=client, codec=codec)
    await generator.generate("Hi")
    await generator.stream("Hi").result()
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert keys[0] == keys[1] == keys[2] != keys[3] == keys[4] == keys[5]


async def test_a_protocol_without_keys_gets_none_but_the_callers(serve_with, answer):
    server, clients, own = serve_with(answer({"type": "message", "content": []}))
    generator = ClaudeGenerator(ClaudeSettings(api_key=Secret("sk-ant-test"), http=own), http=clients)
    await generator.generate("Hi")
    await generator.generate("Hi", idempotency_key="mine")
    assert [request.headers.get("idempotency-key") for request in server.requests] == [None, "mine"]


def test_a_profile_turns_a_breaker_on_and_off_and_sets_a_rate(tmp_path):
    """A section is on, with its defaults where it is empty; null is off; a wrong number is a fault with its origin."""
    (tmp_path / "settings.yaml").write_text(
        "generation:\n  claude: {http: {breaker: {failures: 2}}}\n  codex: {http: {rate: {in_flight: 4}}}\n"
    )
    (tmp_path / "settings.other.yaml").write_text(
        "generation:\n  claude: {http: {breaker: null}}\n  codex: {http: {breaker: {}}}\n"
    )

    def own(profile, **environ):
        loaded = load_settings(tmp_path / "settings.yaml", profile=profile, environ=environ)
        return loaded.settings.generation.claude.http, loaded.settings.generation.codex.http

    claude, codex = own("")
    assert (claude.breaker.failures, claude.breaker.cooldown, codex.breaker) == (2, 30.0, None)
    claude, codex = own("other", UNDERSTUDY__GENERATION__CLAUDE__HTTP__RATE__REQUESTS_PER_MINUTE="60")
    assert (claude.breaker, codex.breaker.failures) == (None, 5)
    assert (claude.rate.requests_per_minute, codex.rate.in_flight, codex.rate.tokens_per_minute) == (60, 4, None)
    with pytest.raises(ConfigurationError, match=r"generation\.codex\.http\.rate\.in_flight"):
        own("", UNDERSTUDY__GENERATION__CODEX__HTTP__RATE__IN_FLIGHT="0")
