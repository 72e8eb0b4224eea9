"""What all requests to the cluster share: where it is, whom to trust, and a client without an identity."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import MissingIdentityError
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret
from understudy.providers.http.client import HttpClient
from understudy.providers.http.clients import HttpClients
from understudy.providers.kubernetes.access import SERVICE_ACCOUNT_FOLDER, ClusterAccess, find_cluster
from understudy.providers.kubernetes.errors import status_error

__all__ = ["KubernetesService"]


class KubernetesService:
    """One cluster, for all users. Made once per container; HttpKubernetesClient is made per request from it.

    The cluster is that of ``base_url``, else that of the settings' kubeconfig, else the one that this pod runs in,
    which ``environ`` and ``folder`` (the pod's service account) tell.

    Raises ConfigurationError where there is no cluster, and for a kubeconfig or a CA bundle that cannot be used.
    """

    def __init__(
        self,
        settings: KubernetesSettings,
        http: HttpClients,
        *,
        environ: Mapping[str, str] = os.environ,
        folder: Path = SERVICE_ACCOUNT_FOLDER,
    ) -> None:
        self.distribution = settings.distribution
        self._service_account = settings.service_account
        self._access: ClusterAccess = find_cluster(settings, environ=environ, folder=folder)
        self.namespace = settings.namespace or self._access.namespace
        with self._access.trusted(settings.http.tls or settings.tls) as merged:
            self._client = http.client(
                provider="kubernetes",
                base_url=self._access.base_url,
                overrides=settings.http.model_copy(update={"tls": merged}),
                errors=status_error,
            )

    @property
    def base_url(self) -> str:
        """The API server's address."""
        return self._client.base_url

    def client(self, identity: RequestIdentity, *, operation: str) -> HttpClient:
        """A client with the user's token, or with the cluster's own where the settings allow it.

        Raises MissingIdentityError where there is none.
        """
        return self._client.derive(secret_headers={"authorization": self._authorization(identity, operation)})

    def _authorization(self, identity: RequestIdentity, operation: str) -> Secret:
        if identity.authorization is not None:
            return identity.authorization
        own = self._access.authorization() if self._service_account else None
        if own is None:
            raise MissingIdentityError(
                "The request has no user's token; nothing was sent.", provider="kubernetes", operation=operation
            )
        return own

    async def aclose(self) -> None:
        """Refuse further calls; the pool is not its own."""
        await self._client.aclose()
