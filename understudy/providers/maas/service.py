"""What all MaaS clients of a container share."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from understudy.config.models.http import RetryOverrides
from understudy.config.models.platform import MaasSettings
from understudy.domain.errors import NotFoundError
from understudy.domain.identity import RequestIdentity
from understudy.providers.http import HttpClient, HttpClients
from understudy.providers.maas.errors import maas_error
from understudy.providers.maas.tokens import TokenCache

__all__ = ["FindDomain", "MaasService"]

FindDomain: TypeAlias = Callable[[RequestIdentity], Awaitable[str | None]]
"""Finds the cluster's own domain, asked for as the user; None where nothing says it."""


class MaasService:
    """Settings, connections and kept tokens.

    ``find_domain`` says the cluster's domain where neither the service's address nor the domain is set; the first
    answer holds for all.
    """

    def __init__(
        self,
        settings: MaasSettings,
        http: HttpClients,
        *,
        find_domain: FindDomain | None = None,
        tokens: TokenCache | None = None,
    ) -> None:
        self.settings = settings
        self.tokens = tokens or TokenCache(ttl=settings.token_cache, most=settings.tokens_kept)
        self._http = http
        self._find_domain = find_domain
        self._found: str | None = None
        trust = settings.tls or settings.http.tls
        self._overrides = settings.http.model_copy(update={"tls": trust})
        self._once = self._overrides.model_copy(update={"retry": RetryOverrides(max_retries=0)})
        self._clients: dict[bool, HttpClient] = {}
        self._lock = threading.Lock()

    async def url(self, identity: RequestIdentity) -> str:
        """The service's address. Raises NotFoundError where nothing says it."""
        if self.settings.base_url is not None:
            return self.settings.base_url
        if self._found is None:
            domain = self.settings.cluster_domain
            if domain is None and self._find_domain is not None:
                domain = await self._find_domain(identity)
            if not domain:
                raise NotFoundError(
                    "No address of the service is known.",
                    provider="maas",
                    phase="connect",
                    hint="Set platform.maas.base_url or platform.maas.cluster_domain.",
                )
            self._found = f"https://maas.{domain}/maas-api"
        return self._found

    def client(self, url: str, *, safe: bool) -> HttpClient:
        """A client of the service without any identity; one that never asks twice, unless what it asks is ``safe``."""
        with self._lock:
            client = self._clients.get(safe)
            if client is None:
                client = self._clients[safe] = self._http.client(
                    provider="maas",
                    base_url=url,
                    overrides=self._overrides if safe else self._once,
                    errors=maas_error,
                )
            return client

    async def aclose(self) -> None:
        """Forget the tokens; the pools are the container's own. May be called twice."""
        self.tokens.clear()
