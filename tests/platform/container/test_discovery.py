"""Addresses that the settings do not name are found through the cluster, as the user."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from understudy import ConfigurationError, NotFoundError, RequestIdentity, open_container
from understudy.domain.kubernetes import PlaygroundModel

ADA = RequestIdentity.of("ada-token")
CLUSTER = "https://cluster.example"
INGRESS = "/apis/config.openshift.io/v1/ingresses/cluster"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
DISTRIBUTIONS = "/apis/llamastack.io/v1alpha1/namespaces/mine/llamastackdistributions"


class Net:
    """All hosts at once: a table of answers, and the requests that came."""

    def __init__(self, answers: dict[str, tuple[int, Any]]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, str]] = []
        self.transport = httpx.MockTransport(self.answer)

    def answer(self, request: httpx.Request) -> httpx.Response:
        url = f"{request.url.scheme}://{request.url.host}{request.url.path}"
        self.asked.append((url, request.headers.get("authorization", "")))
        status, body = self.answers.get(url, (404, "404 page not found"))
        if isinstance(body, str):
            return httpx.Response(status, text=body)
        return httpx.Response(status, content=json.dumps(body), headers={"content-type": "application/json"})


def settings(**platform: Any) -> dict[str, Any]:
    return {"http": {"retry": {"max_retries": 0}}, "platform": {"kubernetes": {"base_url": CLUSTER}, **platform}}


MODELS = (200, {"object": "list", "data": []})


async def test_maas_is_found_by_the_clusters_domain_and_only_once() -> None:
    net = Net(
        {
            f"{CLUSTER}{INGRESS}": (200, {"kind": "Ingress", "spec": {"domain": "apps.example"}}),
            "https://maas.apps.example/maas-api/v1/models": MODELS,
        }
    )
    async with open_container(settings(), transport=net.transport) as container:
        for _ in range(2):
            assert await container.platform.maas(ADA).list_models() == ()
    assert [url for url, _ in net.asked] == [
        f"{CLUSTER}{INGRESS}",
        "https://maas.apps.example/maas-api/v1/models",
        "https://maas.apps.example/maas-api/v1/models",
    ]
    assert {token for _, token in net.asked} == {"Bearer ada-token"}


@pytest.mark.parametrize(
    "answer",
    [
        (404, "404 page not found"),
        (403, {"kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403}),
        (200, {"kind": "Ingress", "spec": {}}),
        (200, {"kind": "Ingress"}),
    ],
    ids=["no such group", "not for this user", "no domain", "no spec"],
)
async def test_a_cluster_that_does_not_say_its_domain_leaves_maas_unknown(answer: tuple[int, Any]) -> None:
    net = Net({f"{CLUSTER}{INGRESS}": answer})
    async with open_container(settings(), transport=net.transport) as container:
        with pytest.raises(NotFoundError, match=r"platform\.maas\.base_url"):
            await container.platform.maas(ADA).list_models()


async def test_a_stand_in_for_the_cluster_says_no_domain() -> None:
    async with open_container({"platform": {"kubernetes": {"use": "mock"}}}) as container:
        with pytest.raises(NotFoundError, match=r"platform\.maas\.base_url"):
            await container.platform.maas(ADA).list_models()


async def test_without_a_cluster_the_settings_are_at_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    async with open_container({"platform": {}}) as container:
        with pytest.raises(ConfigurationError, match="kubernetes"):
            await container.platform.maas(ADA).list_models()


async def test_llama_stack_is_found_in_the_namespaces_own_distribution() -> None:
    found = {"metadata": {"name": "lsd", "namespace": "mine"}, "status": {"serviceURL": "https://stack.mine.example"}}
    net = Net(
        {
            f"{CLUSTER}{REVIEWS}": (201, {"status": {"allowed": True}}),
            f"{CLUSTER}{DISTRIBUTIONS}": (200, {"kind": "LlamaStackDistributionList", "items": [found]}),
            "https://stack.mine.example/v1/models": MODELS,
        }
    )
    async with open_container(settings(), transport=net.transport) as container:
        assert await container.platform.llama_stack(ADA, namespace="mine").list_models() == ()
        with pytest.raises(NotFoundError, match=r"platform\.llama_stack\.base_url"):
            await container.platform.llama_stack(ADA).list_models()
    assert {token for _, token in net.asked} == {"Bearer ada-token"}


async def test_a_stand_in_cluster_tells_a_real_llama_stack_where_to_go() -> None:
    """The cluster is whatever the settings say that it is."""
    net = Net({})
    said = {"kubernetes": {"use": "mock"}, "llama_stack": {"allow_plain_http": True}}
    async with open_container({"platform": said}, transport=net.transport) as container:
        kubernetes = container.platform.kubernetes(ADA)
        model = PlaygroundModel(name="granite", url="https://granite.example/v1")
        await kubernetes.create_llama_stack_distribution("default", models=[model])
        (distribution,) = await kubernetes.get_llama_stack_distributions("default")
        url = distribution.service_url.replace(":8321", "")  # this net has no ports
        net.answers[f"{url}/v1/models"] = MODELS
        assert await container.platform.llama_stack(ADA, namespace="default").list_models() == ()
    assert net.asked == [(f"{url}/v1/models", "Bearer ada-token")]
