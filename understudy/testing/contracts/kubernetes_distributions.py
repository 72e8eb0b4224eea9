"""The half of the Kubernetes contract that is about distributions and their configuration."""

# ruff: noqa: S101 - pytest shows what an assertion compared
from __future__ import annotations

import asyncio

import pytest
import yaml

from understudy.domain.errors import (
    InvalidRequestError,
    NotFoundError,
    ProviderError,
)
from understudy.domain.kubernetes import ConfigMap, KubernetesClient, PlaygroundModel
from understudy.testing.contracts.kubernetes_stage import MODEL, KubernetesStage, StagedContract

__all__ = ["DistributionContract"]


class DistributionContract(StagedContract):
    """The promises about distributions."""

    async def test_creates_reads_and_deletes_a_distribution(self, client: KubernetesClient) -> None:
        """What is created can be listed and read; deleting it deletes its configuration too."""
        made = await client.create_llama_stack_distribution("team", models=[MODEL])
        assert (made.name, made.namespace, made.phase) == ("lsd-genai-playground", "team", "")
        assert made.uid
        (listed,) = await client.get_llama_stack_distributions("team")
        assert (listed.name, listed.uid, listed.config_map) == (made.name, made.uid, "llama-stack-config")
        info = await client.get_model_provider_info("team", "granite")
        assert (info.provider_type, info.url) == ("remote::vllm", MODEL.url)
        await client.delete_llama_stack_distribution("team", made.name)
        assert await client.get_llama_stack_distributions("team") == ()
        with pytest.raises(NotFoundError):
            await client.get_config_map("team", "llama-stack-config")

    async def test_writes_a_run_yaml(self, client: KubernetesClient) -> None:
        """The configuration is YAML with every model and its provider, and no credential."""
        other = PlaygroundModel(name="mistral", url="https://mistral.example.com/v1")
        await client.create_llama_stack_distribution("team", models=[MODEL, other])
        found = await client.get_config_map("team", "llama-stack-config")
        assert isinstance(found, ConfigMap)
        run = yaml.safe_load(found.data["run.yaml"])
        assert [model["model_id"] for model in run["models"]] == ["granite", "mistral"]
        configs = [provider["config"] for provider in run["providers"]["inference"]]
        assert [config["url"] for config in configs] == [MODEL.url, other.url]
        assert configs[0]["max_tokens"] == 4096
        assert all(config["api_token"].startswith("${env.") for config in configs)

    async def test_refuses_a_second_distribution(self, client: KubernetesClient) -> None:
        """A namespace has one distribution at most."""
        await client.create_llama_stack_distribution("team", models=[MODEL])
        with pytest.raises(InvalidRequestError) as caught:
            await client.create_llama_stack_distribution("team", models=[MODEL])
        assert (caught.value.status, caught.value.code) == (409, "ALREADY_EXISTS")

    async def test_of_two_creations_at_once_one_is_refused(self, client: KubernetesClient) -> None:
        """Two users press the button: one distribution, one error."""
        made = await asyncio.gather(
            *(client.create_llama_stack_distribution("team", models=[MODEL]) for _ in range(2)), return_exceptions=True
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
        made = await client.create_llama_stack_distribution("team", models=[MODEL])
        await client.delete_llama_stack_distribution("team", made.name)
        with pytest.raises(NotFoundError):
            await client.get_config_map("team", "llama-stack-config")

    async def test_a_conflict_without_end_is_told_and_undone(
        self, stage: KubernetesStage, client: KubernetesClient
    ) -> None:
        """After a few attempts the conflict is the error, and the distribution is gone again."""
        stage.refuse("update", "configmaps", code=409, reason="Conflict")
        with pytest.raises(InvalidRequestError) as caught:
            await client.create_llama_stack_distribution("team", models=[MODEL])
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
        await client.create_llama_stack_distribution("team", models=[MODEL])
        assert (await client.get_model_provider_info("team", "granite")).url == MODEL.url

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
