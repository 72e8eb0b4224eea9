"""Models as a service in this process: an ASGI application over the stand-in's service."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from understudy.domain.errors import ConnectionFailedError, ProviderError, RequestTimeoutError
from understudy.domain.secrets import Secret
from understudy.providers.maas.mock import MockMaasService
from understudy.providers.maas.mock.server import MaasAnswer
from understudy.testing.asgi import Message, Receive, Send
from understudy.testing.emulators.exchange import BadRequestError, Received, Whole, read_request, send_head, send_whole

__all__ = ["MaasEmulator"]

_KEPT = 1000


class MaasEmulator:
    """An ASGI 3 application that stands in for the service.

    ``service`` has its state and its script: the stand-in's own. ``tokens`` are the users' bearer tokens that it
    accepts; None: any but none. ``requests`` are the HTTP requests as they came, credentials masked.
    """

    def __init__(
        self,
        service: MockMaasService | None = None,
        *,
        prefix: str = "/maas-api",
        tokens: Iterable[str] | None = None,
    ) -> None:
        self.service = MockMaasService() if service is None else service
        self.requests: deque[Received] = deque(maxlen=_KEPT)
        self._prefix = prefix
        self._tokens = None if tokens is None else frozenset(tokens)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        received, secrets = await read_request(scope, receive)
        self.requests.append(received)
        token = Secret(secrets.get("authorization", "").removeprefix("Bearer "))
        if not token or (self._tokens is not None and token.reveal() not in self._tokens):
            await send_whole(send, Whole(status=401, body={"error": "Unauthorized"}))
            return
        operation = self._operation(received)
        if operation is None:
            await send_whole(send, Whole(status=404, body=b"404 page not found", content_type="text/plain"))
            return
        try:
            self.service.scenarios.check(operation, None, {})
        except ProviderError as error:
            await _fail(error, receive, send)
            return
        answer = self._answer(operation, token, received)
        if answer.body is None:
            await send_head(send, answer.status, {})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send_whole(send, Whole(status=answer.status, body=answer.body))

    def _operation(self, received: Received) -> str | None:
        settings = self.service.settings
        known = {
            ("GET", f"{self._prefix}{settings.models_path}"): "list_models",
            ("POST", f"{self._prefix}{settings.tokens_path}"): "issue_token",
            ("DELETE", f"{self._prefix}{settings.tokens_path}"): "revoke_all_tokens",
        }
        return known.get((received.method, received.path))

    def _answer(self, operation: str, token: Secret, received: Received) -> MaasAnswer:
        server = self.service.server
        if operation == "list_models":
            return server.models()
        if operation == "revoke_all_tokens":
            return server.revoke(token)
        try:
            return server.issue(token, received.body)
        except BadRequestError:
            return MaasAnswer(400, {"error": "invalid request body"})


async def _fail(error: ProviderError, receive: Receive, send: Send) -> None:
    if isinstance(error, RequestTimeoutError):
        while (await receive())["type"] != "http.disconnect":
            pass
    elif not isinstance(error, ConnectionFailedError):
        advice = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
        await send_whole(send, Whole(status=error.status or 500, body={"error": error.message}, headers=advice))


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
