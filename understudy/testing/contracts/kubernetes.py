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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
import yaml

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
from understudy.domain.kubernetes import ConfigMap, KubernetesClient, PlaygroundModel

__all__ = ["Grant", "KubernetesContract", "KubernetesStage", "Refuse"]


class Grant(Protocol):
    """Makes a user and gives the identity."""

    def __call__(
        self, name: str, /, *, admin: bool = False, verbs: Sequence[str] = (), namespaces: Sequence[str] = ()
    ) -> RequestIdentity:
        """``verbs`` on everything in ``namespaces``; ``*`` also allows what is in none."""
        ...


class Refuse(Protocol):
    """Lets the cluster answer requests with a status."""

    def __call__(self, verb: str, resource: str, /, *, code: int, reason: str, times: int | None = None) -> None:
        """``times`` times, or always."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesStage:
    """What the contract plays on: ``client`` makes a client for an identity, the rest prepares the cluster."""

    client: Callable[[RequestIdentity], KubernetesClient]
    grant: Grant
    add: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    refuse: Refuse
    requests: Callable[[], list[tuple[str, str]]]
    """The method and path of the requests that the cluster has seen."""


_WORK = ("get", "list", "create", "update", "delete")
_MODEL = PlaygroundModel(name="granite", url="https://granite.example.com/v1", max_tokens=4096)
_ASSET = {"opendatahub.io/genai-asset": "true"}
_STATUSES: list[tuple[int, str, type[ProviderError], str]] = [
    (400, "BadRequest", InvalidRequestError, "INVALID_REQUEST"),
    (401, "Unauthorized", AuthenticationError, "UNAUTHORIZED"),
    (403, "Forbidden", PermissionDeniedError, "PERMISSION_DENIED"),
    (404, "NotFound", NotFoundError, "NOT_FOUND"),
    (409, "Conflict", InvalidRequestError, "CONFLICT"),
    (422, "Invalid", InvalidRequestError, "INVALID_REQUEST"),
    (429, "TooManyRequests", RateLimitError, "SERVER_UNAVAILABLE"),
    (500, "InternalError", ServerError, "INTERNAL_ERROR"),
    (503, "ServiceUnavailable", OverloadedError, "SERVER_UNAVAILABLE"),
    (504, "Timeout", OverloadedError, "SERVER_UNAVAILABLE"),
]


def _namespace(name: str, **annotations: str) -> dict[str, Any]:
    noted = {f"openshift.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": noted}}


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


class KubernetesContract:
    """The promises of the KubernetesClient port."""

    @pytest.fixture
    def stage(self) -> KubernetesStage:
        """The clients under test and their cluster; a subclass gives it."""
        raise NotImplementedError("give the contract a `stage` fixture")

    @pytest.fixture
    def client(self, stage: KubernetesStage) -> KubernetesClient:
        """A client of a user who works in the namespace ``team``."""
        stage.add(_namespace("team"))
        return stage.client(stage.grant("ann", verbs=_WORK, namespaces=("team",)))

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
        identity = stage.grant("ann", verbs=_WORK, namespaces=("team",))
        client = stage.client(identity)
        client.validate_request_identity()
        assert client.bearer_token() == identity.token

    async def test_an_unknown_token_is_unauthorised(self, stage: KubernetesStage) -> None:
        """The cluster's 401 is an AuthenticationError that does not show the token."""
        stage.grant("ann", verbs=_WORK, namespaces=("team",))
        with pytest.raises(AuthenticationError) as caught:
            await stage.client(RequestIdentity.of("sha256~wrong-token")).get_user()
        assert (caught.value.status, caught.value.code) == (401, "UNAUTHORIZED")
        assert "wrong-token" not in str(caught.value)

    async def test_knows_the_user(self, stage: KubernetesStage) -> None:
        """A user has its name; a service account only its last part."""
        person = stage.client(stage.grant("ann", verbs=_WORK, namespaces=("team",)))
        account = stage.client(stage.grant("system:serviceaccount:team:robot", verbs=_WORK, namespaces=("team",)))
        assert (await person.get_user(), await account.get_user()) == ("ann", "robot")

    async def test_knows_what_the_user_may(self, stage: KubernetesStage) -> None:
        """Access reviews tell users apart."""
        stage.add(_namespace("team"))
        admin = stage.client(stage.grant("root", admin=True))
        member = stage.client(stage.grant("ann", verbs=_WORK, namespaces=("team",)))
        reader = stage.client(stage.grant("bob", verbs=("get", "list"), namespaces=("*",)))
        assert [await one.is_cluster_admin() for one in (admin, member, reader)] == [True, False, False]
        assert [await one.can_list_namespaces() for one in (admin, member, reader)] == [True, False, True]
        asked = [("team", True), ("elsewhere", False)]
        assert [(each, await member.can_list_llama_stack_distributions(each)) for each, _ in asked] == asked

    async def test_lists_namespaces(self, stage: KubernetesStage) -> None:
        """Whoever may list them sees them with their own titles."""
        stage.add(_namespace("team", display_name="The Team"))
        listed = await stage.client(stage.grant("root", admin=True)).list_namespaces()
        found = {each.name: each for each in listed}
        assert found["team"].display_name == "The Team"
        assert found["team"].labels.get("kubernetes.io/metadata.name", "team") == "team"

    async def test_falls_back_to_projects(self, stage: KubernetesStage) -> None:
        """Whoever may not list namespaces sees the projects; those that cannot be read keep the project's title."""
        stage.add(_namespace("team", display_name="The Team"))
        stage.add(_namespace("other"))
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
            lambda client: client.create_llama_stack_distribution("secret", models=[_MODEL]),
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
        stage.add(_namespace("secret"))
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

    async def test_creates_reads_and_deletes_a_distribution(self, client: KubernetesClient) -> None:
        """What is created can be listed and read; deleting it deletes its configuration too."""
        made = await client.create_llama_stack_distribution("team", models=[_MODEL])
        assert (made.name, made.namespace, made.phase) == ("lsd-genai-playground", "team", "")
        assert made.uid
        (listed,) = await client.get_llama_stack_distributions("team")
        assert (listed.name, listed.uid, listed.config_map) == (made.name, made.uid, "llama-stack-config")
        info = await client.get_model_provider_info("team", "granite")
        assert (info.provider_type, info.url) == ("remote::vllm", _MODEL.url)
        await client.delete_llama_stack_distribution("team", made.name)
        assert await client.get_llama_stack_distributions("team") == ()
        with pytest.raises(NotFoundError):
            await client.get_config_map("team", "llama-stack-config")

    async def test_writes_a_run_yaml(self, client: KubernetesClient) -> None:
        """The configuration is YAML with every model and its provider, and no credential."""
        other = PlaygroundModel(name="mistral", url="https://mistral.example.com/v1")
        await client.create_llama_stack_distribution("team", models=[_MODEL, other])
        found = await client.get_config_map("team", "llama-stack-config")
        assert isinstance(found, ConfigMap)
        run = yaml.safe_load(found.data["run.yaml"])
        assert [model["model_id"] for model in run["models"]] == ["granite", "mistral"]
        configs = [provider["config"] for provider in run["providers"]["inference"]]
        assert [config["url"] for config in configs] == [_MODEL.url, other.url]
        assert configs[0]["max_tokens"] == 4096
        assert all(config["api_token"].startswith("${env.") for config in configs)

    async def test_refuses_a_second_distribution(self, client: KubernetesClient) -> None:
        """A namespace has one distribution at most."""
        await client.create_llama_stack_distribution("team", models=[_MODEL])
        with pytest.raises(InvalidRequestError) as caught:
            await client.create_llama_stack_distribution("team", models=[_MODEL])
        assert (caught.value.status, caught.value.code) == (409, "ALREADY_EXISTS")

    async def test_of_two_creations_at_once_one_is_refused(self, client: KubernetesClient) -> None:
        """Two users press the button: one distribution, one error."""
        made = await asyncio.gather(
            *(client.create_llama_stack_distribution("team", models=[_MODEL]) for _ in range(2)), return_exceptions=True
        )
        errors = [each for each in made if isinstance(each, InvalidRequestError)]
        assert [error.code for error in errors] == ["ALREADY_EXISTS"]
        assert len(await client.get_llama_stack_distributions("team")) == 1

    async def test_looks_up_where_a_model_is_served(self, stage: KubernetesStage, client: KubernetesClient) -> None:
        """Without a URL, the model's service and its account's token are found in the namespace."""
        meta = {"namespace": "team"}
        port = {"name": "http", "port": 8080}
        stage.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "granite-sa", **meta}})
        stage.add(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/service-account-token",
                "metadata": {
                    "name": "granite-sa-token",
                    "annotations": {"kubernetes.io/service-account.name": "granite-sa"},
                    **meta,
                },
            }
        )
        stage.add(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "granite-predictor", **meta},
                "spec": {"ports": [port]},
            }
        )
        await client.create_llama_stack_distribution("team", models=[PlaygroundModel(name="granite")])
        info = await client.get_model_provider_info("team", "granite")
        assert info.url == "http://granite-predictor.team.svc.cluster.local:8080/v1"

    async def test_a_model_that_nothing_serves_makes_nothing(self, client: KubernetesClient) -> None:
        """The lookup comes before anything is made."""
        with pytest.raises(NotFoundError, match="nothing was made"):
            await client.create_llama_stack_distribution("team", models=[PlaygroundModel(name="granite")])
        assert await client.get_llama_stack_distributions("team") == ()

    async def test_an_empty_list_of_models_is_refused_unsent(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """A distribution without models is nobody's wish."""
        before = len(stage.requests())
        with pytest.raises(InvalidRequestError, match="at least one model"):
            await client.create_llama_stack_distribution("team", models=[])
        assert len(stage.requests()) == before

    async def test_a_conflict_is_read_again_and_retried(self, stage: KubernetesStage, client: KubernetesClient) -> None:
        """Somebody changed the ConfigMap between our reading and writing: the owner is set all the same."""
        stage.refuse("update", "configmaps", code=409, reason="Conflict", times=2)
        made = await client.create_llama_stack_distribution("team", models=[_MODEL])
        await client.delete_llama_stack_distribution("team", made.name)
        with pytest.raises(NotFoundError):
            await client.get_config_map("team", "llama-stack-config")

    async def test_a_conflict_without_end_is_told_and_undone(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """After a few attempts the conflict is the error, and the distribution is gone again."""
        stage.refuse("update", "configmaps", code=409, reason="Conflict")
        with pytest.raises(InvalidRequestError) as caught:
            await client.create_llama_stack_distribution("team", models=[_MODEL])
        assert caught.value.code == "CONFLICT"
        assert await client.get_llama_stack_distributions("team") == ()

    async def test_a_configuration_that_was_left_behind_is_taken_over(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """An old ConfigMap of the same name gets the new content and the new owner."""
        stage.add(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "llama-stack-config", "namespace": "team"},
                "data": {"run.yaml": "models: []"},
            }
        )
        await client.create_llama_stack_distribution("team", models=[_MODEL])
        assert (await client.get_model_provider_info("team", "granite")).url == _MODEL.url

    async def test_a_distribution_of_somebody_else_is_not_ours(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """Without the dashboard's label it is neither listed nor deleted."""
        stage.add(
            {
                "apiVersion": "llamastack.io/v1alpha1",
                "kind": "LlamaStackDistribution",
                "metadata": {"name": "theirs", "namespace": "team"},
                "spec": {"server": {"distribution": {"name": "starter"}}},
            }
        )
        assert await client.get_llama_stack_distributions("team") == ()
        with pytest.raises(NotFoundError):
            await client.delete_llama_stack_distribution("team", "theirs")

    async def test_a_namespace_that_does_not_exist_is_empty(self, stage: KubernetesStage) -> None:
        """Listing there gives an empty list, as a real API server does."""
        client = stage.client(stage.grant("root", admin=True))
        assert await client.get_llama_stack_distributions("nowhere") == ()
        with pytest.raises(NotFoundError, match="nowhere"):
            await client.create_llama_stack_distribution("nowhere", models=[_MODEL])

    async def test_what_is_not_in_the_configuration_is_not_found(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """A missing ConfigMap and a missing model are both NotFoundError; broken YAML is not."""
        with pytest.raises(NotFoundError):
            await client.get_model_provider_info("team", "granite")
        config = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "llama-stack-config", "namespace": "team"},
        }
        stage.add({**config, "data": {"run.yaml": "models: []"}})
        with pytest.raises(NotFoundError, match="granite"):
            await client.get_model_provider_info("team", "granite")
        stage.add({**config, "data": {"run.yaml": "models: ["}})
        with pytest.raises(ProviderError, match="not YAML"):
            await client.get_model_provider_info("team", "granite")

    async def test_follows_pages(self, stage: KubernetesStage) -> None:
        """A list of more than one page is whole."""
        for number in range(501):
            stage.add(_namespace(f"team-{number:03}"))
        listed = await stage.client(stage.grant("root", admin=True)).list_namespaces()
        assert len({each.name for each in listed if each.name.startswith("team-")}) == 501

    @pytest.mark.parametrize(("code", "reason", "kind", "word"), _STATUSES, ids=[str(row[0]) for row in _STATUSES])
    async def test_refusals_become_errors_of_the_tree(
        self,
        stage: KubernetesStage,
        client: KubernetesClient,
        code: int,
        reason: str,
        kind: type[ProviderError],
        word: str,
    ) -> None:
        """Each status is one error, with its code, the operation and the server's words."""
        stage.refuse("get", "configmaps", code=code, reason=reason)
        with pytest.raises(kind) as caught:
            await client.get_config_map("team", "llama-stack-config")
        error = caught.value
        assert (error.status, error.code, error.operation) == (code, word, "get_config_map")
        assert error.provider == "kubernetes"
        assert reason in error.message
