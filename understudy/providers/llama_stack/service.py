"""What all Llama Stack clients of a container share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from understudy.config.models.http import RetryOverrides, TlsSettings
from understudy.config.models.platform import LlamaStackSettings
from understudy.domain.errors import NotFoundError
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient
from understudy.providers.http import HttpClient, HttpClients
from understudy.providers.llama_stack.errors import stack_error

__all__ = ["LlamaStackService", "Locate", "from_distributions"]

Locate: TypeAlias = Callable[[RequestIdentity, str | None], Awaitable[str | None]]
"""Finds the server's URL for a user in a namespace; None where there is none."""

_MOST_SERVERS = 256


def from_distributions(kubernetes: Callable[[RequestIdentity], KubernetesClient]) -> Locate:
    """The URL in the status of the namespace's first distribution that has one, asked for as the user."""

    async def locate(identity: RequestIdentity, namespace: str | None) -> str | None:
        if namespace is None:
            return None
        distributions = await kubernetes(identity).get_llama_stack_distributions(namespace)
        return next((each.service_url for each in distributions if each.service_url), None)

    return locate


class LlamaStackService:
    """Settings, connections and addresses. ``tls`` is the platform's, where the service has none of its own.

    ``locate`` finds the server where ``base_url`` is not set; its answers are not kept, because they hold for one user.
    """

    def __init__(
        self,
        settings: LlamaStackSettings,
        http: HttpClients,
        *,
        tls: TlsSettings | None = None,
        locate: Locate | None = None,
    ) -> None:
        self._settings = settings
        self._http = http
        self._locate = locate
        trust = settings.tls or settings.http.tls or tls
        self._overrides = settings.http.model_copy(update={"tls": trust})
        self._once = self._overrides.model_copy(update={"retry": RetryOverrides(max_retries=0)})
        self._servers: OrderedDict[tuple[str, bool], HttpClient] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def provider_data_header(self) -> str:
        """The header that provider data travels in."""
        return self._settings.provider_data_header

    async def locate(self, identity: RequestIdentity, namespace: str | None) -> str:
        """The server's URL. Raises NotFoundError where nothing says it."""
        url = self._settings.base_url
        if url is None and self._locate is not None:
            url = await self._locate(identity, namespace)
        if url is None:
            raise NotFoundError(
                "No Llama Stack server is known" + (f" in the namespace {namespace!r}." if namespace else "."),
                provider="llama_stack",
                phase="connect",
                code="NOT_FOUND",
                hint="Set platform.llama_stack.base_url, or create a distribution in the namespace.",
            )
        return url

    def server(self, url: str, *, safe: bool) -> HttpClient:
        """A client of the server without any identity; one that never asks twice, unless what it asks is ``safe``."""
        key = (url, safe)
        with self._lock:
            client = self._servers.get(key)
            if client is None:
                client = self._servers[key] = self._http.client(
                    provider="llama_stack",
                    base_url=url.rstrip("/") + self._settings.api_prefix,
                    overrides=self._overrides if safe else self._once,
                    errors=stack_error,
                    allow_plain_http=self._settings.allow_plain_http,
                )
                if len(self._servers) > _MOST_SERVERS:
                    self._servers.popitem(last=False)
            self._servers.move_to_end(key)
            return client

    async def aclose(self) -> None:
        """Forget the servers; the pools are the container's own. May be called twice."""
        with self._lock:
            self._servers.clear()
