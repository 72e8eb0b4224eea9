"""The real client: the operations over the shared HTTP layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.domain.identity import RequestIdentity
from understudy.providers.http.client import HttpClient
from understudy.providers.kubernetes.operations import KubernetesOperations
from understudy.providers.kubernetes.service import KubernetesService

__all__ = ["HttpKubernetesClient"]


class HttpKubernetesClient(KubernetesOperations):
    """The cluster's API server as the user of ``identity`` sees it. ``service`` is what all requests share.

    Raises MissingIdentityError for a call where neither the identity nor the settings have a token.
    """

    __slots__ = ()

    def __init__(self, identity: RequestIdentity, service: KubernetesService) -> None:
        super().__init__(identity, _HttpCarrier(identity, service), distribution=service.distribution)


class _HttpCarrier:
    """Requests over HTTP with one user's token, which is looked at when the first one is sent."""

    __slots__ = ("_client", "_identity", "_service")

    def __init__(self, identity: RequestIdentity, service: KubernetesService) -> None:
        self._identity = identity
        self._service = service
        self._client: HttpClient | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        if self._client is None:
            self._client = self._service.client(self._identity, operation=operation)
        response = await self._client.request(method, path, operation=operation, json=json, params=params)
        return response.json()
