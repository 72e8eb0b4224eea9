"""The stand-in of a MaaS client: the same checks, types and errors, and a service in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.domain.errors import HTTPClientError, ProviderError
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret
from understudy.providers.http.answers import ErrorAnswer
from understudy.providers.maas.errors import maas_error
from understudy.providers.maas.mock.server import MaasAnswer
from understudy.providers.maas.mock.service import MockMaasService
from understudy.providers.maas.operations import MaasOperations

__all__ = ["MockMaasClient"]


class MockMaasClient(MaasOperations):
    """Asks the stand-in's service as ``identity``. What is refused before anything is sent is not a call."""

    __slots__ = ("_closed", "_service")

    def __init__(self, identity: RequestIdentity, *, service: MockMaasService) -> None:
        super().__init__(identity, settings=service.settings, tokens=service.tokens)
        self._service = service
        self._closed = False

    @property
    def service(self) -> MockMaasService:
        """What all stand-in clients share: the script and the record of the calls."""
        return self._service

    def __repr__(self) -> str:
        return "<MockMaasClient>"

    async def aclose(self) -> None:
        """Refuse further calls. May be called twice."""
        self._closed = True

    async def _call(self, operation: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        del method, path  # the operation says it all
        if self._closed:
            raise HTTPClientError("This client is closed.", provider="maas", operation=operation)
        token = self._identity.require_token(provider="maas", operation=operation)
        user, arguments = self._identity.user, body or {}
        with self._service.calls.recording(operation, user, arguments) as call:
            self._service.scenarios.check(operation, user, arguments)
            answer = self._answer(operation, token, body)
            if answer.status >= 400:
                raise _error(operation, answer)
            call.result = answer.status
            return answer.body

    def _answer(self, operation: str, token: Secret, body: Mapping[str, Any] | None) -> MaasAnswer:
        server = self._service.server
        if operation == "issue_token":
            return server.issue(token, body)
        return server.revoke(token) if operation == "revoke_all_tokens" else server.models()


def _error(operation: str, answer: MaasAnswer) -> ProviderError:
    error = maas_error(ErrorAnswer(status=answer.status, headers={}, body=answer.body, operation=operation))
    error.provider, error.operation, error.phase = "maas", operation, "answer"
    return error
