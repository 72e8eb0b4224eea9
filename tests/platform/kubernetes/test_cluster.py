"""The stand-in's cluster answers as a real API server was seen to do."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import kubernetes_validate
import pytest

from understudy.config.models.kubernetes_mock import KubernetesMockSettings, PermissionSettings
from understudy.domain.errors import ConfigurationError
from understudy.domain.kubernetes import PlaygroundModel
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.mock import Cluster
from understudy.providers.kubernetes.playground import Served, config_map_body, distribution_body

ROOT = Secret("root")
ANN = Secret("ann")
DISTRIBUTIONS = "/apis/llamastack.io/v1alpha1/namespaces/team/llamastackdistributions"
CONFIG_MAPS = "/api/v1/namespaces/team/configmaps"
SCHEMAS = "1.35"


@pytest.fixture
def cluster() -> Cluster:
    settings = KubernetesMockSettings(namespaces=("default", "team"))
    made = Cluster(settings, now=lambda: dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))
    made.people.add("root", admin=True)
    made.people.add("ann", permissions=[PermissionSettings(namespaces=("team",), groups=("", "llamastack.io"))])
    return made


def config_map(name: str = "settings", **changes: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **changes}, "data": {"a": "1"}}


def distribution(**status: Any) -> dict[str, Any]:
    body = distribution_body([], distribution="rh-dev")
    return {**body, "status": status} if status else body


def test_items_of_built_in_kinds_have_no_kind_and_custom_resources_have(cluster: Cluster) -> None:
    cluster.handle("POST", CONFIG_MAPS, body=config_map(), token=ROOT)
    cluster.handle("POST", DISTRIBUTIONS, body=distribution(), token=ROOT)
    built_in = cluster.handle("GET", CONFIG_MAPS, token=ROOT).body
    custom = cluster.handle("GET", DISTRIBUTIONS, token=ROOT).body
    assert (built_in["kind"], custom["kind"]) == ("ConfigMapList", "LlamaStackDistributionList")
    assert "kind" not in built_in["items"][0]
    assert "apiVersion" not in built_in["items"][0]
    assert custom["items"][0]["kind"] == "LlamaStackDistribution"


def test_an_absent_group_is_forbidden_to_users_and_plain_text_to_admins(cluster: Cluster) -> None:
    path = "/apis/project.openshift.io/v1/projects"
    refused, missing = cluster.handle("GET", path, token=ANN), cluster.handle("GET", path, token=ROOT)
    assert (refused.status, refused.body["reason"]) == (403, "Forbidden")
    assert 'User "ann" cannot list resource "projects" in API group "project.openshift.io"' in refused.body["message"]
    assert (missing.status, missing.body) == (404, "404 page not found\n")


def test_an_unknown_namespace_lists_as_empty_and_takes_nothing(cluster: Cluster) -> None:
    path = "/api/v1/namespaces/nowhere/configmaps"
    listed = cluster.handle("GET", path, token=ROOT)
    assert (listed.status, listed.body["items"]) == (200, [])
    made = cluster.handle("POST", path, body=config_map(), token=ROOT)
    assert (made.status, made.body["message"]) == (404, 'namespaces "nowhere" not found')


def test_the_server_sets_its_own_fields(cluster: Cluster) -> None:
    given = config_map(uid="mine", resourceVersion="7", creationTimestamp="1999-01-01T00:00:00Z")
    made = cluster.handle("POST", CONFIG_MAPS, body=given, token=ROOT)
    metadata = made.body["metadata"]
    assert made.status == 201
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", metadata["uid"])
    assert metadata["resourceVersion"].isdecimal()
    assert metadata["resourceVersion"] != "7"
    assert metadata["creationTimestamp"] == "2026-01-02T03:04:05Z"
    assert metadata["namespace"] == "team"


def test_status_is_ignored_on_creation_and_needs_its_own_put() -> None:
    cluster = Cluster(KubernetesMockSettings(namespaces=("team",), operator=False))
    made = cluster.handle("POST", DISTRIBUTIONS, body=distribution(phase="Ready"), token=ROOT).body
    assert "status" not in made
    path = f"{DISTRIBUTIONS}/lsd-genai-playground"
    put = cluster.handle("PUT", path, body={**made, "status": {"phase": "Failed"}}, token=ROOT).body
    assert "status" not in put
    put = cluster.handle("PUT", f"{path}/status", body={**made, "status": {"phase": "Failed"}}, token=ROOT)
    assert put.body["status"] == {"phase": "Failed"}
    assert cluster.handle("GET", path, token=ROOT).body["status"] == {"phase": "Failed"}


def test_the_operator_makes_a_new_distribution_ready(cluster: Cluster) -> None:
    made = cluster.handle("POST", DISTRIBUTIONS, body=distribution(), token=ROOT)
    assert "status" not in made.body
    found = cluster.handle("GET", f"{DISTRIBUTIONS}/lsd-genai-playground", token=ROOT).body["status"]
    assert found["phase"] == "Ready"
    assert found["serviceURL"] == "http://lsd-genai-playground-service.team.svc.cluster.local:8321"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda body: body.pop("spec"), "<root>"),
        (lambda body: body["spec"]["server"].pop("distribution"), "spec.server"),
        (lambda body: body["spec"].update(replicas="one"), "spec.replicas"),
        (lambda body: body["spec"]["server"]["distribution"].update(image="a/b"), "spec.server.distribution"),
    ],
)
def test_a_custom_resource_that_does_not_fit_its_definition_is_invalid(
    cluster: Cluster, change: Any, field: str
) -> None:
    body = distribution()
    change(body)
    answer = cluster.handle("POST", DISTRIBUTIONS, body=body, token=ROOT)
    assert (answer.status, answer.body["reason"]) == (422, "Invalid")
    assert answer.body["details"]["causes"][0]["field"] == field


def test_a_stale_resource_version_is_a_conflict(cluster: Cluster) -> None:
    made = cluster.handle("POST", CONFIG_MAPS, body=config_map(), token=ROOT).body
    path = f"{CONFIG_MAPS}/settings"
    newer = cluster.handle("PUT", path, body={**made, "data": {"a": "2"}}, token=ROOT)
    assert newer.status == 200
    stale = cluster.handle("PUT", path, body={**made, "data": {"a": "3"}}, token=ROOT)
    assert (stale.status, stale.body["reason"]) == (409, "Conflict")
    assert cluster.handle("GET", path, token=ROOT).body["data"] == {"a": "2"}
    same = cluster.handle("PUT", path, body=newer.body, token=ROOT).body
    assert same["metadata"]["resourceVersion"] == newer.body["metadata"]["resourceVersion"]


def test_a_custom_resource_must_say_what_it_was_read_as(cluster: Cluster) -> None:
    cluster.handle("POST", DISTRIBUTIONS, body=distribution(), token=ROOT)
    answer = cluster.handle("PUT", f"{DISTRIBUTIONS}/lsd-genai-playground", body=distribution(), token=ROOT)
    assert (answer.status, answer.body["reason"]) == (422, "Invalid")


def test_a_taken_name_already_exists(cluster: Cluster) -> None:
    cluster.handle("POST", CONFIG_MAPS, body=config_map(), token=ROOT)
    answer = cluster.handle("POST", CONFIG_MAPS, body=config_map(), token=ROOT)
    assert (answer.status, answer.body["reason"]) == (409, "AlreadyExists")


def test_access_reviews_are_201_with_a_reason_only_where_allowed(cluster: Cluster) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"verb": "list", "group": "llamastack.io", "resource": "llamastackdistributions", "namespace": "team"}
    body = {"spec": {"resourceAttributes": asked}}
    allowed = cluster.handle("POST", path, body=body, token=ANN)
    denied = cluster.handle("POST", path, body={"spec": {"resourceAttributes": {**asked, "namespace": "x"}}}, token=ANN)
    assert (allowed.status, denied.status) == (201, 201)
    assert allowed.body["status"]["allowed"] is True
    assert "RBAC: allowed by" in allowed.body["status"]["reason"]
    assert denied.body["status"] == {"allowed": False}
    assert cluster.handle("GET", path, token=ANN).status == 405


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("app=web", ["one"]),
        ("app==web,tier!=back", ["one"]),
        ("app in (web, db)", ["one", "two"]),
        ("app notin (web)", ["three", "two"]),
        ("app", ["one", "two"]),
        ("!app", ["three"]),
        ("", ["one", "three", "two"]),
    ],
)
def test_label_selectors_are_honoured(cluster: Cluster, selector: str, names: list[str]) -> None:
    for name, labels in (("one", {"app": "web"}), ("two", {"app": "db"}), ("three", {})):
        cluster.handle("POST", CONFIG_MAPS, body=config_map(name, labels=labels), token=ROOT)
    answer = cluster.handle("GET", CONFIG_MAPS, params={"labelSelector": selector}, token=ROOT)
    assert [item["metadata"]["name"] for item in answer.body["items"]] == names


@pytest.mark.parametrize("params", [{"labelSelector": "a = = b"}, {"fieldSelector": "spec.nodeName=x"}])
def test_selectors_that_cannot_be_read_are_bad_requests(cluster: Cluster, params: dict[str, str]) -> None:
    assert cluster.handle("GET", CONFIG_MAPS, params=params, token=ROOT).status == 400


def test_pages_follow_each_other(cluster: Cluster) -> None:
    for name in ("a", "b", "c"):
        cluster.handle("POST", CONFIG_MAPS, body=config_map(name), token=ROOT)
    first = cluster.handle("GET", CONFIG_MAPS, params={"limit": "2"}, token=ROOT).body
    assert first["metadata"]["remainingItemCount"] == 1
    more = {"limit": "2", "continue": first["metadata"]["continue"]}
    assert [
        item["metadata"]["name"] for item in cluster.handle("GET", CONFIG_MAPS, params=more, token=ROOT).body["items"]
    ] == ["c"]
    assert cluster.handle("GET", CONFIG_MAPS, params={"continue": "!"}, token=ROOT).status == 410


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 400),
        ({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}, 400),
        ({"metadata": {"name": "a", "namespace": "default"}}, 400),
        ({"metadata": {"name": "a"}, "data": {"a": 1}}, 400),
        ({"metadata": {}}, 422),
        ({"metadata": {"name": "Not_A_Name"}}, 422),
    ],
)
def test_bodies_that_cannot_be_are_refused(cluster: Cluster, body: Any, status: int) -> None:
    assert cluster.handle("POST", CONFIG_MAPS, body=body, token=ROOT).status == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/version", 200),
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/namespaces/team", 200),
        ("DELETE", CONFIG_MAPS, 405),
        ("PATCH", f"{CONFIG_MAPS}/a", 405),
        ("PUT", f"{CONFIG_MAPS}/a", 404),
        ("PUT", f"{CONFIG_MAPS}/a/status", 404),
        ("GET", f"{CONFIG_MAPS}/a/b/c", 404),
        ("TRACE", CONFIG_MAPS, 405),
    ],
)
def test_paths_and_methods(cluster: Cluster, method: str, path: str, status: int) -> None:
    assert cluster.handle(method, path, body={"metadata": {"name": "a"}}, token=ROOT).status == status


def test_permissions_tell_users_apart(cluster: Cluster) -> None:
    tokens = (ROOT, ANN, Secret("unknown"), None)
    assert [cluster.handle("GET", CONFIG_MAPS, token=token).status for token in tokens] == [200, 200, 401, 401]
    assert cluster.handle("GET", "/api/v1/namespaces/default/configmaps", token=ANN).status == 403
    assert cluster.handle("GET", "/api/v1/configmaps", token=ANN).status == 403


def test_deleting_a_namespace_empties_it(cluster: Cluster) -> None:
    cluster.handle("POST", CONFIG_MAPS, body=config_map(), token=ROOT)
    assert cluster.handle("DELETE", "/api/v1/namespaces/team", token=ROOT).status == 200
    assert cluster.handle("GET", CONFIG_MAPS, token=ROOT).body["items"] == []


def test_manifests_of_the_settings_are_there_from_the_beginning() -> None:
    manifest = {**config_map(namespace="made"), "data": {"servers": "{}"}}
    cluster = Cluster(KubernetesMockSettings(objects=(manifest,)))
    found = cluster.handle("GET", "/api/v1/namespaces/made/configmaps/settings", token=ANN)
    assert found.body["data"] == {"servers": "{}"}


def test_a_manifest_that_is_not_served_is_a_settings_fault() -> None:
    with pytest.raises(ConfigurationError, match=r"platform\.kubernetes\.mock\.objects\[0\]"):
        Cluster(KubernetesMockSettings(objects=({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}},)))


def test_objects_fit_the_schemas_of_the_real_api(cluster: Cluster) -> None:
    """What the server answers and what the client sends, held against the published schemas of Kubernetes."""
    sent = config_map_body([Served(model=PlaygroundModel(name="granite"), url="https://a.example.com/v1")])
    made = cluster.handle("POST", CONFIG_MAPS, body=sent, token=ROOT).body
    namespace = cluster.handle("GET", "/api/v1/namespaces/team", token=ROOT).body
    review = cluster.handle(
        "POST",
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body={"spec": {"resourceAttributes": {"verb": "list", "resource": "pods"}}},
        token=ROOT,
    ).body
    me = cluster.handle("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body={}, token=ROOT).body
    for body in (sent, made, namespace, review, me):
        kubernetes_validate.validate(body, SCHEMAS, strict=True)


@pytest.mark.parametrize("selector", ["metadata.name=one", "metadata.name!=two,metadata.namespace==team"])
def test_field_selectors_know_name_and_namespace(cluster: Cluster, selector: str) -> None:
    for name in ("one", "two"):
        cluster.handle("POST", CONFIG_MAPS, body=config_map(name), token=ROOT)
    answer = cluster.handle("GET", CONFIG_MAPS, params={"fieldSelector": selector}, token=ROOT)
    assert [item["metadata"]["name"] for item in answer.body["items"]] == ["one"]
