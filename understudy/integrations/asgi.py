"""A pure ASGI middleware: each request is made on behalf of its user.

    app = IdentityMiddleware(app, understudy.open_container, exempt=["/healthz"])

or, where the framework adds middleware, ``app.add_middleware(IdentityMiddleware, container=...)``. It imports no
framework.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import cast

from understudy.config.models.platform import IdentitySettings
from understudy.containers.application import ApplicationContainer
from understudy.domain.errors import AuthenticationError
from understudy.integrations.answers import ErrorReply, error_reply
from understudy.integrations.clients import RequestClients, bind
from understudy.integrations.headers import IdentityReader
from understudy.integrations.lifespan import App, HeldContainer, Message, Opening, Receive, Send

__all__ = ["STATE_KEY", "IdentityMiddleware"]

STATE_KEY = "understudy"
"""Where a request's state has its RequestClients: ``request.state.understudy`` in Starlette."""

_POLICY_VIOLATION = 1008


class IdentityMiddleware:
    """Reads each request's identity from its headers and binds the user's clients to the request.

    ``container`` is an open container, or what opens one (``understudy.open_container``, or a function without
    arguments that calls it): then the server's lifespan opens and closes it, around the application's own. ``settings``
    names the headers, in place of the container's ``platform.identity``.

    HTTP requests and websockets whose token is missing or malformed are answered with 401 and a JSON body; the
    application never sees them. For the others ``understudy.integrations.clients.current_clients`` and the request's
    state have the clients until the application is done with the request. ``exempt`` are paths that need no identity
    and get none: exactly these, or everything below one that ends in ``/*``; the path is that within the application,
    without ``root_path``.
    """

    def __init__(
        self,
        app: App,
        container: ApplicationContainer | Opening,
        *,
        exempt: Iterable[str] = (),
        settings: IdentitySettings | None = None,
    ) -> None:
        self.app = app
        exempt = (exempt,) if isinstance(exempt, str) else tuple(exempt)
        self._exempt = frozenset(path for path in exempt if not path.endswith("/*"))
        self._below = tuple(path[:-1] for path in exempt if path.endswith("/*"))
        self._settings = settings
        self._last_reader: IdentityReader | None = None
        # A container has providers; a function has not. Its own class says nothing: an instance is of another one.
        self._held = None if hasattr(container, "providers") else HeldContainer(container)  # pyright: ignore[reportArgumentType] - hasattr has told them apart
        self._open = None if self._held else cast("ApplicationContainer", container)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        kind = scope["type"]
        if kind == "lifespan" and self._held is not None:
            await self._held.run(self.app, scope, receive, send)
        elif kind not in ("http", "websocket") or self._is_exempt(_path(scope)):
            await self.app(scope, receive, send)
        else:
            await self._identified(scope, receive, send)

    async def _identified(self, scope: Message, receive: Receive, send: Send) -> None:
        container = self._container()
        try:
            identity = self._reader(container).read(scope["headers"])
        except AuthenticationError as error:
            await _refuse(error_reply(error), scope, receive, send)
            return
        with bind(RequestClients(container, identity)) as clients:
            scope.setdefault("state", {})[STATE_KEY] = clients
            await self.app(scope, receive, send)

    def _container(self) -> ApplicationContainer:
        return self._open if self._open is not None else cast("HeldContainer", self._held).get()

    def _reader(self, container: ApplicationContainer) -> IdentityReader:
        settings = self._settings or container.settings().platform.identity
        reader = self._last_reader
        if reader is None or reader.settings is not settings:  # another lifespan may bring another container
            reader = self._last_reader = IdentityReader(settings)
        return reader

    def _is_exempt(self, path: str) -> bool:
        if path in self._exempt:
            return True
        if not path.startswith(self._below):
            return False
        # A path with these in it may mean another one to whoever resolves it later.
        *above, last = path.split("/")[1:]
        return not {"", ".", ".."}.intersection(above) and last not in (".", "..")


def _path(scope: Message) -> str:
    path, root = cast("str", scope["path"]), cast("str", scope.get("root_path") or "").rstrip("/")
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


async def _refuse(reply: ErrorReply, scope: Message, receive: Receive, send: Send) -> None:
    body = json.dumps(reply.body).encode()
    prefix = "http.response"
    if scope["type"] == "websocket":
        await receive()  # the handshake has to be taken before it can be refused
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "unauthorized"})
            return
        prefix = "websocket.http.response"
    headers = {"content-type": "application/json", "content-length": str(len(body)), **reply.headers}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": f"{prefix}.start", "status": reply.status, "headers": raw})
    await send({"type": f"{prefix}.body", "body": body})
