"""The client: what it sends, what it gives back, and what it refuses to send."""

import httpx
import pytest

from understudy.domain.errors import (
    ConfigurationError,
    HTTPClientError,
    InvalidRequestError,
    ProviderError,
    ResponseDecodeError,
)
from understudy.domain.secrets import Secret
from understudy.providers.http import ErrorAnswer

BASE = "https://api.example.test/v1"


class Recorder:
    """A handler for httpx.MockTransport that keeps what it was sent."""

    def __init__(self, *answers):
        self.requests = []
        self.answers = list(answers) or [httpx.Response(200, json={})]

    def __call__(self, request):
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def recorded(make_clients):
    """A function from answers to a client that gets them, and what it sent."""

    def make(*answers, base_url=BASE, **options):
        recorder = Recorder(*answers)
        clients = make_clients(httpx.MockTransport(recorder))
        return clients.client(provider="p", base_url=base_url, **options), recorder

    return make


async def test_a_request_sends_json_below_the_base_url_and_reads_json(recorded):
    answer = httpx.Response(200, json={"ok": True}, headers={"X-Request-Id": "r1"})
    client, sent = recorded(answer, base_url=BASE + "/", secret_headers={"X-Api-Key": Secret("key-12345")})
    response = await client.request("POST", "/things", operation="generate", json={"a": 1}, params={"q": "a b"})
    assert response.json() == {"ok": True}
    assert (response.status, response.attempts, response.request_id) == (200, 1, "r1")
    assert response.headers["content-type"] == "application/json"
    assert response.elapsed >= 0
    (request,) = sent.requests
    assert str(request.url) == BASE + "/things?q=a+b"
    assert request.content == b'{"a":1}'
    assert request.headers["x-api-key"] == "key-12345"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("understudy/")


async def test_content_and_headers_are_sent_as_they_are(recorded):
    client, sent = recorded()
    await client.request("PUT", "blob", operation="put", content=b"\x00\x01", headers={"Content-Type": "image/png"})
    (request,) = sent.requests
    assert str(request.url) == BASE + "/blob"
    assert request.content == b"\x00\x01"
    assert request.headers["content-type"] == "image/png"


async def test_the_idempotency_key_is_the_same_on_every_attempt(recorded):
    client, sent = recorded(httpx.Response(500), httpx.Response(500), httpx.Response(200, json={}))
    await client.request("POST", "/x", operation="generate", json={}, idempotency_key="key-1")
    assert [request.headers["idempotency-key"] for request in sent.requests] == ["key-1"] * 3


async def test_a_derived_client_differs_only_in_its_headers(recorded):
    client, sent = recorded(headers={"X-Team": "a"}, secret_headers={"authorization": Secret("Bearer base")})
    derived = client.derive(headers={"X-User": "u1"}, secret_headers={"Authorization": Secret("Bearer user")})
    await derived.request("GET", "/x", operation="get")
    await client.request("GET", "/x", operation="get")
    of_derived, of_client = sent.requests
    assert (of_derived.headers["authorization"], of_derived.headers["x-user"]) == ("Bearer user", "u1")
    assert of_derived.headers["x-team"] == "a"
    assert of_client.headers["authorization"] == "Bearer base"
    assert "x-user" not in of_client.headers
    assert (derived.provider, derived.base_url, derived.host) == (client.provider, client.base_url, client.host)


def test_a_derived_client_costs_an_object(recorded, calls_counted):
    """Counted in calls, for counts repeat: thirty of them take about 4 microseconds, of the 20 allowed."""
    client, _ = recorded(secret_headers={"authorization": Secret("Bearer base")})
    user = {"authorization": Secret("Bearer user")}
    with calls_counted() as calls:
        for _ in range(100):
            client.derive(secret_headers=user)
    assert calls.count <= 30 * 100


@pytest.mark.parametrize(
    "path",
    ["https://evil.test/v1/x", "http://api.example.test/v1/x", "//evil.test/x", "https://api.example.test:8443/x"],
)
async def test_a_url_of_another_origin_is_refused_before_anything_is_sent(recorded, path):
    client, sent = recorded(secret_headers={"x-api-key": Secret("key-12345")})
    with pytest.raises(InvalidRequestError, match="another origin"):
        await client.request("GET", path, operation="get")
    assert sent.requests == []


async def test_an_absolute_url_of_the_own_origin_is_followed(recorded):
    client, sent = recorded()
    await client.request("GET", "https://api.example.test/other/page", operation="get")
    assert str(sent.requests[0].url) == "https://api.example.test/other/page"


@pytest.mark.parametrize("base_url", ["http://api.example.test", "http://10.0.0.7:8000", "http://[2001:db8::1]/v1"])
def test_a_credential_does_not_travel_in_clear(recorded, base_url):
    with pytest.raises(ConfigurationError, match=r"p\.base_url.*in clear"):
        recorded(base_url=base_url, secret_headers={"authorization": Secret("Bearer x")})
    client, _ = recorded(base_url=base_url)
    with pytest.raises(ConfigurationError, match="in clear"):
        client.derive(secret_headers={"authorization": Secret("Bearer x")})


@pytest.mark.parametrize("host", ["localhost:11434", "127.0.0.1", "127.9.9.9:1", "[::1]:80", "ollama.localhost"])
def test_plain_http_to_this_machine_may_carry_a_credential(recorded, host):
    client, _ = recorded(base_url=f"http://{host}", secret_headers={"authorization": Secret("Bearer x")})
    assert client.provider == "p"


def test_plain_http_can_be_waived(recorded):
    secrets = {"authorization": Secret("Bearer x")}
    client, _ = recorded(base_url="http://gateway.test", secret_headers=secrets, allow_plain_http=True)
    assert client.derive(secret_headers=secrets).host == "gateway.test"


