"""The official Kubernetes client takes the emulator for an API server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from understudy.config.models.kubernetes_mock import KubernetesMockSettings
from understudy.providers.kubernetes.mock import Cluster
from understudy.testing.emulators.kubernetes import KubernetesEmulator

pytestmark = pytest.mark.slow


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    official = pytest.importorskip("kubernetes", reason="the official client is not installed")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    cluster = Cluster(KubernetesMockSettings(namespaces=("team",)))
    cluster.people.add("root", token="root-token", admin=True)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(KubernetesEmulator(cluster), log_level="critical", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    configuration = official.client.Configuration(
        host=f"http://127.0.0.1:{listener.getsockname()[1]}", api_key={"authorization": "Bearer root-token"}
    )
    with official.client.ApiClient(configuration) as client:
        yield official, client
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


def test_reads_and_writes_config_maps(api: Any) -> None:
    official, client = api
    core = official.client.CoreV1Api(client)
    body = official.client.V1ConfigMap(
        metadata=official.client.V1ObjectMeta(name="one", labels={"a": "b"}), data={"k": "v"}
    )
    made = core.create_namespaced_config_map("team", body)
    assert made.metadata.uid
    assert made.metadata.creation_timestamp.year > 2000
    listed = core.list_namespaced_config_map("team", label_selector="a=b")
    assert [item.data for item in listed.items] == [{"k": "v"}]
    made.data = {"k": "w"}
    assert core.replace_namespaced_config_map("one", "team", made).data == {"k": "w"}
    with pytest.raises(official.client.ApiException) as caught:
        core.replace_namespaced_config_map("one", "team", made)
    assert caught.value.status == 409
    told = core.delete_namespaced_config_map("one", "team")
    assert (told["status"] if isinstance(told, dict) else told.status) == "Success"  # by the client's release


def test_reviews_and_custom_objects(api: Any) -> None:
    official, client = api
    asked = official.client.V1ResourceAttributes(verb="*", resource="*", group="*")
    spec = official.client.V1SelfSubjectAccessReviewSpec(resource_attributes=asked)
    reviews = official.client.AuthorizationV1Api(client)
    assert reviews.create_self_subject_access_review(
        official.client.V1SelfSubjectAccessReview(spec=spec)
    ).status.allowed
    custom = official.client.CustomObjectsApi(client)
    place = {"group": "llamastack.io", "version": "v1alpha1", "namespace": "team", "plural": "llamastackdistributions"}
    assert custom.list_namespaced_custom_object(**place)["items"] == []
    with pytest.raises(official.client.ApiException) as caught:
        custom.create_namespaced_custom_object(**place, body={"metadata": {"name": "x"}, "spec": {}})
    assert caught.value.status == 422
