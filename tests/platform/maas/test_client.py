"""The real client: what it sends, as whom, and what it makes of the answers."""

from __future__ import annotations

import json

import pytest

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    MaxRetriesExceededError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
)
from understudy.domain.identity import RequestIdentity
from understudy.providers.maas.client import HttpMaasClient

TOKEN = "alice-token-1234"  # the fixtures' identity


class Scripted:
    """An ASGI application that gives one answer, and keeps what it was asked."""

    def __init__(self, status, body):
        self.status = status
        self.body = body
        self.requests = []

    async def __call__(self, scope, receive, send):
        message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append((scope["method"], scope["path"], headers, message.get("body", b"")))
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": self.status, "headers": head})
        await send({"type": "http.response.body", "body": content})


async def test_the_three_requests(make_real, emulator):
    """Method, path and bearer token; nothing of the token shows."""
    app = Scripted(200, {"token": "t", "data": []})
    client = make_real(app=app)
    await client.list_models()
    await client.issue_token(expiration="4h")
    await client.issue_token(expiration="3600")
    await client.issue_token()
    await client.revoke_all_tokens()
    assert [(method, path, body) for method, path, _, body in app.requests] == [
        ("GET", "/maas-api/v1/models", b""),
        ("POST", "/maas-api/v1/tokens", b'{"expiration":"4h"}'),
        ("POST", "/maas-api/v1/tokens", b'{"expiration":3600}'),
        ("POST", "/maas-api/v1/tokens", b'{"expiration":"30m"}'),
        ("DELETE", "/maas-api/v1/tokens", b""),
    ]
    assert {headers["authorization"] for _, _, headers, _ in app.requests} == {f"Bearer {TOKEN}"}
    assert TOKEN not in repr(client)


async def test_the_paths_are_settings(make_real):
    """Successors issue keys elsewhere."""
    app = Scripted(201, {"token": "t"})
    client = make_real(app=app, tokens_path="/v1/api-keys")
    await client.issue_token()
    await client.revoke_all_tokens()
    assert [path for _, path, _, _ in app.requests] == ["/maas-api/v1/api-keys"] * 2


@pytest.mark.parametrize("expiration", [None, "30m0s"])
async def test_a_token_may_come_without_its_expiration(make_real, expiration):
    """Some servers leave it out."""
    body = {"token": "issued-token-1", "expiresAt": 1_800_000_000, "expiration": expiration}
    if expiration is None:
        del body["expiration"]
    issued = await make_real(app=Scripted(201, body)).issue_token()
    assert (issued.token.reveal(), issued.expires_at, issued.expiration) == (
        "issued-token-1",
        1_800_000_000,
        expiration,
    )


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": "a b"}, {"token": "a\n"}, [], b"", b"<html>", None])
async def test_an_answer_without_a_token_is_an_invalid_response(make_real, body):
    """Never an empty token."""
    with pytest.raises(ResponseDecodeError) as caught:
        await make_real(app=Scripted(201, body)).issue_token()
    assert caught.value.code == "INVALID_RESPONSE"


@pytest.mark.parametrize("body", [{}, {"data": 1}, {"data": [{}]}, {"data": ["m"]}, [], b""])
async def test_an_answer_that_lists_no_models_is_an_invalid_response(make_real, body):
    """Never an empty list."""
    with pytest.raises(ResponseDecodeError) as caught:
        await make_real(app=Scripted(200, body)).list_models()
    assert caught.value.code == "INVALID_RESPONSE"


async def test_null_is_a_list_without_models(make_real):
    """As Go writes an empty one."""
    assert await make_real(app=Scripted(200, {"object": "list", "data": None})).list_models() == ()


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InvalidRequestError, "INVALID_REQUEST"),
        (401, AuthenticationError, "UNAUTHORIZED"),
        (403, PermissionDeniedError, "INVALID_RESPONSE"),
        (404, NotFoundError, "INVALID_RESPONSE"),
        (429, RateLimitError, "INVALID_RESPONSE"),
        (500, ServerError, "SERVER_UNAVAILABLE"),
        (503, OverloadedError, "SERVER_UNAVAILABLE"),
        (504, OverloadedError, "SERVER_UNAVAILABLE"),
    ],
)
async def test_every_status_has_its_code(make_real, status, kind, code):
    """A token is asked for once; the words are the service's own."""
    app = Scripted(status, {"error": "the words"})
    with pytest.raises(kind, match="the words") as caught:
        await make_real(app=app).issue_token()
    assert (caught.value.code, caught.value.status) == (code, status)
    assert len(app.requests) == 1
    with pytest.raises((kind, MaxRetriesExceededError)) as caught:
        await make_real(app=app).list_models()
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("scenario", "kind"), [("connection_failed", ConnectionFailedError), ("timeout", RequestTimeoutError)]
)
async def test_the_network_makes_the_service_unavailable(make_real, make_mock, emulator, scenario, kind):
    """In the real client and in the stand-in alike."""
    emulator.service.scenarios.fail("issue_token", scenario)
    mock = make_mock(mock={"scenarios": [{"error": scenario}]})
    for client in (make_real(http={"timeout": {"read": 0.05}}), mock):
        with pytest.raises(kind) as caught:
            await client.issue_token()
        assert caught.value.code == "SERVER_UNAVAILABLE"


