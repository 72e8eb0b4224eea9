"""The cluster's own domain, from which the addresses of other services are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from understudy.domain.errors import NotFoundError, PermissionDeniedError, ResponseDecodeError
from understudy.domain.identity import RequestIdentity
from understudy.providers.kubernetes.service import KubernetesService

__all__ = ["FindDomain", "from_ingress"]

FindDomain: TypeAlias = Callable[[RequestIdentity], Awaitable[str | None]]
"""Finds the domain as the user of the identity may read it; None where nothing says it."""

_OPERATION = "cluster_domain"
_PATH = "/apis/config.openshift.io/v1/ingresses/cluster"


def from_ingress(service: Callable[[], KubernetesService]) -> FindDomain:
    """Reads OpenShift's ingress configuration; a cluster without one, or that does not show it, says nothing.

    ``service`` is called with the first question. The finder raises what the cluster's client raises otherwise.
    """

    async def find(identity: RequestIdentity) -> str | None:
        client = service().client(identity, operation=_OPERATION)
        try:
            body = (await client.request("GET", _PATH, operation=_OPERATION)).json()
        except (NotFoundError, PermissionDeniedError, ResponseDecodeError):
            return None  # no such kind, a kind that this user may not see, or the plain text of an absent group
        spec = body.get("spec") if isinstance(body, dict) else None
        domain = spec.get("domain") if isinstance(spec, dict) else None
        return domain if isinstance(domain, str) and domain else None

    return find
