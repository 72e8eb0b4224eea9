"""The client over an injected transport: requests, answers, errors and retries."""

import httpx
import pytest

from understudy.config.models.http import HttpSettings
from understudy.domain.errors import AuthenticationError, MaxRetriesExceededError, OverloadedError
from understudy.domain.secrets import Secret
from understudy.providers.http import HttpClients

BASE = "https://api.example.test/v1"


class Waits(list):
    """A sleep that only remembers how long it was asked to."""

    async def __call__(self, seconds):
        self.append(seconds)


def clients_over(handler, waits=None, **retry):
    settings = HttpSettings.model_validate({"retry": {"jitter": False, **retry}})
    return HttpClients(settings, transport=httpx.MockTransport(handler), sleep=Waits() if waits is None else waits)


async def test_a_request_sends_json_below_the_base_url_and_reads_json():
    seen = []

    def handler(request):
        seen.append(request)
        return httpx.Response(200, json={"ok": True}, headers={"X-Request-Id": "r1"})

    async with clients_over(handler) as clients:
        client = clients.client(provider="p", base_url=BASE + "/", secret_headers={"X-Api-Key": Secret("key-12345")})
        response = await client.request("POST", "/things", operation="generate", json={"a": 1}, params={"q": "a b"})
    assert response.json() == {"ok": True}
    assert response.request_id == "r1"
    assert response.attempts == 1
    (request,) = seen
    assert str(request.url) == BASE + "/things?q=a+b"
    assert request.content == b'{"a":1}'
    assert request.headers["x-api-key"] == "key-12345"
    assert request.headers["content-type"] == "application/json"


async def test_retries_wait_one_two_four_seconds_and_then_raise_the_last_error_chained():
    waits = Waits()
    async with clients_over(lambda _: httpx.Response(503, json={"error": {"message": "busy"}}), waits) as clients:
        client = clients.client(provider="p", base_url=BASE)
        with pytest.raises(MaxRetriesExceededError) as caught:
            await client.request("POST", "/things", operation="generate", json={})
    assert waits == [1.0, 2.0, 4.0]
    assert caught.value.attempts == 4
    assert isinstance(caught.value.last_error, OverloadedError)
    assert caught.value.__cause__ is caught.value.last_error
    assert (caught.value.provider, caught.value.operation, caught.value.host) == ("p", "generate", "api.example.test")


async def test_an_error_that_cannot_get_better_is_raised_at_once():
    requests = []

    def handler(request):
        requests.append(request)
        return httpx.Response(401, json={"error": {"message": "no such key"}})

    async with clients_over(handler) as clients:
        with pytest.raises(AuthenticationError, match="no such key"):
            await clients.client(provider="p", base_url=BASE).request("GET", "/x", operation="list_models")
    assert len(requests) == 1


async def test_without_retries_the_error_itself_is_raised():
    async with clients_over(lambda _: httpx.Response(529), max_retries=0) as clients:
        with pytest.raises(OverloadedError):
            await clients.client(provider="p", base_url=BASE).request("GET", "/x", operation="list_models")
