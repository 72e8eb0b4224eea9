"""The stand-in's client: the real one's operations on a cluster in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

from understudy.config.models.platform import KubernetesSettings
from understudy.domain.errors import MissingIdentityError
from understudy.domain.identity import RequestIdentity
from understudy.domain.kubernetes import KubernetesClient
from understudy.domain.secrets import Secret
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.kubernetes.errors import status_error
from understudy.providers.kubernetes.mock.cluster import Cluster
from understudy.providers.kubernetes.operations import KubernetesOperations
from understudy.providers.kubernetes.steps import Work
from understudy.providers.scenarios import PlatformCalls, Scenarios

__all__ = ["MockKubernetesClient", "MockKubernetesService"]

T = TypeVar("T")

_OPERATIONS = tuple(name for name in vars(KubernetesClient) if not name.startswith("_"))


class MockKubernetesService:
    """What all stand-in clients of one container share.

    ``cluster`` is the state: look into it, change it, let it refuse. ``scenarios`` fail whole operations, also as no
    server can (timeout, connection failed). ``calls`` is what was asked.
    """

    def __init__(self, settings: KubernetesSettings | None = None, *, cluster: Cluster | None = None) -> None:
        settings = settings or KubernetesSettings()
        self.cluster = cluster or Cluster(settings.mock)
        self.scenarios = Scenarios(settings.mock.scenarios, provider="kubernetes", operations=_OPERATIONS)
        self.calls = PlatformCalls(name="the stand-in for kubernetes", kept=settings.mock.calls_kept)
        self.distribution = settings.distribution
        self.namespace = settings.namespace
        self._own = settings.token if settings.service_account else None

    def token(self, identity: RequestIdentity, *, operation: str) -> Secret:
        """The user's token, or the settings' own where they allow it. Raises MissingIdentityError."""
        token = identity.token or self._own
        if token is None:
            raise MissingIdentityError(
                "The request has no user's token; nothing was sent.", provider="kubernetes", operation=operation
            )
        return token

    async def aclose(self) -> None:
        """Nothing is held; the state and the calls stay for assertions."""


class MockKubernetesClient(KubernetesOperations):
    """Stands in for HttpKubernetesClient: the same checks, the same requests, the same errors, no network."""

    __slots__ = ("_service",)

    def __init__(self, identity: RequestIdentity, service: MockKubernetesService) -> None:
        super().__init__(identity, _ClusterCarrier(identity, service), distribution=service.distribution)
        self._service = service

    async def _run(self, operation: str, seconds: float, work: Work[T], /, **arguments: object) -> T:
        user = self._identity.user
        with self._service.calls.recording(operation, user, arguments) as call:
            self._service.scenarios.check(operation, user, arguments)
            call.result = result = await super()._run(operation, seconds, work, **arguments)
            return result


class _ClusterCarrier:
    __slots__ = ("_identity", "_service")

    def __init__(self, identity: RequestIdentity, service: MockKubernetesService) -> None:
        self._identity = identity
        self._service = service

    async def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        json: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        token = self._service.token(self._identity, operation=operation)
        await asyncio.sleep(0)  # others get their turn here, as while a real answer is awaited
        answer = self._service.cluster.handle(method, path, params=params, body=json, token=token)
        if answer.status < 400:
            return answer.body
        said = ErrorAnswer(status=answer.status, headers={}, body=answer.body, operation=operation)
        error = status_error(said)
        error.provider, error.operation, error.phase = "kubernetes", operation, "answer"
        raise error
