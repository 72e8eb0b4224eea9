"""A cluster in this process: it answers the API's requests as an API server does."""

from __future__ import annotations

import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.config.models.kubernetes_mock import KubernetesMockSettings
from understudy.domain.errors import ConfigurationError, Fault
from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.mock.paths import Target, resources_of, target_of
from understudy.providers.kubernetes.mock.people import People, Person
from understudy.providers.kubernetes.mock.requests import checked_body, deleted, listed
from understudy.providers.kubernetes.mock.reviews import access_review, subject_review
from understudy.providers.kubernetes.mock.statuses import (
    Refusal,
    already_exists,
    bad_request,
    forbidden,
    no_such_path,
    not_allowed,
    not_found,
    status,
    unauthorised,
)
from understudy.providers.kubernetes.mock.store import Store
from understudy.providers.kubernetes.reading import name_of, text
from understudy.providers.kubernetes.resources import (
    ACCESS_REVIEWS,
    DISTRIBUTIONS,
    NAMESPACES,
    PROJECTS,
    SUBJECT_REVIEWS,
    Resource,
)

__all__ = ["Answer", "Cluster", "Request"]

_KEPT = 1000
_VERSION = {"major": "1", "minor": "34", "gitVersion": "v1.34.0", "platform": "linux/amd64"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that the cluster has answered, and with what status."""

    method: str
    path: str
    user: str | None
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: a JSON object, or text."""

    status: int
    body: Mapping[str, Any] | str


@dataclass(slots=True, kw_only=True)
class _Fault:
    verb: str
    resource: str
    answer: Refusal
    times: int | None


class Cluster:
    """The state of a cluster and the API on it. Safe to use from several threads.

    ``people`` are its users; ``requests`` the last requests that it answered. ``now`` gives the time for what it makes.
    """

    def __init__(
        self,
        settings: KubernetesMockSettings | None = None,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        settings = settings or KubernetesMockSettings()
        self.people = People(settings.users)
        self.requests: deque[Request] = deque(maxlen=_KEPT)
        self._resources = resources_of(openshift=settings.openshift)
        self._store = Store(now=now)
        self._operator = settings.operator
        self._faults: list[_Fault] = []
        self._lock = threading.RLock()
        for name in settings.namespaces:
            self.add_namespace(name)
        for number, manifest in enumerate(settings.objects):
            self._add_given(number, manifest)

    def add_namespace(self, name: str, *, annotations: Mapping[str, str] | None = None) -> None:
        """A namespace, where there is none of this name."""
        metadata = {"name": name, "labels": {"kubernetes.io/metadata.name": name}}
        if annotations:
            metadata["annotations"] = dict(annotations)
        with self._lock:
            if not self._store.has(NAMESPACES, "", name):
                self._store.add(NAMESPACES, "", {"metadata": metadata, "spec": {}, "status": {"phase": "Active"}})

    def add(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """An object as a controller would have left it, its status included; its namespace is made where needed.

        Raises ValueError for a manifest of a kind that the cluster does not serve, or without a name.
        """
        resource = self._resources.by_kind(text(manifest, "apiVersion"), text(manifest, "kind"))
        name = name_of(manifest)
        if resource is None or not name:
            raise ValueError(
                f"the cluster does not serve {text(manifest, 'apiVersion')}/{text(manifest, 'kind')} {name!r}"
            )
        namespace = text(manifest, "metadata", "namespace") or "default" if resource.namespaced else ""
        with self._lock:
            if namespace:
                self.add_namespace(namespace)
            if self._store.has(resource, namespace, name):
                self._store.remove(resource, namespace, name)
            made = self._store.add(resource, namespace, manifest)
            if resource.custom and "status" in manifest:
                made = self._store.replace(
                    resource, namespace, name, {**made, "status": manifest["status"]}, status=True
                )
            return made

    def refuse(
        self,
        verb: str = "*",
        resource: str = "*",
        *,
        code: int = 503,
        reason: str = "ServiceUnavailable",
        message: str = "the server is currently unable to handle the request",
        times: int | None = None,
    ) -> None:
        """Answer requests with this status, whatever they ask, ``times`` times or always.

        ``verb`` is get, list, create, update or delete, ``resource`` a plural; ``*`` stands for all.
        """
        answer = Refusal(code, status(code, reason, message))
        with self._lock:
            self._faults.insert(0, _Fault(verb=verb, resource=resource, answer=answer, times=times))

    def handle(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        token: Secret | None = None,
    ) -> Answer:
        """The answer to one request. ``body`` is the decoded JSON; ``token`` the bearer token."""
        person = self.people.whose(token)
        with self._lock:
            try:
                answer = self._answer(method, path, params or {}, body, person)
            except Refusal as refusal:
                answer = Answer(refusal.code, refusal.body)
            self.requests.append(
                Request(method=method, path=path, user=person.name if person else None, status=answer.status)
            )
        return answer

    def _answer(self, method: str, path: str, params: Mapping[str, str], body: Any, person: Person | None) -> Answer:
        if path == "/version" and method == "GET":
            return Answer(200, _VERSION)
        if person is None:
            raise unauthorised()
        target = target_of(method, path, self._resources)
        self._fail(target)
        # Authorisation comes first: who may not look does not learn what is served.
        if not self._allowed(person, target):
            raise forbidden(
                person.name,
                target.verb,
                group=target.group,
                plural=target.plural,
                name=target.name,
                namespace=target.namespace,
            )
        resource = target.served()
        if resource in (ACCESS_REVIEWS, SUBJECT_REVIEWS):
            if target.verb != "create":
                raise not_allowed()
            checked_body(resource, body)
            review = access_review(body, person) if resource is ACCESS_REVIEWS else subject_review(person)
            return Answer(201, review)
        if resource is PROJECTS:
            return self._projects(target, person, params)
        return self._on_object(target, resource, params, body)

    def _on_object(self, target: Target, resource: Resource, params: Mapping[str, str], body: Any) -> Answer:
        namespace, name = target.namespace or "", target.name
        if resource is NAMESPACES:
            namespace = ""
        if target.verb == "list":
            return Answer(200, listed(resource, self._store.list(resource, namespace), params, self._store.version))
        if target.verb == "create":
            return Answer(201, self._create(resource, namespace, body))
        if name is None:
            raise not_allowed()
        if target.verb == "get":
            return Answer(200, self._store.get(resource, namespace, name))
        if target.verb == "delete":
            gone = self._store.remove(resource, namespace, name)
            if resource is NAMESPACES:
                self._store.empty(name)
            return Answer(200, deleted(resource, gone))
        if target.verb == "update":
            if target.status and not resource.custom:
                raise no_such_path()
            present = self._store.get(resource, namespace, name)
            # Of an object that is put to its status, nothing else counts.
            whole = {**body, "spec": present.get("spec")} if target.status and isinstance(body, Mapping) else body
            checked_body(resource, whole, name=name, namespace=namespace)
            return Answer(200, self._store.replace(resource, namespace, name, body, status=target.status))
        raise not_allowed()

    def _create(self, resource: Resource, namespace: str, body: Any) -> dict[str, Any]:
        if resource.namespaced:
            if not namespace:
                raise bad_request("an empty namespace may not be set during creation")
            if not self._store.has(NAMESPACES, "", namespace):
                raise not_found(NAMESPACES, namespace)
        item = checked_body(resource, body, namespace=namespace)
        if name_of(item) and self._store.has(resource, namespace, name_of(item)):
            raise already_exists(resource, name_of(item))
        made = self._store.add(resource, namespace, item)
        if resource is DISTRIBUTIONS and self._operator:
            self._operate(made)
        return made

    def _operate(self, made: Mapping[str, Any]) -> None:
        """What the operator of distributions does, at once; the answer to the request does not show it yet."""
        name, namespace = name_of(made), text(made, "metadata", "namespace")
        found = {
            "phase": "Ready",
            "version": {"operatorVersion": "0.4.0", "llamaStackServerVersion": "0.3.5"},
            "serviceURL": f"http://{name}-service.{namespace}.svc.cluster.local:8321",
            "distributionConfig": {
                "providers": [{"provider_id": "vllm-inference-1", "provider_type": "remote::vllm", "api": "inference"}]
            },
        }
        self._store.replace(DISTRIBUTIONS, namespace, name, {**made, "status": found}, status=True)

    def _projects(self, target: Target, person: Person, params: Mapping[str, str]) -> Answer:
        """Namespaces as OpenShift shows them: to each user those that the user may look at."""
        seen = [
            {**item, "apiVersion": PROJECTS.api_version, "kind": PROJECTS.kind}
            for item in self._store.list(NAMESPACES, "")
            if person.may("get", group="", resource="namespaces", namespace=name_of(item))
        ]
        if target.verb == "list":
            return Answer(200, listed(PROJECTS, iter(seen), params, self._store.version))
        if target.verb != "get" or target.name is None:
            raise not_allowed()
        found = next((item for item in seen if name_of(item) == target.name), None)
        if found is None:
            raise not_found(PROJECTS, target.name)
        return Answer(200, found)

    def _allowed(self, person: Person, target: Target) -> bool:
        if (
            target.group in (ACCESS_REVIEWS.group, SUBJECT_REVIEWS.group, PROJECTS.group)
            and target.resource is not None
        ):
            return True  # every user may ask about itself, and a project list shows only the user's own
        inside = target.namespace or (
            "" if target.name is None else target.name if target.plural == "namespaces" else ""
        )
        return person.may(target.verb, group=target.group, resource=target.plural_with_status, namespace=inside)

    def _fail(self, target: Target) -> None:
        for fault in self._faults:
            takes = fault.verb in ("*", target.verb) and fault.resource in ("*", target.plural)
            if takes and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                raise fault.answer

    def _add_given(self, number: int, manifest: Mapping[str, Any]) -> None:
        try:
            self.add(manifest)
        except ValueError as error:
            where = f"platform.kubernetes.mock.objects[{number}]"
            raise ConfigurationError([Fault(where=where, reason=str(error))]) from None
