"""What a request's path and method mean to the API server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from understudy.providers.kubernetes import resources
from understudy.providers.kubernetes.mock.statuses import no_such_path, not_allowed
from understudy.providers.kubernetes.resources import Resource

__all__ = ["Resources", "Target", "resources_of", "target_of"]

_VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


class Resources:
    """The resources that a cluster serves."""

    def __init__(self, served: Sequence[Resource]) -> None:
        self._served = tuple(served)

    def by_path(self, group: str, version: str, plural: str) -> Resource | None:
        """The resource that a path means, or None where it is not served."""
        asked = (group, version, plural)
        return next((one for one in self._served if (one.group, one.version, one.plural) == asked), None)

    def by_kind(self, api_version: str, kind: str) -> Resource | None:
        """The resource that a manifest is of, or None where it is not served."""
        return next((one for one in self._served if (one.api_version, one.kind) == (api_version, kind)), None)


def resources_of(*, openshift: bool) -> Resources:
    """What the stand-in serves; projects only where it plays an OpenShift cluster."""
    found = [value for value in vars(resources).values() if isinstance(value, Resource)]
    return Resources([one for one in found if openshift or one is not resources.PROJECTS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a request is about. ``resource`` is None where the cluster does not serve it."""

    verb: str
    group: str
    plural: str
    namespace: str | None = None
    name: str | None = None
    status: bool = False
    resource: Resource | None = None

    @property
    def plural_with_status(self) -> str:
        """The resource as permissions name it."""
        return f"{self.plural}/status" if self.status else self.plural

    def served(self) -> Resource:
        """The resource. Raises Refusal, in plain text, where it is not served."""
        if self.resource is None or (self.namespace is not None and not self.resource.namespaced):
            raise no_such_path()
        return self.resource


def target_of(method: str, path: str, served: Resources) -> Target:
    """Read a path. Raises Refusal where it is none of the API's."""
    steps = path.strip("/").split("/")
    if steps[:2] == ["api", "v1"]:
        group, version, rest = "", "v1", steps[2:]
    elif steps[0] == "apis" and len(steps) > 3:
        group, version, rest = steps[1], steps[2], steps[3:]
    else:
        raise no_such_path()
    namespace = None
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] != "status":
        namespace, rest = rest[1], rest[2:]
    if method not in _VERBS:
        raise not_allowed()
    if not 1 <= len(rest) <= 3 or not all(rest) or rest[2:] not in ([], ["status"]):
        raise no_such_path()
    verb = "list" if method == "GET" and len(rest) == 1 else _VERBS[method]
    return Target(
        verb=verb,
        group=group,
        plural=rest[0],
        namespace=namespace,
        name=rest[1] if len(rest) > 1 else None,
        status=len(rest) > 2,
        resource=served.by_path(group, version, rest[0]),
    )
