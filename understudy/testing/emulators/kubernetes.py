"""A Kubernetes API server in this process: the stand-in's cluster, over HTTP."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

from understudy.domain.secrets import Secret
from understudy.providers.kubernetes.mock.cluster import Cluster
from understudy.providers.kubernetes.mock.statuses import status
from understudy.testing.asgi import Message, Receive, Send
from understudy.testing.emulators.exchange import Whole, send_whole

__all__ = ["KubernetesEmulator"]


class KubernetesEmulator:
    """An ASGI 3 application that answers as an API server on ``cluster`` does.

    ``cluster`` may be the one of a MockKubernetesService: then stand-in and emulator show the same state.
    """

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.cluster = cluster or Cluster()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        body, readable = _decoded(await _read(receive))
        if not readable:
            refused = status(400, "BadRequest", "the object provided is unrecognized: couldn't get version/kind")
            await send_whole(send, Whole(status=400, body=refused))
            return
        answer = self.cluster.handle(
            scope["method"],
            scope["path"],
            params=dict(parse_qsl(scope.get("query_string", b"").decode())),
            body=body,
            token=_token(scope),
        )
        if isinstance(answer.body, str):
            text = Whole(status=answer.status, body=answer.body.encode(), content_type="text/plain; charset=utf-8")
            await send_whole(send, text)
            return
        await send_whole(send, Whole(status=answer.status, body=answer.body))


async def _read(receive: Receive) -> bytes:
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    return content


def _decoded(content: bytes) -> tuple[Any, bool]:
    try:
        return (json.loads(content) if content else None), True
    except ValueError:
        return None, False


def _token(scope: Message) -> Secret | None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return Secret(token) if scheme.lower() == "bearer" and token else None


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