@pytest.mark.parametrize(
    ("base_url", "reason"),
    [
        ("api.example.test", "absolute"),
        ("ftp://api.example.test", "absolute"),
        ("https://", "absolute"),
        ("https://user:pw@api.example.test", "credentials"),
        ("https://api.example.test?x=1", "query"),
        ("https://api.example.test:port", "URL"),
        ("https://api example.test", "white space"),
    ],
)
def test_a_base_url_that_is_not_usable_is_a_settings_fault(recorded, base_url, reason):
    with pytest.raises(ConfigurationError, match=rf"p\.base_url.*{reason}") as caught:
        recorded(base_url=base_url)
    assert "pw@" not in str(caught.value)


@pytest.mark.parametrize("value", ["key-12345\n", "key-\r\nX: y", "schlüssel-12345", "key\x00"])
def test_a_header_that_cannot_be_sent_is_refused_without_its_value(recorded, value):
    with pytest.raises(InvalidRequestError, match="x-api-key") as caught:
        recorded(secret_headers={"x-api-key": Secret(value)})
    assert value.strip() not in str(caught.value)


async def test_what_is_no_json_is_refused_before_anything_is_sent(recorded):
    client, sent = recorded()
    with pytest.raises(InvalidRequestError, match="JSON"):
        await client.request("POST", "/x", operation="generate", json={"a": object()})
    assert sent.requests == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"{", "truncated"),
        (b'{"a": "\xff"}', "not JSON"),
        (b"[" * 100_000, "deep"),
        (b"NaN", "not JSON"),
    ],
)
async def test_a_body_that_is_not_json_is_a_decode_error_with_an_excerpt(recorded, body, says):
    client, _ = recorded(httpx.Response(200, content=body, headers={"content-type": "application/json"}))
    response = await client.request("GET", "/x", operation="get")
    with pytest.raises(ResponseDecodeError, match=says) as caught:
        response.json()
    assert (caught.value.provider, caught.value.operation, caught.value.phase) == ("p", "get", "decode")


async def test_a_web_page_in_place_of_json_is_a_decode_error_even_if_nobody_reads_it(recorded):
    page = httpx.Response(200, html="<html>login sk-abcdefghijklmnop</html>")
    client, _ = recorded(page)
    with pytest.raises(ResponseDecodeError, match="web page") as caught:
        await client.request("GET", "/x", operation="get")
    assert "<html>login" in str(caught.value)
    assert "sk-abcdefghijklmnop" not in str(caught.value)
    assert "base_url" in str(caught.value)


async def test_a_page_that_was_asked_for_is_given(recorded):
    client, _ = recorded(httpx.Response(200, html="<html></html>"))
    response = await client.request("GET", "/x", operation="get", headers={"accept": "text/html"})
    assert response.content == b"<html></html>"


async def test_a_decode_error_says_which_answer_it_was(recorded):
    client, _ = recorded(httpx.Response(200, text="no", headers={"x-request-id": "r7"}))
    with pytest.raises(ResponseDecodeError, match=r"text/plain.*2 bytes") as caught:
        (await client.request("GET", "/x", operation="look")).json()
    error = caught.value
    assert (error.provider, error.operation, error.host) == ("p", "look", "api.example.test")
    assert (error.phase, error.status, error.request_id, error.body) == ("decode", 200, "r7", "no")


async def test_the_mapper_gets_the_answer_and_the_client_fills_in_the_rest(recorded):
    seen = []

    def mapper(answer):
        seen.append(answer)
        return ProviderError("mapped", retryable=False)

    answer = httpx.Response(418, json={"error": "teapot"}, headers={"Request-Id": "r9", "Retry-After": "7"})
    client, _ = recorded(answer, errors=mapper)
    with pytest.raises(ProviderError, match="mapped") as caught:
        await client.request("POST", "/x", operation="brew", json={})
    assert isinstance(seen[0], ErrorAnswer)
    assert (seen[0].status, seen[0].body, seen[0].operation) == (418, {"error": "teapot"}, "brew")
    assert seen[0].headers["request-id"] == "r9"
    error = caught.value
    assert (error.provider, error.operation, error.host) == ("p", "brew", "api.example.test")
    assert (error.status, error.request_id, error.retry_after) == (418, "r9", 7.0)
    assert error.body == '{"error":"teapot"}'


async def test_a_mapper_that_fails_does_not_hide_the_services_error(recorded, caplog):
    def mapper(answer):
        raise KeyError("error")

    client, _ = recorded(httpx.Response(401, text="no"), errors=mapper)
    with pytest.raises(ProviderError) as caught:
        await client.request("GET", "/x", operation="get")
    assert caught.value.status == 401
    assert "KeyError" in caplog.text


async def test_a_closed_client_sends_nothing(recorded):
    client, sent = recorded()
    async with client:
        pass
    with pytest.raises(HTTPClientError, match="closed"):
        await client.request("GET", "/x", operation="get")
    assert sent.requests == []


async def test_after_the_layer_is_closed_nothing_is_sent(make_clients):
    recorder = Recorder()
    clients = make_clients(httpx.MockTransport(recorder))
    client = clients.client(provider="p", base_url=BASE)
    await clients.aclose()
    await clients.aclose()
    with pytest.raises(HTTPClientError, match="closed"):
        await client.request("GET", "/x", operation="get")
    assert recorder.requests == []


def test_a_client_shows_where_it_sends_and_not_as_whom(recorded):
    client, _ = recorded(secret_headers={"authorization": Secret("Bearer tok-12345")})
    assert repr(client) == "<HttpClient p https://api.example.test/v1>"
    assert "tok-12345" not in str(client)
