"""What all providers do alike, shown on one of them."""

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from understudy.config.models.base import Secret
from understudy.config.models.generation import CodexSettings
from understudy.domain.errors import (
    AuthenticationError,
    ContentFilteredError,
    InvalidRequestError,
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.domain.health import HealthStatus
from understudy.domain.messages import Message, ToolCallPart
from understudy.domain.results import FinishEvent, TextEvent, UsageEvent
from understudy.providers.generation.openai.provider import CodexGenerator

WHOLE = {"id": "c1", "model": "m-1", "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}
HEAD = {"content-type": "application/json", "x-request-id": "req-1"}


def delta(text=None, finish=None):
    return {"id": "c1", "model": "m-1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


@pytest.fixture
def codex(serve):
    def codex(*answers, **settings):
        server, http = serve(*answers)
        return server, CodexGenerator(CodexSettings(api_key=Secret("sk-test"), api="chat", **settings), http=http)

    return codex


async def test_a_result_says_who_answered_and_how_long_it_took(codex, answer):
    _, generator = codex(answer(WHOLE, headers=HEAD))
    result = await generator.generate("Hi")
    assert (result.text, result.provider, result.model, result.request_id) == ("Hello", "codex", "m-1", "req-1")
    assert result.latency > 0
    assert b'"Hello"' in result.raw


async def test_options_go_into_the_body_untouched_the_requests_over_the_settings(codex, answer):
    server, generator = codex(answer(WHOLE), options={"logprobs": True, "temperature": 1.5, "x": 1})
    await generator.generate("Hi", temperature=0.5, options={"x": {"y": [None]}})
    assert server.sent["logprobs"] is True
    assert server.sent["temperature"] == 1.5
    assert server.sent["x"] == {"y": [None]}


async def test_the_idempotency_key_is_the_same_on_every_attempt(codex, answer, sse):
    server, generator = codex(answer({}, status=503), answer(WHOLE))
    await generator.generate("Hi", idempotency_key="k1")
    assert [request.headers["idempotency-key"] for request in server.requests] == ["k1", "k1"]
    server, generator = codex(answer({}, status=503), sse(delta("x", "stop")))
    await generator.stream("Hi", idempotency_key="k2").result()
    assert [request.headers["idempotency-key"] for request in server.requests] == ["k2", "k2"]


async def test_a_stream_ends_with_the_whole_result(codex, sse):
    _, generator = codex(
        sse(delta("Hel"), delta("lo"), delta(finish="stop"), {"choices": [], "usage": {"prompt_tokens": 1}}, "[DONE]")
    )
    events = [event async for event in generator.stream("Hi")]
    assert [type(event) for event in events] == [TextEvent, TextEvent, UsageEvent, FinishEvent]
    result = events[-1].result
    assert (result.text, result.provider, result.model, result.request_id) == ("Hello", "codex", "m-1", "req-1")
    assert result.latency > 0
    assert result.raw is None


async def test_the_text_alone_can_be_streamed(codex, sse):
    _, generator = codex(sse(delta("Hel"), delta("lo", finish="stop")))
    assert [text async for text in generator.generate_stream("Hi")] == ["Hel", "lo"]


async def test_nothing_is_sent_before_the_first_event_is_asked_for(codex, sse):
    server, generator = codex(sse(delta("x", "stop")))
    stream = generator.stream("Hi")
    assert not server.requests
    await stream.aclose()
    assert not server.requests


async def test_a_stream_that_is_left_early_gives_its_connection_back(codex, sse):
    server, generator = codex(sse(delta("a"), delta("b"), delta("c", "stop")))
    async with generator.stream("Hi") as stream:
        async for _ in stream:
            break
    assert server.streams[0].closed


async def test_an_error_inside_a_stream_carries_what_had_arrived(codex, sse):
    server, generator = codex(sse(delta("par"), delta("tial"), {"error": {"message": "no", "code": "content_filter"}}))
    with pytest.raises(ContentFilteredError) as caught:
        await generator.stream("Hi").result()
    error = caught.value
    assert (error.partial_text, error.provider, error.operation) == ("partial", "codex", "stream")
    assert (error.host, error.phase, error.request_id) == ("api.openai.com", "stream", "req-1")
    assert len(server.requests) == 1


async def test_an_error_that_may_pass_is_not_retried_after_the_first_event(codex, sse):
    server, generator = codex(sse(delta("x"), {"error": {"message": "busy", "code": "overloaded"}}))
    with pytest.raises(OverloadedError) as caught:
        await generator.stream("Hi").result()
    assert caught.value.retryable
    assert caught.value.partial_text == "x"
    assert len(server.requests) == 1


async def test_a_connection_lost_after_the_end_marker_took_nothing_away(codex, sse):
    _, generator = codex(sse(delta("all", finish="stop"), "[DONE]", broken=True))
    assert (await generator.stream("Hi").result()).text == "all"
    _, generator = codex(sse(delta("all", finish="stop"), broken=True))
    with pytest.raises(StreamInterruptedError):
        await generator.stream("Hi").result()


@pytest.mark.parametrize("broken", [False, True])
async def test_a_stream_without_its_end_is_interrupted(codex, sse, broken):
    server, generator = codex(sse(delta("par"), delta("tial"), broken=broken))
    with pytest.raises(StreamInterruptedError) as caught:
        await generator.stream("Hi").result()
    assert caught.value.partial_text == "partial"
    assert caught.value.host == "api.openai.com"
    assert len(server.requests) == 1


@pytest.mark.parametrize("frame", ["{not json", "[]", '{"choices": 5}', '{"choices": [5]}', "[" * 100_000])
async def test_a_frame_of_another_shape_is_a_typed_error(codex, sse, frame):
    _, generator = codex(sse(delta("x"), frame, delta("y")))
    with pytest.raises(ResponseDecodeError) as caught:
        await generator.stream("Hi").result()
    assert (caught.value.partial_text, caught.value.phase, caught.value.provider) == ("x", "stream", "codex")


async def test_half_a_frame_at_the_end_is_an_interruption(codex, sse):
    _, generator = codex(sse(delta("x"), '{"choices": [{"del'))
    with pytest.raises(StreamInterruptedError) as caught:
        await generator.stream("Hi").result()
    assert caught.value.partial_text == "x"


@pytest.mark.parametrize("body", [5, {"choices": 5}, {"choices": [5]}, {"choices": [{"message": 5}]}, {"choices": []}])
async def test_an_answer_of_another_shape_is_a_typed_error(codex, answer, body):
    _, generator = codex(answer(body, headers=HEAD))
    with pytest.raises(ResponseDecodeError) as caught:
        await generator.generate("Hi")
    error = caught.value
    assert (error.provider, error.operation, error.phase) == ("codex", "generate", "decode")
    assert (error.host, error.request_id) == ("api.openai.com", "req-1")


async def test_a_request_that_cannot_be_is_refused_before_any_traffic(codex, answer):
    server, generator = codex(answer(WHOLE))
    with pytest.raises(InvalidRequestError) as caught:
        await generator.generate("Hi", temperature=9)
    assert caught.value.provider == "codex"
    with pytest.raises(InvalidRequestError):
        generator.stream([])
    with pytest.raises(TypeError):
        await generator.generate("Hi", temprature=1)
    assert not server.requests


async def test_models_are_listed(codex, answer):
    server, generator = codex(answer({"data": [{"id": "a"}, {"id": "b"}]}))
    assert [model.id for model in await generator.list_models()] == ["a", "b"]
    assert str(server.requests[0].url) == "https://api.openai.com/v1/models"


async def test_a_list_of_another_shape_is_a_typed_error(codex, answer):
    _, generator = codex(answer({"data": [{"name": "a"}]}))
    with pytest.raises(ResponseDecodeError) as caught:
        await generator.list_models()
    assert caught.value.operation == "list_models"


async def test_a_service_that_lists_its_models_is_healthy(codex, answer):
    _, generator = codex(answer({"data": [{"id": "a"}]}))
    health = await generator.health_check()
    assert (health.provider, health.status, health.error) == ("codex", HealthStatus.HEALTHY, None)
    assert health.latency > 0
    assert health.details == {"models": 1, "host": "api.openai.com"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, HealthStatus.UNHEALTHY),
        (402, HealthStatus.UNHEALTHY),
        (403, HealthStatus.UNHEALTHY),
        (404, HealthStatus.DEGRADED),
        (429, HealthStatus.DEGRADED),
        (500, HealthStatus.UNHEALTHY),
        (503, HealthStatus.DEGRADED),
    ],
)
async def test_a_failed_check_says_how_bad_it_is(codex, answer, status, expected):
    _, generator = codex(answer({"error": {"message": "because"}}, status=status))
    health = await generator.health_check()
    assert health.status is expected
    assert "because" in health.error
    assert "sk-test" not in health.error


async def test_a_check_of_something_else_is_unhealthy_and_raises_nothing(codex, answer):
    _, generator = codex(answer("<html>", headers={"content-type": "text/html"}))
    assert (await generator.health_check()).status is HealthStatus.UNHEALTHY


async def test_the_services_errors_pass_through_with_retries_made(codex, answer):
    server, generator = codex(answer({"error": {"message": "busy"}}, status=503))
    with pytest.raises(MaxRetriesExceededError) as caught:
        await generator.generate("Hi")
    assert isinstance(caught.value.last_error, OverloadedError)
    assert len(server.requests) == 4
    server, generator = codex(answer({"error": {"message": "bad", "code": "invalid_api_key"}}, status=401))
    with pytest.raises(AuthenticationError, match=r"codex generate: bad \[api\.openai\.com"):
        await generator.generate("Hi")
    assert len(server.requests) == 1


KEYS = (
    *("choices", "delta", "message", "content", "tool_calls", "function", "arguments", "index", "id", "usage", "error"),
    *("code", "type", "item", "response", "output", "status", "prompt_tokens", "finish_reason", "model", "name"),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), children, max_size=5)
    ),
    max_leaves=15,
)
event_types = st.sampled_from(
    [None, "response.output_item.added", "response.output_item.done", "response.completed", "response.failed", "error"]
)
odd_frames = st.lists(st.tuples(event_types, json_values), min_size=1, max_size=4)


