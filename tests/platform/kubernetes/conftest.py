"""Kubernetes clients of both kinds, on one kind of cluster."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from understudy.config.models.http import HttpSettings
from understudy.config.models.kubernetes_mock import KubernetesMockSettings, PermissionSettings
from understudy.config.models.platform import KubernetesSettings
from understudy.domain.identity import RequestIdentity
from understudy.providers.http.clients import HttpClients
from understudy.providers.kubernetes.client import HttpKubernetesClient
from understudy.providers.kubernetes.mock import Cluster, MockKubernetesClient, MockKubernetesService
from understudy.providers.kubernetes.service import KubernetesService
from understudy.testing.asgi import AsgiTransport
from understudy.testing.contracts.kubernetes import KubernetesStage
from understudy.testing.emulators.kubernetes import KubernetesEmulator

URL = "https://api.cluster.example.com:6443"
NO_RETRIES = HttpSettings.model_validate({"retry": {"max_retries": 0}})


@pytest.fixture
def cluster() -> Cluster:
    settings = KubernetesMockSettings(openshift=True)
    return Cluster(settings, now=lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))


@pytest.fixture
def stand_in(cluster: Cluster) -> MockKubernetesService:
    return MockKubernetesService(cluster=cluster)


@pytest.fixture
def real(cluster: Cluster) -> KubernetesService:
    http = HttpClients(NO_RETRIES, transport=AsgiTransport(KubernetesEmulator(cluster)))
    return KubernetesService(KubernetesSettings(base_url=URL), http)


def stage_of(cluster: Cluster, client: Any) -> KubernetesStage:
    def grant(
        name: str, /, *, admin: bool = False, verbs: Sequence[str] = (), namespaces: Sequence[str] = ()
    ) -> RequestIdentity:
        rule = PermissionSettings(verbs=tuple(verbs), namespaces=tuple(namespaces))
        cluster.people.add(name, token=f"sha256~{name.replace(':', '-')}", admin=admin, permissions=[rule])
        return RequestIdentity.of(f"sha256~{name.replace(':', '-')}", user=name)

    def refuse(verb: str, resource: str, /, *, code: int, reason: str, times: int | None = None) -> None:
        cluster.refuse(verb, resource, code=code, reason=reason, message=f"{reason}: on purpose", times=times)

    def add(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        return cluster.add(manifest)

    return KubernetesStage(
        client=client,
        grant=grant,
        add=add,
        refuse=refuse,
        requests=lambda: [(request.method, request.path) for request in cluster.requests],
    )


@pytest.fixture(params=["mock", "real"])
def stage(request: pytest.FixtureRequest, cluster: Cluster) -> KubernetesStage:
    if request.param == "mock":
        stand_in = request.getfixturevalue("stand_in")
        return stage_of(cluster, lambda identity: MockKubernetesClient(identity, stand_in))
    real = request.getfixturevalue("real")
    return stage_of(cluster, lambda identity: HttpKubernetesClient(identity, real))