@pytest.mark.parametrize("scenario", ["unavailable", "unauthorised", "invalid_request", "rate_limited"])
async def test_the_stand_in_and_the_emulator_fail_alike(make_real, make_mock, emulator, scenario):
    """The same class and code for the same scenario."""
    emulator.service.scenarios.fail("issue_token", scenario)
    mock = make_mock()
    mock.service.scenarios.fail("issue_token", scenario)
    seen = []
    for client in (make_real(), mock):
        with pytest.raises(ProviderError) as caught:
            await client.issue_token()
        seen.append((type(caught.value), caught.value.code, caught.value.status))
    assert seen[0] == seen[1]


async def test_the_address_follows_from_the_clusters_domain(make_real):
    """From the settings, or from the cluster, asked once; without either there is no service."""
    asked = []

    async def find(identity):
        asked.append(identity.user)
        return "apps.found.test"

    app = Scripted(200, {"data": []})
    await make_real(app=app, base_url=None, cluster_domain="apps.set.test", find_domain=find).list_models()
    client = make_real(app=app, base_url=None, find_domain=find)
    await client.list_models()
    await HttpMaasClient(RequestIdentity.of("bob-token"), service=client._service).list_models()
    assert [headers["host"] for _, _, headers, _ in app.requests] == ["maas.apps.set.test"] + [
        "maas.apps.found.test"
    ] * 2
    assert app.requests[0][1] == "/maas-api/v1/models"
    assert asked == ["alice"]
    with pytest.raises(NotFoundError, match="cluster_domain"):
        await make_real(app=app, base_url=None).list_models()


async def test_a_request_without_a_token_is_not_sent(make_real, make_mock):
    """A user is needed, for kept tokens too."""
    app = Scripted(200, {"data": []})
    for client in (make_real(RequestIdentity(None), app=app), make_mock(RequestIdentity(None))):
        for call in (client.list_models(), client.issue_token(), client.token_for("m")):
            with pytest.raises(MissingIdentityError) as caught:
                await call
            assert caught.value.code == "UNAUTHORIZED"
    assert not app.requests


async def test_a_clients_tokens_are_those_of_its_service(make_real, emulator):
    """Another request of the same user gets the kept one; another user does not; revoking is one user's affair."""
    alice = make_real()
    again = HttpMaasClient(RequestIdentity.of(TOKEN, user="alice"), service=alice._service)
    bob = HttpMaasClient(RequestIdentity.of("bob-token-1234", user="alice"), service=alice._service)
    first, others = await alice.token_for("m"), await bob.token_for("m")
    assert await again.token_for("m") == first
    assert others != first
    await alice.revoke_all_tokens()
    assert await bob.token_for("m") == others
    assert emulator.service.server.is_valid(others)
    assert not emulator.service.server.is_valid(first)
    assert len([each for each in emulator.requests if each.method == "POST"]) == 2


async def test_a_revocation_that_fails_still_forgets(make_real, emulator):
    """The service may have done it all the same."""
    client = make_real()
    first = await client.token_for("m")
    emulator.service.scenarios.fail("revoke_all_tokens", "internal_error")
    with pytest.raises((ServerError, MaxRetriesExceededError)):
        await client.revoke_all_tokens()
    assert await client.token_for("m") != first


async def test_the_emulator_refuses_what_real_services_refuse(make_real, emulator):
    """Unknown users, unknown paths, and expirations that are too short, malformed or no JSON."""
    strict = type(emulator)(emulator.service, tokens={"another"})
    with pytest.raises(AuthenticationError):
        await make_real(app=strict).list_models()
    with pytest.raises(NotFoundError):
        await make_real(models_path="/v1/nothing").list_models()
    http = make_real()._service.client("https://maas.test/maas-api", safe=False)
    for content in (b'{"expiration":"5m"}', b'{"expiration":"600"}', b'{"expiration":"soon"}', b"[]", b"{bad"):
        with pytest.raises(InvalidRequestError) as caught:
            await http.derive(headers={"authorization": "Bearer x"}).request(
                "POST", "/v1/tokens", operation="issue_token", content=content
            )
        assert caught.value.status == 400


async def test_the_stand_in_knows_which_tokens_are_valid(make_mock):
    """They expire, and it may leave the expiration out."""
    now = [1_000_000.0]
    client = make_mock(hooks={"wall": lambda: now[0]}, mock={"omits_expiration": True})
    issued = await client.issue_token(expiration="10m")
    assert issued.expiration is None
    assert issued.expires_at == 1_000_600
    assert client.service.server.is_valid(issued.token)
    now[0] += 601
    assert not client.service.server.is_valid(issued.token)


async def test_calls_are_recorded_without_tokens(make_mock):
    """Kept tokens are one call."""
    client = make_mock()
    for _ in range(3):
        await client.token_for("m")
    await client.issue_token(expiration="4h")
    client.service.calls.assert_called("issue_token", times=2)
    client.service.calls.assert_called("issue_token", expiration="4h", times=1)
    assert "alice-token" not in repr(list(client.service.calls))
    assert "mock-maas" not in repr(list(client.service.calls))
