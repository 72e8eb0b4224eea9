"""The stand-in's scenarios, its record of calls, and what it shares between users."""

from __future__ import annotations

import pytest

from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ScriptError,
    ServerError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import PlaygroundModel
from understudy.providers.kubernetes.mock import MockKubernetesClient, MockKubernetesService

ANN = RequestIdentity.of("a-token", user="ann")
BOB = RequestIdentity.of("b-token", user="bob")


def service(**mock: object) -> MockKubernetesService:
    return MockKubernetesService(KubernetesSettings.model_validate({"mock": mock}))


@pytest.mark.parametrize(
    ("scenario", "kind", "code"),
    [
        ("timeout", RequestTimeoutError, "SERVER_UNAVAILABLE"),
        ("connection_failed", ConnectionFailedError, "CONNECTION_FAILED"),
        ("unavailable", OverloadedError, "SERVER_UNAVAILABLE"),
        ("unauthorised", AuthenticationError, "UNAUTHORIZED"),
        ("forbidden", PermissionDeniedError, "PERMISSION_DENIED"),
        ("not_found", NotFoundError, "NOT_FOUND"),
        ("invalid_request", InvalidRequestError, "INVALID_REQUEST"),
        ("rate_limited", RateLimitError, "SERVER_UNAVAILABLE"),
        ("internal_error", ServerError, "INTERNAL_ERROR"),
    ],
)
async def test_settings_make_calls_fail(scenario: str, kind: type[ProviderError], code: str) -> None:
    shared = service(scenarios=[{"operation": "list_*", "error": scenario, "times": 1}])
    client = MockKubernetesClient(ANN, shared)
    with pytest.raises(kind) as caught:
        await client.list_namespaces()
    assert (caught.value.code, caught.value.operation) == (code, "list_namespaces")
    assert [each.name for each in await client.list_namespaces()] == ["default"]


async def test_code_makes_one_users_calls_fail() -> None:
    shared = service()
    shared.scenarios.fail("get_user", "rate_limited", user="bob", retry_after=3)
    assert await MockKubernetesClient(ANN, shared).get_user() == "developer"
    with pytest.raises(RateLimitError) as caught:
        await MockKubernetesClient(BOB, shared).get_user()
    assert caught.value.retry_after == 3
    shared.scenarios.clear()
    assert await MockKubernetesClient(BOB, shared).get_user() == "developer"


async def test_arguments_narrow_a_scenario_down() -> None:
    shared = service()
    shared.scenarios.fail("get_config_map", "unavailable", name="broken")
    client = MockKubernetesClient(ANN, shared)
    with pytest.raises(OverloadedError):
        await client.get_config_map("default", "broken")
    with pytest.raises(NotFoundError):
        await client.get_config_map("default", "other")


def test_an_operation_that_does_not_exist_is_found_at_once() -> None:
    with pytest.raises(ScriptError, match="get_user"):
        service(scenarios=[{"operation": "get_users", "error": "timeout"}])


async def test_calls_are_recorded_without_tokens() -> None:
    shared = service()
    client = MockKubernetesClient(ANN, shared)
    with pytest.raises(NotFoundError):
        await client.get_config_map("default", "missing")
    call = shared.calls.last
    assert (call.operation, call.user) == ("get_config_map", "ann")
    assert call.arguments == {"namespace": "default", "name": "missing"}
    assert isinstance(call.error, NotFoundError)
    assert "a-token" not in repr(call)
    shared.calls.assert_called("get_config_map", times=1, name="missing")
    shared.calls.assert_not_called("get_user")
    with pytest.raises(AssertionError, match="get_config_map"):
        shared.calls.assert_called("get_config_map", name="other")
    with pytest.raises(AssertionError):
        shared.calls.assert_not_called()


async def test_users_of_the_settings_are_told_apart() -> None:
    only_read = {"verbs": ["get", "list"], "namespaces": ["team"]}
    shared = service(
        namespaces=["team"],
        users={"ann": {"token": "a-token", "permissions": [only_read]}, "bob": {"token": "b-token", "admin": True}},
    )
    ann, bob = MockKubernetesClient(ANN, shared), MockKubernetesClient(BOB, shared)
    assert [await one.get_user() for one in (ann, bob)] == ["ann", "bob"]
    assert [await one.is_cluster_admin() for one in (ann, bob)] == [False, True]
    with pytest.raises(PermissionDeniedError):
        await ann.list_namespaces()
    with pytest.raises(AuthenticationError):
        await MockKubernetesClient(RequestIdentity.of("c-token"), shared).get_user()


async def test_what_one_user_makes_another_sees() -> None:
    shared = service()
    models = [PlaygroundModel(name="granite", url="https://a.example.com")]
    await MockKubernetesClient(ANN, shared).create_llama_stack_distribution("default", models=models)
    (seen,) = await MockKubernetesClient(BOB, shared).get_llama_stack_distributions("default")
    assert (seen.phase, seen.version, bool(seen.service_url)) == ("Ready", "0.3.5", True)
