"""An ASGI server in a few lines, which shows every message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


@dataclass
class Exchange:
    """What the application answered to one connection."""

    sent: list[Message] = field(default_factory=list)
    scope: Message = field(default_factory=dict)

    @property
    def status(self) -> int | None:
        return next((each["status"] for each in self.sent if "status" in each), None)

    @property
    def headers(self) -> dict[str, str]:
        head = next(each for each in self.sent if "headers" in each)
        return {name.decode(): value.decode() for name, value in head["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.sent)

    def json(self) -> Any:
        return json.loads(self.body)


class Server:
    """Drives an application as an ASGI server would."""

    async def http(self, app: App, path: str = "/", headers: Any = (), **scope: Any) -> Exchange:
        return await self._drive(app, {"type": "http", "method": "GET", "http_version": "1.1"}, path, headers, scope)

    async def websocket(self, app: App, path: str = "/", headers: Any = (), **scope: Any) -> Exchange:
        return await self._drive(app, {"type": "websocket"}, path, headers, scope)

    async def _drive(self, app: App, kind: Message, path: str, headers: Any, more: Message) -> Exchange:
        raw = [(name.lower().encode(), value.encode()) for name, value in dict(headers).items()]
        exchange = Exchange(scope={**kind, "path": path, "headers": raw, **more})
        connect = "websocket.connect" if kind["type"] == "websocket" else "http.request"
        messages = iter([{"type": connect, "body": b"", "more_body": False}])

        async def receive() -> Message:
            return next(messages, {"type": connect.replace("connect", "disconnect").replace("request", "disconnect")})

        async def send(message: Message) -> None:
            exchange.sent.append(message)

        await app(exchange.scope, receive, send)
        return exchange


class Lifespan:
    """A server's lifespan of one application: ``async with``; ``said`` are the application's answers."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._questions: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message | None] = asyncio.Queue()
        self.said: list[Message] = []
        self.error: Exception | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        await self._ask("startup")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._ask("shutdown")
        await self._task

    async def _run(self) -> None:
        try:
            await self._app({"type": "lifespan", "state": {}}, self._questions.get, self._answers.put)
        except Exception as error:  # noqa: BLE001 - a server survives it; the test looks at it
            self.error = error
        await self._answers.put(None)

    async def _ask(self, phase: str) -> None:
        await self._questions.put({"type": f"lifespan.{phase}"})
        answer = await self._answers.get()
        if answer is not None:
            self.said.append(answer)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def lifespan() -> type[Lifespan]:
    return Lifespan