@pytest.mark.parametrize("api", ["chat", "responses"])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    frames=st.lists(st.tuples(event_types, json_values), min_size=1, max_size=4),
    status=st.sampled_from([200, 400, 503]),
)
async def test_no_answer_however_odd_raises_anything_but_our_errors(serve, answer, sse, api, frames, status):
    bodies = [{**body, "type": kind} if kind and isinstance(body, dict) else body for kind, body in frames]
    texts = [json.dumps(body) for body in bodies]
    for streamed in (True, False):
        _, http = serve(sse(*texts) if streamed else answer(texts[0].encode(), status=status))
        generator = CodexGenerator(CodexSettings(api_key=Secret("sk-test"), api=api), http=http)
        with suppress(ProviderError):
            result = await (generator.stream("Hi").result() if streamed else generator.generate("Hi"))
            assert isinstance(result.model, str)
            assert all(isinstance(call.id, str) and isinstance(call.name, str) for call in result.tool_calls)


async def test_text_that_no_json_can_hold_is_refused_before_any_traffic(codex, answer):
    server, generator = codex(answer(WHOLE))
    call = ToolCallPart(id="c", name="f", arguments={"a": "\ud800"})
    for prompt in ("\ud800", [Message.user("Hi"), Message.assistant(call)]):
        with pytest.raises(InvalidRequestError, match="nothing was sent"):
            await generator.generate(prompt)
    assert not server.requests


async def test_closing_twice_is_allowed(codex, answer):
    _, generator = codex(answer(WHOLE))
    await generator.aclose()
    await generator.aclose()
