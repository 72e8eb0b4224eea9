"""The stand-in: its state, its script, and the record of the calls."""

from __future__ import annotations

import pytest

from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    MissingIdentityError,
    OverloadedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ScriptError,
    StreamInterruptedError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.llama_stack import McpTool
from understudy.domain.secrets import Secret
from understudy.providers.llama_stack.mock import MockLlamaStackClient, MockLlamaStackService

SCENARIOS = {
    "timeout": (RequestTimeoutError, "SERVER_UNAVAILABLE"),
    "connection_failed": (ConnectionFailedError, "CONNECTION_FAILED"),
    "unavailable": (OverloadedError, "SERVER_UNAVAILABLE"),
    "unauthorised": (AuthenticationError, "UNAUTHORIZED"),
    "invalid_request": (InvalidRequestError, "INVALID_REQUEST"),
    "rate_limited": (RateLimitError, "SERVER_UNAVAILABLE"),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_a_scenario_of_the_settings_fails_the_call(make_mock, scenario):
    """With the error that the real client would raise, as often as it says."""
    client = make_mock(scenarios=[{"operation": "list_*", "error": scenario, "times": 1}])
    kind, code = SCENARIOS[scenario]
    with pytest.raises(kind) as caught:
        await client.list_models()
    assert (caught.value.code, caught.value.provider, caught.value.operation) == (code, "llama_stack", "list_models")
    assert await client.list_models()
    assert client.service.calls.of("list_models")[0].error is caught.value


@pytest.mark.parametrize("scenario", sorted(SCENARIOS.keys() - {"timeout"}))
async def test_the_emulator_plays_the_same_scenarios(make_real, emulator, scenario):
    """Over HTTP, after the real client's retries."""
    emulator.service.scenarios.fail("list_models", scenario)
    kind, code = SCENARIOS[scenario]
    with pytest.raises((kind, MaxRetriesExceededError)) as caught:
        await make_real().list_models()
    error = caught.value.last_error if isinstance(caught.value, MaxRetriesExceededError) else caught.value
    assert isinstance(error, kind)
    assert error.code == code


async def test_the_emulator_times_out(make_real, emulator):
    """Nothing is answered within the limit."""
    emulator.service.scenarios.fail("list_models", "timeout")
    with pytest.raises(RequestTimeoutError) as caught:
        await make_real(http={"timeout": {"read": 0.05}}).list_models()
    assert caught.value.code == "SERVER_UNAVAILABLE"


async def test_the_emulator_knows_its_tokens(make_real, emulator):
    """Any other is 401."""
    strict = type(emulator)(emulator.service, tokens={"another"})
    with pytest.raises(AuthenticationError) as caught:
        await make_real(app=strict).list_models()
    assert (caught.value.status, caught.value.code) == (401, "UNAUTHORIZED")


async def test_a_scenario_may_be_for_one_user_and_one_argument():
    """Others are not met by it."""
    service = MockLlamaStackService()
    service.scenarios.fail("delete_file", "forbidden", user="bob", file_id="file-1", message="not yours")
    alice, bob = (
        MockLlamaStackClient(RequestIdentity.of("t", user=user), service=service) for user in ("alice", "bob")
    )
    with pytest.raises(ProviderError, match="not yours"):
        await bob.delete_file("file-1")
    for client, file_id in ((alice, "file-1"), (bob, "file-2")):
        with pytest.raises(ProviderError, match="not found"):
            await client.delete_file(file_id)


def test_a_scenario_for_an_operation_that_does_not_exist_is_an_error():
    """With what was probably meant."""
    with pytest.raises(ScriptError, match="list_models"):
        MockLlamaStackService().scenarios.fail("list_model")


async def test_models_answer_as_the_script_says(make_mock):
    """By the message's text and the model; in the pieces given; the last added first."""
    client = make_mock(
        models=["mock/llm", "mock/other"],
        answers=[{"text": "weather", "chunks": ["Ra", "in."], "times": 1}, {"model": "*/other", "answer": "Other."}],
    )
    stream = client.create_response_stream("The weather?", model="mock/llm")
    assert [piece async for piece in stream.text()] == ["Ra", "in."]
    assert (await client.create_response("Hi", model="mock/other")).text == "Other."
    assert "The weather?" in (await client.create_response("The weather?", model="mock/llm")).text
    client.service.answer("Sunny.", text="weather")
    assert (await client.create_response("The weather?", model="mock/llm")).text == "Sunny."


async def test_a_stream_breaks_where_the_script_says(make_mock, make_real, emulator):
    """In the stand-in and over HTTP alike."""
    mock = make_mock(answers=[{"chunks": ["a", "b", "c"], "break_after": 2}])
    emulator.service.answer(chunks=("a", "b", "c"), break_after=2)
    for client in (mock, make_real()):
        stream = client.create_response_stream("Hi", model="mock/llm").text()
        assert [await anext(stream), await anext(stream)] == ["a", "b"]
        with pytest.raises(StreamInterruptedError) as caught:
            await anext(stream)
        assert caught.value.code == "CONNECTION_FAILED"


async def test_vector_stores_are_searched(make_mock, make_real):
    """What fits the question is found, streamed before the message, and in the response."""
    for client in (make_mock(), make_real()):
        store = await client.create_vector_store("s")
        for name, text in (("no.txt", b"The capital of Norway is Oslo."), ("x.txt", b"Nothing of the kind")):
            await client.upload_file(text, filename=name, vector_store_id=store.id)
        asked = {"model": "mock/llm", "vector_store_ids": [store.id]}
        response = await client.create_response("What is the capital of Norway?", **asked)
        assert response.file_search_results[0]["filename"] == "no.txt"
        async with client.create_response_stream("Capital of Norway?", **asked) as stream:
            kinds = [event.type.removeprefix("response.") async for event in stream]
        assert kinds[2:7] == [
            "output_item.added",
            "file_search_call.in_progress",
            "file_search_call.searching",
            "file_search_call.completed",
            "output_item.done",
        ]


async def test_users_share_the_server(make_mock):
    """As on a real one."""
    service = make_mock().service
    alice, bob = (MockLlamaStackClient(RequestIdentity.of(f"t-{user}", user=user), service=service) for user in "ab")
    store = await alice.create_vector_store("shared")
    assert [each.id for each in await bob.list_vector_stores()] == [store.id]


async def test_what_a_caller_changes_is_not_changed_on_the_server(make_mock):
    """Answers are copies."""
    client = make_mock()
    store = await client.create_vector_store("x", metadata={"a": "b"})
    store.raw["metadata"]["a"] = "changed"
    assert (await client.list_vector_stores())[0].metadata["a"] == "b"


async def test_the_same_calls_give_the_same_ids(make_mock):
    """Nothing of a stand-in depends on a clock or on chance."""
    made = [await make_mock().create_vector_store("x") for _ in range(2)]
    assert made[0] == made[1]


async def test_the_credential_of_a_tool_is_not_repeated(make_mock):
    """Nor is it in the record of the calls."""
    client = make_mock()
    tool = McpTool(server_label="a", server_url="https://a.test", authorization=Secret("secret-tool-token"))
    response = await client.create_response("Hi", model="mock/llm", mcp_tools=[tool])
    assert response.raw["tools"] == [{"type": "mcp", "server_label": "a", "allowed_tools": None}]
    assert "secret-tool-token" not in repr(response.raw) + repr(client.service.calls.last)
    raw = {
        "model": "mock/llm",
        "input": "Hi",
        "stream": True,
        "tools": [{"type": "mcp", "authorization": "secret-raw"}],
    }
    async with client.create_response_stream_raw(raw) as stream:
        assert [event async for event in stream]
    client.service.calls.assert_called("create_response_stream_raw", model="mock/llm")
    assert "secret-raw" not in repr(client.service.calls.last)


async def test_calls_are_recorded_with_their_arguments(make_mock):
    """One operation is one call, however many requests it takes; what was refused unsent is none."""
    client = make_mock()
    store = await client.create_vector_store("a")
    await client.create_vector_store("b")
    await client.list_vector_stores(limit=1)
    await client.upload_file(b"x", filename="x.txt", vector_store_id=store.id)
    with pytest.raises(InvalidRequestError):
        await client.get_file("")
    calls = client.service.calls
    assert [call.operation for call in calls] == [
        "create_vector_store",
        "create_vector_store",
        "list_vector_stores",
        "upload_file",
    ]
    calls.assert_called("create_vector_store", name="b", times=1)
    calls.assert_called("upload_file", filename="x.txt", vector_store_id=store.id)
    calls.assert_not_called("get_file")
    assert calls.last.user == "alice"
    with pytest.raises(AssertionError) as caught:
        calls.assert_called("create_vector_store", name="c")
    assert "The last create_vector_store differs:\n  name: expected 'c'" in str(caught.value)


async def test_a_request_without_a_token_is_refused_as_the_real_one_refuses_it(make_mock):
    """The same error."""
    with pytest.raises(MissingIdentityError):
        await make_mock(RequestIdentity(None)).list_models()


def test_an_answer_that_says_two_things_is_a_settings_fault():
    """One of answer, chunks and failed."""
    with pytest.raises(ValueError, match="one of answer, chunks and failed"):
        LlamaStackSettings.model_validate({"mock": {"answers": [{"answer": "a", "failed": "b"}]}})


async def test_the_emulator_keeps_credentials_out_of_its_requests(make_real, emulator):
    """Provider data holds one: it is apart."""
    await make_real().create_response("Hi", model="mock/llm")
    assert "alice-token" not in repr(list(emulator.requests))
    assert emulator.provider_data[-1] == '{"vllm_api_token": "alice-token-1234"}'
