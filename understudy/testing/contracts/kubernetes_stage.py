"""What the Kubernetes contract plays on: a cluster that can be prepared, and clients of its users."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient, PlaygroundModel

__all__ = ["MODEL", "WORK", "Grant", "KubernetesStage", "Refuse", "StagedContract", "namespace_manifest"]


class Grant(Protocol):
    """Makes a user and gives the identity."""

    def __call__(
        self, name: str, /, *, admin: bool = False, verbs: Sequence[str] = (), namespaces: Sequence[str] = ()
    ) -> RequestIdentity:
        """``verbs`` on everything in ``namespaces``; ``*`` also allows what is in none."""
        ...


class Refuse(Protocol):
    """Lets the cluster answer requests with a status."""

    def __call__(self, verb: str, resource: str, /, *, code: int, reason: str, times: int | None = None) -> None:
        """``times`` times, or always."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesStage:
    """What the contract plays on: ``client`` makes a client for an identity, the rest prepares the cluster."""

    client: Callable[[RequestIdentity], KubernetesClient]
    grant: Grant
    add: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    refuse: Refuse
    requests: Callable[[], list[tuple[str, str]]]
    """The method and path of the requests that the cluster has seen."""


WORK = ("get", "list", "create", "update", "delete")
"""What a member of a namespace may do there."""
MODEL = PlaygroundModel(name="granite", url="https://granite.example.com/v1", max_tokens=4096)


def namespace_manifest(name: str, **annotations: str) -> dict[str, Any]:
    """A namespace with annotations of OpenShift's."""
    noted = {f"openshift.io/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "annotations": noted}}


class StagedContract:
    """The fixtures of both halves of the contract."""

    @pytest.fixture
    def stage(self) -> KubernetesStage:
        """The clients under test and their cluster; a subclass gives it."""
        raise NotImplementedError("give the contract a `stage` fixture")

    @pytest.fixture
    def client(self, stage: KubernetesStage) -> KubernetesClient:
        """A client of a user who works in the namespace ``team``."""
        stage.add(namespace_manifest("team"))
        return stage.client(stage.grant("ann", verbs=WORK, namespaces=("team",)))
