"""What every Kubernetes client keeps, real or stand-in: import the class and give it a ``stage`` fixture.

    from understudy.testing.contracts.kubernetes import KubernetesContract, KubernetesStage

    class TestMine(KubernetesContract):
        @pytest.fixture
        def stage(self) -> KubernetesStage:
            ...

The cluster behind the clients must let the stage's ``add`` put objects in, as an administrator would.
"""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from understudy.domain.errors import (
    AuthenticationError,
    InvalidRequestError,
    MissingIdentityError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    ServerError,
)
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient
from understudy.testing.contracts.kubernetes_distributions import DistributionContract
from understudy.testing.contracts.kubernetes_stage import (
    MODEL,
    WORK,
    Grant,
    KubernetesStage,
    Refuse,
    namespace_manifest,
)

__all__ = ["Grant", "KubernetesContract", "KubernetesStage", "Refuse"]

_ASSET = {"opendatahub.io/genai-asset": "true"}
_STATUSES: list[tuple[int, str, type[ProviderError], str, bool]] = [
    (400, "BadRequest", InvalidRequestError, "INVALID_REQUEST", False),
    (401, "Unauthorized", AuthenticationError, "UNAUTHORIZED", False),
    (403, "Forbidden", PermissionDeniedError, "PERMISSION_DENIED", False),
    (404, "NotFound", NotFoundError, "NOT_FOUND", False),
    (409, "Conflict", InvalidRequestError, "CONFLICT", False),
    (409, "AlreadyExists", InvalidRequestError, "ALREADY_EXISTS", False),
    (422, "Invalid", InvalidRequestError, "INVALID_REQUEST", False),
    (429, "TooManyRequests", RateLimitError, "SERVER_UNAVAILABLE", True),
    (500, "InternalError", ServerError, "INTERNAL_ERROR", True),
    (503, "ServiceUnavailable", OverloadedError, "SERVER_UNAVAILABLE", True),
    (504, "Timeout", OverloadedError, "SERVER_UNAVAILABLE", True),
]
"""By status and reason: the error, its code, and whether the same call may succeed later."""


