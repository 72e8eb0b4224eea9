"""The real client of models as a service: one per request, on the shared pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.domain.errors import HTTPClientError
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret
from understudy.providers.maas.operations import MaasOperations
from understudy.providers.maas.service import MaasService

__all__ = ["HttpMaasClient"]


class HttpMaasClient(MaasOperations):
    """Asks the service as ``identity``. Cheap to make; nothing is looked up before the first call.

    A token is asked for once; the other operations again where that may help.
    """

    __slots__ = ("_closed", "_service")

    def __init__(self, identity: RequestIdentity, *, service: MaasService) -> None:
        super().__init__(identity, settings=service.settings, tokens=service.tokens)
        self._service = service
        self._closed = False

    def __repr__(self) -> str:
        return f"<HttpMaasClient {self._settings.base_url or self._settings.cluster_domain or 'of the cluster'}>"

    async def aclose(self) -> None:
        """Refuse further calls; the shared pool stays open. May be called twice."""
        self._closed = True

    async def _call(self, operation: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        if self._closed:
            raise HTTPClientError("This client is closed.", provider="maas", operation=operation)
        self._identity.require_token(provider="maas", operation=operation)
        url = await self._service.url(self._identity)
        client = self._service.client(url, safe=method != "POST").derive(secret_headers=self._credentials())
        response = await client.request(method, path, operation=operation, json=body)
        return response.json() if response.content else None

    def _credentials(self) -> dict[str, Secret]:
        authorization = self._identity.authorization
        return {} if authorization is None else {"authorization": authorization}
