"""The clients of one request's user, bound to whatever handles that request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from understudy.domain.errors import MissingIdentityError
from understudy.domain.identity import RequestIdentity

if TYPE_CHECKING:
    from understudy.containers.application import ApplicationContainer
    from understudy.domain.kubernetes import KubernetesClient
    from understudy.domain.llama_stack import LlamaStackClient
    from understudy.domain.maas import MaasClient
    from understudy.domain.mcp import McpClient

__all__ = ["RequestClients", "bind", "current_clients"]


class RequestClients:
    """The platform's clients of one user, from one container; each is made when it is first asked for."""

    __slots__ = ("_made", "container", "identity")

    def __init__(self, container: ApplicationContainer, identity: RequestIdentity) -> None:
        self.container = container
        self.identity = identity
        self._made: dict[str, Any] = {}

    @property
    def llama_stack(self) -> LlamaStackClient:
        """The user's Llama Stack client."""
        return cast("LlamaStackClient", self._client("llama_stack"))

    def llama_stack_in(self, namespace: str | None) -> LlamaStackClient:
        """The user's client of the Llama Stack that runs in ``namespace``, where the settings name no other."""
        return self.container.platform.llama_stack(self.identity, namespace=namespace)

    @property
    def maas(self) -> MaasClient:
        """The user's MaaS client."""
        return cast("MaasClient", self._client("maas"))

    @property
    def mcp(self) -> McpClient:
        """The user's client of the MCP servers."""
        return cast("McpClient", self._client("mcp"))

    @property
    def kubernetes(self) -> KubernetesClient:
        """The user's client of the cluster."""
        return cast("KubernetesClient", self._client("kubernetes"))

    def _client(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = getattr(self.container.platform, name)(self.identity)
        return self._made[name]


_bound: ContextVar[RequestClients] = ContextVar("understudy_request_clients")


def current_clients() -> RequestClients:
    """Those of the request that is being handled, in its task and in the tasks and threads started with its context.

    Raises MissingIdentityError where none are bound: the path is exempt, or the middleware is not installed.
    """
    clients = _bound.get(None)
    if clients is None:
        raise MissingIdentityError(
            "No user is bound to what is being done here.",
            hint="Take the path out of the middleware's exempt ones, or install the middleware.",
        )
    return clients


@contextmanager
def bind(clients: RequestClients) -> Iterator[RequestClients]:
    """Bind them for the length of a ``with`` block: what the middleware does, for jobs and other frameworks."""
    token = _bound.set(clients)
    try:
        yield clients
    finally:
        _bound.reset(token)
