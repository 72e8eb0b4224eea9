"""The objects of the stand-in's cluster, as the API server keeps them."""

from __future__ import annotations

import copy
import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from understudy.providers.kubernetes.mock.statuses import already_exists, conflict, invalid, not_found
from understudy.providers.kubernetes.reading import mapping, sequence, text
from understudy.providers.kubernetes.resources import Resource

__all__ = ["Store"]

_OWN = ("uid", "creationTimestamp", "generation", "resourceVersion", "selfLink", "managedFields", "deletionTimestamp")


class Store:
    """Objects by resource, namespace and name; every change gets the next resourceVersion.

    ``now`` gives the time for creationTimestamp. What comes out is a copy.
    """

    def __init__(self, *, now: Callable[[], dt.datetime]) -> None:
        self._objects: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._resources: dict[str, Resource] = {}
        self._version = 1
        self._now = now

    @property
    def version(self) -> str:
        """The newest resourceVersion."""
        return str(self._version)

    def get(self, resource: Resource, namespace: str, name: str) -> dict[str, Any]:
        """One object. Raises Refusal (404)."""
        return copy.deepcopy(self._found(resource, namespace, name))

    def has(self, resource: Resource, namespace: str, name: str) -> bool:
        """Whether there is such an object."""
        return (resource.full_name, namespace, name) in self._objects

    def list(self, resource: Resource, namespace: str) -> Iterator[dict[str, Any]]:
        """The objects of a namespace, or of all where it is empty, in the order of their names."""
        for (full_name, inside, _), item in sorted(self._objects.items(), key=lambda entry: entry[0]):
            if full_name == resource.full_name and namespace in ("", inside):
                yield copy.deepcopy(item)

    def add(self, resource: Resource, namespace: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new object, with what the server sets itself. Raises Refusal (409) where the name is taken."""
        item = copy.deepcopy(dict(body))
        metadata = {key: value for key, value in mapping(item, "metadata").items() if key not in _OWN}
        name = text(metadata, "name") or f"{text(metadata, 'generateName')}{uuid.uuid4().hex[:5]}"
        if self.has(resource, namespace, name):
            raise already_exists(resource, name)
        metadata |= {"name": name, "uid": str(uuid.uuid4()), "creationTimestamp": f"{self._now():%Y-%m-%dT%H:%M:%SZ}"}
        if namespace:
            metadata["namespace"] = namespace
        if resource.custom:
            metadata["generation"] = 1
            item.pop("status", None)
        item["metadata"] = metadata
        item |= {"apiVersion": resource.api_version, "kind": resource.kind}
        self._resources[resource.full_name] = resource
        return self._keep(resource, item)

    def replace(
        self, resource: Resource, namespace: str, name: str, body: Mapping[str, Any], *, status: bool = False
    ) -> dict[str, Any]:
        """Put ``body`` in an object's place; of its status only, or of all but the status.

        Raises Refusal: 404 where there is none, 409 where it has changed since it was read, 422 where a custom resource
        does not say what it was read as.
        """
        present = self._found(resource, namespace, name)
        self._check_version(resource, name, present, body)
        item = copy.deepcopy(dict(body))
        kept = {key: present["metadata"][key] for key in _OWN if key in present["metadata"]}
        if status:
            item = {**copy.deepcopy(present), "status": item.get("status", {})}
        else:
            item["metadata"] = {**mapping(item, "metadata"), **kept, "name": name}
            if namespace:
                item["metadata"]["namespace"] = namespace
            item |= {"apiVersion": resource.api_version, "kind": resource.kind}
            if resource.custom:
                item.pop("status", None)
                if "status" in present:
                    item["status"] = copy.deepcopy(present["status"])
                item["metadata"]["generation"] += item.get("spec") != present.get("spec")
        return copy.deepcopy(present) if item == present else self._keep(resource, item)

    def remove(self, resource: Resource, namespace: str, name: str) -> dict[str, Any]:
        """Delete an object, and after it what it owns, as the garbage collector does. Raises Refusal (404)."""
        gone = self._found(resource, namespace, name)
        del self._objects[(resource.full_name, namespace, name)]
        self._version += 1
        uid = gone["metadata"]["uid"]
        for (full_name, inside, other), item in list(self._objects.items()):
            owners = [text(reference, "uid") for reference in sequence(item, "metadata", "ownerReferences")]
            if uid in owners and self._resources[full_name].namespaced:
                self.remove(self._resources[full_name], inside, other)
        return gone

    def empty(self, namespace: str) -> None:
        """Delete all that is in a namespace."""
        for key in [key for key in self._objects if key[1] == namespace]:
            del self._objects[key]

    def _found(self, resource: Resource, namespace: str, name: str) -> dict[str, Any]:
        found = self._objects.get((resource.full_name, namespace, name))
        if found is None:
            raise not_found(resource, name)
        return found

    def _keep(self, resource: Resource, item: dict[str, Any]) -> dict[str, Any]:
        self._version += 1
        item["metadata"]["resourceVersion"] = self.version
        key = (resource.full_name, text(item, "metadata", "namespace"), item["metadata"]["name"])
        self._objects[key] = item
        return copy.deepcopy(item)

    @staticmethod
    def _check_version(resource: Resource, name: str, present: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        given, uid = text(body, "metadata", "resourceVersion"), text(body, "metadata", "uid")
        if not given and resource.custom:
            why = "Invalid value: 0: must be specified for an update"
            raise invalid(resource, name, [("metadata.resourceVersion", why)])
        if (given and given != present["metadata"]["resourceVersion"]) or (uid and uid != present["metadata"]["uid"]):
            raise conflict(resource, name)
