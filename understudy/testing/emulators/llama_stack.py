"""A Llama Stack server in this process: an ASGI application over the stand-in's server."""

from __future__ import annotations

import email.parser
import email.policy
from collections import deque
from collections.abc import Iterable
from typing import Any

from understudy.domain.errors import (
    ConnectionFailedError,
    ProviderError,
    RequestTimeoutError,
)
from understudy.providers.llama_stack.mock import MockLlamaStackService
from understudy.providers.llama_stack.mock.state import Heard, Said
from understudy.testing.asgi import Message, Receive, Send
from understudy.testing.emulators.exchange import Received, Whole, read_request, send_head, send_whole
from understudy.testing.emulators.sse import sse

__all__ = ["LlamaStackEmulator"]

_KEPT = 1000
_BAD_JSON = {"error": {"message": "{'errors': [{'loc': ['body', 0], 'msg': 'JSON decode error'}]}"}}


class LlamaStackEmulator:
    """An ASGI 3 application that stands in for a Llama Stack server.

    ``service`` has its state and its script: the stand-in's own. ``tokens`` are the bearer tokens that it accepts;
    None: any. ``requests`` are the HTTP requests as they came, credentials masked; ``provider_data`` the provider data
    that came with each, by either of the header's names.
    """

    def __init__(
        self,
        service: MockLlamaStackService | None = None,
        *,
        prefix: str = "/v1",
        tokens: Iterable[str] | None = None,
    ) -> None:
        self.service = MockLlamaStackService() if service is None else service
        self.requests: deque[Received] = deque(maxlen=_KEPT)
        self.provider_data: deque[str | None] = deque(maxlen=_KEPT)
        self._prefix = prefix
        self._tokens = None if tokens is None else frozenset(tokens)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        received, secrets = await read_request(scope, receive)
        self.requests.append(received)
        self.provider_data.append(secrets.get("x-ogx-provider-data") or secrets.get("x-llamastack-provider-data"))
        if not self._accepts(secrets.get("authorization", "")):
            message = "Authentication required: the bearer token is missing or not valid"
            await send_whole(send, Whole(status=401, body={"error": {"message": message}}))
            return
        try:
            self.service.scenarios.check(_operation(received, self._prefix), None, {})
        except ProviderError as error:
            await _fail(error, receive, send)
            return
        await self._answer(received, send)

    def _accepts(self, authorization: str) -> bool:
        return self._tokens is None or authorization.removeprefix("Bearer ") in self._tokens

    async def _answer(self, received: Received, send: Send) -> None:
        if not received.path.startswith(f"{self._prefix}/"):
            await send_whole(send, Whole(status=404, body={"detail": "Not Found"}))
            return
        heard = _heard(received, received.path.removeprefix(self._prefix))
        if heard is None:
            await send_whole(send, Whole(status=400, body=_BAD_JSON))
            return
        said = self.service.server.answer(heard)
        if said.events is not None:
            await _stream(said, send)
        elif said.content is not None:
            kind = said.headers.get("content-type", "application/octet-stream")
            await send_whole(send, Whole(body=said.content, headers=said.headers, content_type=kind))
        else:
            await send_whole(send, Whole(status=said.status, body=said.body))


async def _stream(said: Said, send: Send) -> None:
    await send_head(send, 200, {"content-type": "text/event-stream; charset=utf-8"})
    try:
        for event in said.events or ():
            await send({"type": "http.response.body", "body": sse(event), "more_body": True})
    except ConnectionAbortedError:
        return  # the application ends without the answer's end: a lost connection
    await send({"type": "http.response.body", "body": b""})


async def _fail(error: ProviderError, receive: Receive, send: Send) -> None:
    if isinstance(error, RequestTimeoutError):
        while (await receive())["type"] != "http.disconnect":
            pass
    elif not isinstance(error, ConnectionFailedError):
        advice = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
        body = {"error": {"message": error.message}}
        await send_whole(send, Whole(status=error.status or 500, body=body, headers=advice))


def _operation(received: Received, prefix: str) -> str:
    """The port's operation that a request belongs to; one of several where the request does not tell."""
    parts = received.path.removeprefix(prefix).strip("/").split("/")
    method = received.method
    if parts[0] == "responses":
        streamed = b'"stream"' in received.content
        return "get_response" if method == "GET" else "create_response_stream" if streamed else "create_response"
    if parts[-1] == "content":
        return "get_file_content"
    if parts[0] == "models":
        return "list_models"
    within = parts[0] == "vector_stores" and len(parts) > 2
    kind = "vector_store_file" if within else "vector_store" if parts[0] == "vector_stores" else "file"
    named = len(parts) == (4 if within else 2)
    if method == "POST":
        return "create_vector_store" if kind == "vector_store" else "upload_file"
    if method == "DELETE":
        return f"delete_{kind}"
    return f"get_{kind}" if named else f"list_{kind}s"


def _heard(received: Received, path: str) -> Heard | None:
    kind = received.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return _form(received, path, kind)
    body: Any = None
    if received.content:
        body = _json(received)
        if body is None:
            return None
    return Heard(method=received.method, path=path, params=received.query, body=body)


def _json(received: Received) -> Any:
    from understudy.testing.emulators.exchange import BadRequestError

    try:
        return received.body
    except BadRequestError:
        return None


def _form(received: Received, path: str, kind: str) -> Heard:
    head = f"content-type: {kind}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + received.content)
    fields: dict[str, str] = {}
    filename, content = "", b""
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        data = part.get_payload(decode=True)
        value = data if isinstance(data, bytes) else b""
        if name == "file":
            filename, content = part.get_filename() or "", value
        else:
            fields[name] = value.decode()
    return Heard(method=received.method, path=path, form=fields, filename=filename, content=content)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
