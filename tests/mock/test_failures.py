"""Every error of the tree on demand: by rule, at random with a seed, inside a stream."""

from __future__ import annotations

import pickle

import pytest

from understudy.config.models.mock import provider_errors
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    MaxRetriesExceededError,
    OverloadedError,
    ProviderError,
    QuotaExceededError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.results import TextEvent


async def _drain(source, into):
    async for item in source:
        into.append(item)  # what came before the error must be kept


@pytest.mark.parametrize("name", sorted(provider_errors()))
async def test_every_error_can_be_scripted_in_the_settings(make, name):
    mock = make(mock={"rules": [{"error": {"class": name, "message": "scripted"}}]})
    with pytest.raises(ProviderError) as caught:
        await mock.generate("x")
    error = caught.value
    assert type(error).__name__ == name
    assert (error.provider, error.operation, error.message) == ("claude", "generate", "scripted")
    assert "claude generate: scripted" in str(error)
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301  # what was pickled one call ago
    assert type(copied) is type(error)


@pytest.mark.parametrize("name", sorted(provider_errors()))
async def test_every_error_can_come_inside_a_stream_with_the_text_so_far(make, name):
    rule = {"answer": {"chunks": ["a", "b", "c"]}, "error": {"class": name, "after_chunks": 2}}
    mock = make(mock={"rules": [rule]})
    seen: list[object] = []
    with pytest.raises(ProviderError) as caught:
        await _drain(mock.stream("x"), seen)
    assert seen == [TextEvent("a"), TextEvent("b")]
    assert type(caught.value).__name__ == name
    assert caught.value.partial_text == "ab"
    assert caught.value.operation == "stream"


@pytest.mark.parametrize(
    ("provider", "kind", "status", "code", "retryable"),
    [
        ("claude", OverloadedError, 529, "overloaded_error", True),
        ("claude", AuthenticationError, 401, "authentication_error", False),
        ("codex", QuotaExceededError, 429, "insufficient_quota", False),
        ("codex", OverloadedError, 503, "server_is_overloaded", True),
        ("gemini", AuthenticationError, 400, "API_KEY_INVALID", False),
        ("deepseek", QuotaExceededError, 402, "insufficient_quota", False),
        ("ollama", ServerError, 500, None, True),
        ("codex", ConnectionFailedError, None, None, True),
    ],
)
async def test_errors_have_the_providers_own_status_and_code(make, provider, kind, status, code, retryable):
    mock = make(provider)
    mock.script.when().raises(kind)
    with pytest.raises(kind) as caught:
        await mock.generate("x")
    error = caught.value
    assert (error.status, error.code, error.retryable) == (status, code, retryable)
    assert (error.request_id is not None) is (status is not None and provider not in ("gemini", "ollama", "deepseek"))


async def test_advice_status_and_code_can_be_scripted(make):
    mock = make()
    mock.script.when().raises(RateLimitError, retry_after=2.5, status=430, code="own", retryable=False)
    with pytest.raises(RateLimitError, match=r"HTTP 430, code own.*retry after 2.5 s") as caught:
        await mock.generate("x")
    assert not caught.value.retryable


async def test_an_error_inside_a_stream_has_a_status_only_where_the_provider_says_one(make):
    for provider, status in (("claude", 529), ("codex", None)):
        mock = make(provider)
        mock.script.when().raises(OverloadedError, after_chunks=0)
        with pytest.raises(OverloadedError) as caught:
            await mock.stream("x").result()
        assert (caught.value.status, caught.value.phase) == (status, "stream")


async def test_retries_that_were_in_vain_have_their_last_error_as_cause(make):
    rule = {"error": {"class": "MaxRetriesExceededError", "last": "OverloadedError", "attempts": 3}}
    with pytest.raises(MaxRetriesExceededError, match="3 attempts") as caught:
        await make(mock={"rules": [rule]}).generate("x")
    assert isinstance(caught.value.__cause__, OverloadedError)
    assert caught.value.last_error is caught.value.__cause__
    assert (caught.value.attempts, caught.value.status) == (3, 529)


async def test_an_error_after_more_pieces_than_there_are_comes_at_the_end(make):
    mock = make()
    mock.script.when().raises(StreamInterruptedError, after_chunks=99, answer="a b")
    texts: list[object] = []
    with pytest.raises(StreamInterruptedError) as caught:
        await _drain(mock.generate_stream("x"), texts)
    assert texts == ["a", " b"]
    assert caught.value.partial_text == "a b"


async def test_a_call_that_is_not_streamed_fails_as_a_whole(make):
    mock = make()
    mock.script.when().raises(ServerError, after_chunks=2)
    with pytest.raises(ServerError) as caught:
        await mock.generate("x")
    assert caught.value.partial_text is None


async def test_an_error_object_is_raised_anew_each_time(make):
    original = ServerError("as it is", status=599)
    mock = make()
    mock.script.when().raises(original)
    caught = []
    for _ in range(2):
        with pytest.raises(ServerError, match="as it is") as found:
            await mock.generate("x")
        caught.append(found.value)
    assert caught[0] is not caught[1]
    assert caught[0].status == 599
    assert caught[0].provider == "claude"
    assert original.provider == ""


async def test_an_error_that_is_not_ours_can_be_thrown_by_a_function(make):
    def broken(request):
        raise ZeroDivisionError

    mock = make()
    mock.script.when().answers(broken)
    with pytest.raises(ZeroDivisionError):
        await mock.generate("x")


async def _failures(mock, calls):
    failed = []
    for number in range(calls):
        try:
            await mock.generate("x")
        except ProviderError as error:
            failed.append((number, type(error)))
    return failed


async def test_random_failures_are_the_same_for_a_seed_and_near_the_rate(make):
    settings = {
        "error_rate": 0.2,
        "seed": 7,
        "errors": [{"class": "OverloadedError"}, {"class": "RateLimitError"}],
    }
    one, again = await _failures(make(mock=settings), 500), await _failures(make(mock=settings), 500)
    assert one == again
    assert 60 < len(one) < 140
    assert {kind for _, kind in one} == {OverloadedError, RateLimitError}
    assert one != await _failures(make(mock={**settings, "seed": 8}), 500)


async def test_random_failures_can_be_asked_for_in_code(make):
    mock = make()
    mock.script.fail_at_random(1.0, seed=1, errors=[RequestTimeoutError])
    with pytest.raises(RequestTimeoutError):
        await mock.generate("x")
