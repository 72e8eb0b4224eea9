"""What the shared HTTP layer tries again for a cluster, and what it does not."""

from __future__ import annotations

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import InvalidRequestError, MaxRetriesExceededError, OverloadedError
from understudy.domain.identity import RequestIdentity
from understudy.providers.http.clients import HttpClients
from understudy.providers.kubernetes.client import HttpKubernetesClient
from understudy.providers.kubernetes.mock import Cluster
from understudy.providers.kubernetes.service import KubernetesService
from understudy.testing.asgi import AsgiTransport
from understudy.testing.emulators.kubernetes import KubernetesEmulator

CONFIG_MAP = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "team"},
    "data": {"a": "1"},
}


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.add(CONFIG_MAP)
    return made


@pytest.fixture
def client(cluster: Cluster) -> HttpKubernetesClient:
    async def at_once(seconds: float) -> None:
        pass

    settings = HttpSettings.model_validate({"retry": {"max_retries": 2}})
    http = HttpClients(settings, transport=AsgiTransport(KubernetesEmulator(cluster)), sleep=at_once)
    service = KubernetesService(KubernetesSettings(base_url="https://a.example.com"), http)
    return HttpKubernetesClient(RequestIdentity.of("user-token"), service)


async def test_a_server_that_is_not_ready_is_asked_again(cluster: Cluster, client: HttpKubernetesClient) -> None:
    cluster.refuse("get", "configmaps", code=503, times=2)
    assert (await client.get_config_map("team", "settings")).data == {"a": "1"}


async def test_the_last_failure_is_told_with_its_code(cluster: Cluster, client: HttpKubernetesClient) -> None:
    cluster.refuse("get", "configmaps", code=503)
    with pytest.raises(MaxRetriesExceededError) as caught:
        await client.get_config_map("team", "settings")
    assert (caught.value.status, caught.value.code, caught.value.attempts) == (503, "SERVER_UNAVAILABLE", 3)
    assert isinstance(caught.value.last_error, OverloadedError)


@pytest.mark.parametrize(("code", "reason"), [(409, "Conflict"), (422, "Invalid"), (400, "BadRequest")])
async def test_a_refusal_that_stays_one_is_not_asked_again(
    cluster: Cluster, client: HttpKubernetesClient, code: int, reason: str
) -> None:
    cluster.refuse("get", "configmaps", code=code, reason=reason)
    with pytest.raises(InvalidRequestError):
        await client.get_config_map("team", "settings")
    assert [request.status for request in cluster.requests] == [201, code]