def _served(name: str, *, ready: bool, labels: Mapping[str, str], kind: str = "InferenceService") -> dict[str, Any]:
    version = "v1beta1" if kind == "InferenceService" else "v1alpha1"
    return {
        "apiVersion": f"serving.kserve.io/{version}",
        "kind": kind,
        "metadata": {"name": name, "namespace": "team", "labels": dict(labels)},
        "spec": {"predictor": {"model": {"runtime": "vllm"}}},
        "status": {
            "url": f"https://{name}.example.com",
            "address": {"url": f"http://{name}.team.svc"},
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


class KubernetesContract(DistributionContract):
    """The promises of the KubernetesClient port."""

    def test_is_a_kubernetes_client(self, client: KubernetesClient) -> None:
        """It has every operation of the port."""
        assert isinstance(client, KubernetesClient)

    async def test_without_a_token_nothing_is_sent(self, stage: KubernetesStage) -> None:
        """Every way of asking without a token is refused here, not by the cluster."""
        client = stage.client(RequestIdentity.of(None))
        for ask in (client.validate_request_identity, client.bearer_token):
            with pytest.raises(MissingIdentityError):
                ask()
        with pytest.raises(MissingIdentityError):
            await client.get_user()
        assert stage.requests() == []

    def test_gives_the_token(self, stage: KubernetesStage) -> None:
        """The user's own token comes back, and validating it is silent."""
        identity = stage.grant("ann", verbs=WORK, namespaces=("team",))
        client = stage.client(identity)
        client.validate_request_identity()
        assert client.bearer_token() == identity.token

    async def test_an_unknown_token_is_unauthorised(self, stage: KubernetesStage) -> None:
        """The cluster's 401 is an AuthenticationError that does not show the token."""
        stage.grant("ann", verbs=WORK, namespaces=("team",))
        with pytest.raises(AuthenticationError) as caught:
            await stage.client(RequestIdentity.of("sha256~wrong-token")).get_user()
        assert (caught.value.status, caught.value.code) == (401, "UNAUTHORIZED")
        assert "wrong-token" not in str(caught.value)

    async def test_knows_the_user(self, stage: KubernetesStage) -> None:
        """A user has its name; a service account only its last part."""
        person = stage.client(stage.grant("ann", verbs=WORK, namespaces=("team",)))
        account = stage.client(stage.grant("system:serviceaccount:team:robot", verbs=WORK, namespaces=("team",)))
        assert (await person.get_user(), await account.get_user()) == ("ann", "robot")

    async def test_knows_what_the_user_may(self, stage: KubernetesStage) -> None:
        """Access reviews tell users apart."""
        stage.add(namespace_manifest("team"))
        admin = stage.client(stage.grant("root", admin=True))
        member = stage.client(stage.grant("ann", verbs=WORK, namespaces=("team",)))
        reader = stage.client(stage.grant("bob", verbs=("get", "list"), namespaces=("*",)))
        assert [await one.is_cluster_admin() for one in (admin, member, reader)] == [True, False, False]
        assert [await one.can_list_namespaces() for one in (admin, member, reader)] == [True, False, True]
        asked = [("team", True), ("elsewhere", False)]
        assert [(each, await member.can_list_llama_stack_distributions(each)) for each, _ in asked] == asked

    async def test_lists_namespaces(self, stage: KubernetesStage) -> None:
        """Whoever may list them sees them with their own titles."""
        stage.add(namespace_manifest("team", display_name="The Team"))
        listed = await stage.client(stage.grant("root", admin=True)).list_namespaces()
        found = {each.name: each for each in listed}
        assert found["team"].display_name == "The Team"
        assert found["team"].labels.get("kubernetes.io/metadata.name", "team") == "team"

    async def test_falls_back_to_projects(self, stage: KubernetesStage) -> None:
        """Whoever may not list namespaces sees the projects; those that cannot be read keep the project's title."""
        stage.add(namespace_manifest("team", display_name="The Team"))
        stage.add(namespace_manifest("other"))
        client = stage.client(stage.grant("ann", verbs=("get",), namespaces=("team",)))
        assert [each.name for each in await client.list_namespaces()] == ["team"]
        stage.refuse("get", "namespaces", code=403, reason="Forbidden")
        assert [each.display_name for each in await client.list_namespaces()] == ["The Team"]

    async def test_without_projects_the_first_refusal_is_told(self, stage: KubernetesStage) -> None:
        """Where both lists are refused, the error is the namespaces' own."""
        stage.refuse("list", "projects", code=404, reason="NotFound")
        with pytest.raises(PermissionDeniedError) as caught:
            await stage.client(stage.grant("ann", verbs=("get",), namespaces=("team",))).list_namespaces()
        assert "namespaces" in caught.value.message
        assert [type(error) for error in caught.value.earlier_errors] == [NotFoundError]

    @pytest.mark.parametrize(
        "ask",
        [
            lambda client: client.get_aa_models("secret"),
            lambda client: client.get_llama_stack_distributions("secret"),
            lambda client: client.create_llama_stack_distribution("secret", models=[MODEL]),
            lambda client: client.delete_llama_stack_distribution("secret", "lsd-genai-playground"),
            lambda client: client.get_config_map("secret", "llama-stack-config"),
            lambda client: client.get_model_provider_info("secret", "granite"),
        ],
        ids=["models", "distributions", "create", "delete", "config_map", "provider"],
    )
    async def test_namespaced_operations_are_gated(
        self, stage: KubernetesStage, client: KubernetesClient, ask: Any
    ) -> None:
        """Without the right to list distributions there, nothing but the review is asked."""
        stage.add(namespace_manifest("secret"))
        before = len(stage.requests())
        with pytest.raises(PermissionDeniedError) as caught:
            await ask(client)
        assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
        assert [path.rpartition("/")[2] for _, path in stage.requests()[before:]] == ["selfsubjectaccessreviews"]

    @pytest.mark.parametrize("namespace", ["", "Team", "a/b", "../default", "a" * 64, "-a", "a b", "team?x=1"])
    async def test_names_that_cannot_be_are_refused_unsent(
        self, stage: KubernetesStage, client: KubernetesClient, namespace: str
    ) -> None:
        """A namespace that could change the path never reaches the cluster."""
        before = len(stage.requests())
        with pytest.raises(InvalidRequestError, match="nothing was sent"):
            await client.get_config_map(namespace, "llama-stack-config")
        with pytest.raises(InvalidRequestError, match="nothing was sent"):
            await client.get_config_map("team", namespace * 5 if len(namespace) == 64 else namespace)
        assert len(stage.requests()) == before

    async def test_finds_ai_assets(self, stage: KubernetesStage, client: KubernetesClient) -> None:
        """Only labelled models are found, of both kinds, with what their status says."""
        stage.add(_served("granite", ready=True, labels=_ASSET))
        stage.add(_served("llama", ready=False, labels=_ASSET, kind="LLMInferenceService"))
        stage.add(_served("private", ready=True, labels={}))
        runtime = {"openshift.io/display-name": "vLLM for GPUs"}
        stage.add(
            {
                "apiVersion": "serving.kserve.io/v1alpha1",
                "kind": "ServingRuntime",
                "metadata": {"name": "vllm", "namespace": "team", "annotations": runtime},
                "spec": {},
            }
        )
        models = await client.get_aa_models("team")
        told = [(each.name, each.kind, each.status) for each in models]
        assert told == [("granite", "InferenceService", "Running"), ("llama", "LLMInferenceService", "Stop")]
        assert models[0].endpoints == ("http://granite.team.svc", "https://granite.example.com")
        assert models[0].serving_runtime == "vLLM for GPUs"

    async def test_a_cluster_without_model_servers_has_no_models(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """A resource that is not served is no error; one that may not be read is."""
        for resource in ("inferenceservices", "llminferenceservices", "servingruntimes"):
            stage.refuse("list", resource, code=404, reason="NotFound", times=1)
        assert await client.get_aa_models("team") == ()
        stage.refuse("list", "llminferenceservices", code=403, reason="Forbidden", times=1)
        with pytest.raises(PermissionDeniedError):
            await client.get_aa_models("team")

    async def test_a_namespace_that_does_not_exist_is_empty(self, stage: KubernetesStage) -> None:
        """Listing there gives an empty list, as a real API server does."""
        client = stage.client(stage.grant("root", admin=True))
        assert await client.get_llama_stack_distributions("nowhere") == ()
        with pytest.raises(NotFoundError, match="nowhere"):
            await client.create_llama_stack_distribution("nowhere", models=[MODEL])

    async def test_follows_pages(self, stage: KubernetesStage) -> None:
        """A list of more than one page is whole."""
        for number in range(501):
            stage.add(namespace_manifest(f"team-{number:03}"))
        listed = await stage.client(stage.grant("root", admin=True)).list_namespaces()
        assert len({each.name for each in listed if each.name.startswith("team-")}) == 501

    @pytest.mark.parametrize(
        ("code", "reason", "kind", "word", "retryable"), _STATUSES, ids=[f"{row[0]}-{row[1]}" for row in _STATUSES]
    )
    async def test_refusals_become_errors_of_the_tree(
        self,
        stage: KubernetesStage,
        client: KubernetesClient,
        code: int,
        reason: str,
        kind: type[ProviderError],
        word: str,
        retryable: bool,  # noqa: FBT001 - a column of the table
    ) -> None:
        """Each status is one error of exactly one class, with its code, the operation and the server's words."""
        stage.refuse("get", "configmaps", code=code, reason=reason)
        with pytest.raises(ProviderError) as caught:
            await client.get_config_map("team", "llama-stack-config")
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.code, error.operation) == (code, word, "get_config_map")
        assert (error.provider, error.phase, error.retryable) == ("kubernetes", "answer", retryable)
        assert reason in error.message

    @pytest.mark.parametrize(
        ("operation", "ask"),
        [
            ("get_config_map", lambda client: client.get_config_map("team", "absent")),
            (
                "delete_llama_stack_distribution",
                lambda client: client.delete_llama_stack_distribution("team", "absent"),
            ),
        ],
    )
    async def test_what_is_not_there_is_not_found(self, client: KubernetesClient, operation: str, ask: Any) -> None:
        """The cluster's 404 names it."""
        with pytest.raises(NotFoundError, match="absent") as caught:
            await ask(client)
        error = caught.value
        assert (error.status, error.code, error.operation, error.retryable) == (404, "NOT_FOUND", operation, False)

    async def test_a_right_ends_where_it_is_given(self, stage: KubernetesStage) -> None:
        """Every verb in one namespace is not all of the cluster, and reading one object is not listing them."""
        for name in ("team", "other"):
            stage.add(namespace_manifest(name))
        owner = stage.client(stage.grant("ann", verbs=("*",), namespaces=("team",)))
        reader = stage.client(stage.grant("bob", verbs=("get",), namespaces=("team",)))
        lister = stage.client(stage.grant("cid", verbs=("list",), namespaces=("*",)))
        everyone = (owner, reader, lister)
        assert [await one.is_cluster_admin() for one in everyone] == [False, False, False]
        assert [await one.can_list_namespaces() for one in everyone] == [False, False, True]
        assert [await one.can_list_llama_stack_distributions("team") for one in everyone] == [True, False, True]
        assert [await one.can_list_llama_stack_distributions("other") for one in everyone] == [False, False, True]
        with pytest.raises(PermissionDeniedError) as caught:
            await lister.create_llama_stack_distribution("team", models=[MODEL])
        assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
        assert "cid" in caught.value.message

    async def test_users_at_once_do_not_meet(self, stage: KubernetesStage) -> None:
        """Each call is its own user's, however many there are."""
        names = [f"user-{number}" for number in range(20)]
        clients = [stage.client(stage.grant(name, verbs=WORK, namespaces=("team",))) for name in names]
        assert await asyncio.gather(*(client.get_user() for client in clients)) == names
