"""Settings of the stand-in for a Kubernetes cluster: what it holds, who may do what, and what fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field, NonNegativeInt

from understudy.config.models.base import OptionalSecret, Section
from understudy.config.models.scenarios import ScenarioSettings

__all__ = ["KubernetesMockSettings", "KubernetesUserSettings", "PermissionSettings"]

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


class PermissionSettings(Section):
    """What is allowed; `*` stands for all. Nothing is forbidden by it."""

    verbs: tuple[str, ...] = _VERBS
    """What may be done: `get`, `list`, `create`, `update`, `delete`."""
    groups: tuple[str, ...] = ("*",)
    """API groups; the core group is the empty string."""
    resources: tuple[str, ...] = ("*",)
    """The resources by their plural names."""
    namespaces: tuple[str, ...] = ("*",)
    """The namespaces; `*` also allows what is in none, as listing namespaces."""


class KubernetesUserSettings(Section):
    """One user of the stand-in's cluster."""

    token: OptionalSecret = None
    """The bearer token that the user is known by; absent: the user's name."""
    groups: tuple[str, ...] = ()
    """The user's groups."""
    admin: bool = False
    """May do everything."""
    permissions: tuple[PermissionSettings, ...] = (PermissionSettings.model_construct(),)
    """What the user may do; absent: everything by the usual verbs, which is less than an administrator may."""


class KubernetesMockSettings(Section):
    """The stand-in's cluster."""

    namespaces: tuple[str, ...] = ("default",)
    """The namespaces that exist from the beginning."""
    objects: tuple[Mapping[str, Any], ...] = ()
    """Objects that exist from the beginning, as manifests."""
    users: Mapping[str, KubernetesUserSettings] = Field(default_factory=dict)
    """Users by name. Where there are any, other tokens are refused; where there are none, every token is one user's."""
    openshift: bool = False
    """Serve `project.openshift.io` too: each user's own list of namespaces."""
    operator: bool = True
    """Play the operator of distributions: a new one is ready at once and has a service URL."""
    scenarios: tuple[ScenarioSettings, ...] = ()
    """Calls that fail."""
    calls_kept: NonNegativeInt = 1000
    """How many calls are remembered for assertions; older ones are forgotten."""
