"""Log records: one per call, one per retry, with fields; nothing installed, nothing computed in vain."""

import logging

import httpx
import pytest

from understudy.domain.errors import ProviderError

FIELDS = {
    *("provider", "operation", "method", "host", "path", "status", "attempt", "elapsed"),
    *("request_id", "retry_after", "wait", "error"),
}


@pytest.fixture
def client_of(make_clients):
    """A client that gets the answers in turn."""

    def make(*answers, **sections):
        left = list(answers)
        clients = make_clients(httpx.MockTransport(lambda _: left.pop(0)), **sections)
        return clients.client(provider="acme", base_url="https://api.example.test:8443/v1")

    return make


async def test_a_call_and_its_retries_are_one_record_each(client_of, caplog):
    caplog.set_level(logging.INFO, logger="understudy.http")
    client = client_of(
        httpx.Response(503, headers={"x-request-id": "r1", "retry-after": "0"}),
        httpx.Response(200, json={}, headers={"x-request-id": "r2"}),
    )
    await client.request("POST", "/chat?page=word", operation="generate", json={}, params={"secret": "word"})
    retry, done = caplog.records
    assert {record.name for record in caplog.records} == {"understudy.http"}
    assert vars(retry).keys() >= FIELDS
    assert (retry.provider, retry.operation, retry.method) == ("acme", "generate", "POST")
    assert (retry.host, retry.path, retry.status, retry.attempt) == ("api.example.test:8443", "/chat", 503, 1)
    assert (retry.request_id, retry.retry_after, retry.wait) == ("r1", 0.0, 0.0)
    assert retry.error == "OverloadedError"
    assert (done.status, done.attempt, done.request_id, done.wait, done.error) == (200, 2, "r2", None, None)
    assert done.elapsed >= 0
    assert "POST api.example.test:8443/chat 200" in done.getMessage()
    assert "word" not in caplog.text


async def test_a_call_that_fails_for_good_is_a_record_too(client_of, caplog):
    caplog.set_level(logging.INFO, logger="understudy.http")
    client = client_of(httpx.Response(404, json={"error": {"message": "no such thing"}}))
    with pytest.raises(ProviderError):
        await client.request("GET", "/x", operation="get")
    (record,) = caplog.records
    assert (record.status, record.error) == (404, "NotFoundError")
    assert "failed" in record.getMessage()


async def test_a_stream_is_a_record_when_it_ends(client_of, caplog):
    caplog.set_level(logging.INFO, logger="understudy.http")
    client = client_of(httpx.Response(200, content=b"data: 1\n\n", headers={"content-type": "text/event-stream"}))
    async with client.stream("POST", "/chat", operation="generate", framing="sse") as stream:
        assert caplog.records == []
        assert [frame.data async for frame in stream.frames()] == [b"1"]
    (record,) = caplog.records
    assert (record.status, record.operation) == (200, "generate")


async def test_a_stream_that_fails_is_one_record(client_of, caplog):
    caplog.set_level(logging.INFO, logger="understudy.http")
    client = client_of(httpx.Response(200, content=b"", headers={"content-type": "text/event-stream"}))
    with pytest.raises(ProviderError):
        async with client.stream("POST", "/chat", operation="generate", framing="sse") as stream:
            await anext(stream.frames())
    (record,) = caplog.records
    assert record.error == "ResponseDecodeError"


async def test_without_a_listener_nothing_is_emitted_and_no_handler_is_installed(client_of, caplog):
    caplog.set_level(logging.WARNING, logger="understudy.http")
    await client_of(httpx.Response(503), httpx.Response(200, json={})).request("GET", "/x", operation="get")
    assert caplog.records == []
    assert logging.getLogger("understudy.http").handlers == []
    assert logging.getLogger("understudy").handlers == []
