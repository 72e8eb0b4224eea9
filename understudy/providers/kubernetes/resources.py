"""The resources that the operations use: where they are and what their objects are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.domain.errors import InvalidRequestError

__all__ = [
    "ACCESS_REVIEWS",
    "CONFIG_MAPS",
    "DISTRIBUTIONS",
    "INFERENCE_SERVICES",
    "LLM_INFERENCE_SERVICES",
    "NAMESPACES",
    "PROJECTS",
    "SECRETS",
    "SERVICES",
    "SERVICE_ACCOUNTS",
    "SERVING_RUNTIMES",
    "SUBJECT_REVIEWS",
    "Resource",
    "checked_name",
    "checked_namespace",
]

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One resource of the API. ``custom`` is whether a CustomResourceDefinition brings it."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    custom: bool = False

    @property
    def api_version(self) -> str:
        """What its objects say in ``apiVersion``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """The plural and the group, as the API's messages name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str | None = None, name: str | None = None, *, status: bool = False) -> str:
        """The URL path of the collection, or of one object in it. Names must have been checked."""
        steps = ["/apis" if self.group else "/api", self.api_version]
        if namespace is not None:
            steps += ["namespaces", namespace]
        steps.append(self.plural)
        if name is not None:
            steps.append(name)
        return "/".join([*steps, "status"] if status else steps)


NAMESPACES = Resource(group="", version="v1", plural="namespaces", kind="Namespace", namespaced=False)
CONFIG_MAPS = Resource(group="", version="v1", plural="configmaps", kind="ConfigMap")
SECRETS = Resource(group="", version="v1", plural="secrets", kind="Secret")
SERVICES = Resource(group="", version="v1", plural="services", kind="Service")
SERVICE_ACCOUNTS = Resource(group="", version="v1", plural="serviceaccounts", kind="ServiceAccount")
PROJECTS = Resource(group="project.openshift.io", version="v1", plural="projects", kind="Project", namespaced=False)
ACCESS_REVIEWS = Resource(
    group="authorization.k8s.io",
    version="v1",
    plural="selfsubjectaccessreviews",
    kind="SelfSubjectAccessReview",
    namespaced=False,
)
SUBJECT_REVIEWS = Resource(
    group="authentication.k8s.io",
    version="v1",
    plural="selfsubjectreviews",
    kind="SelfSubjectReview",
    namespaced=False,
)
DISTRIBUTIONS = Resource(
    group="llamastack.io",
    version="v1alpha1",
    plural="llamastackdistributions",
    kind="LlamaStackDistribution",
    custom=True,
)
INFERENCE_SERVICES = Resource(
    group="serving.kserve.io", version="v1beta1", plural="inferenceservices", kind="InferenceService", custom=True
)
LLM_INFERENCE_SERVICES = Resource(
    group="serving.kserve.io",
    version="v1alpha1",
    plural="llminferenceservices",
    kind="LLMInferenceService",
    custom=True,
)
SERVING_RUNTIMES = Resource(
    group="serving.kserve.io", version="v1alpha1", plural="servingruntimes", kind="ServingRuntime", custom=True
)


def checked_namespace(namespace: str, *, operation: str) -> str:
    """``namespace`` itself. Raises InvalidRequestError for what cannot be a namespace's name; nothing is sent."""
    return _checked(namespace, "namespace", operation, fits=_LABEL.fullmatch(namespace) is not None)


def checked_name(name: str, *, operation: str) -> str:
    """``name`` itself. Raises InvalidRequestError for what cannot be an object's name; nothing is sent."""
    return _checked(name, "name", operation, fits=len(name) <= _LONGEST and _SUBDOMAIN.fullmatch(name) is not None)


def _checked(text: str, what: str, operation: str, *, fits: bool) -> str:
    if not fits:
        raise InvalidRequestError(
            f"{text[:80]!r} cannot be a {what}: it is lower-case letters, digits and '-'; nothing was sent.",
            provider="kubernetes",
            operation=operation,
            code="INVALID_REQUEST",
        )
    return text
