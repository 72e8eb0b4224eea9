"""A container whose life is that of an ASGI server: opened before the application starts, closed after it has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, TypeAlias

from understudy.containers.application import ApplicationContainer

__all__ = ["App", "HeldContainer", "Message", "Opening", "Receive", "Send"]

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]
"""An ASGI 3 application."""
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[ApplicationContainer]]
"""What opens a container: ``understudy.open_container``, or a function that calls it with arguments."""


class HeldContainer:
    """The container that ``opening`` opens when the server starts. ``run`` is an application's lifespan around it."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._container: ApplicationContainer | None = None

    def get(self) -> ApplicationContainer:
        """The open container. Raises RuntimeError where the server has not started one."""
        if self._container is None:
            raise RuntimeError(
                "The container is not open: the server runs no lifespan (uvicorn: --lifespan on), or it has ended. "
                "Give the middleware an open container, or let the server run the lifespan."
            )
        return self._container

    async def run(self, app: App, scope: Message, receive: Receive, send: Send) -> None:
        """Open, let ``app`` have its own lifespan, and close before the server hears that everything has ended.

        An application without a lifespan is given one. What opening or closing raises is told to the server, as a
        startup or shutdown that failed, and raised.
        """
        exchange = _Exchange(receive, send)
        stack = AsyncExitStack()
        try:
            self._container = await stack.enter_async_context(self._opening())
        except Exception as error:
            await exchange.fail("startup", error)
            raise
        exchange.before_end = lambda: self._close(stack)
        try:
            await self._serve(app, scope, exchange)
        finally:
            await self._close(stack)

    async def _serve(self, app: App, scope: Message, exchange: _Exchange) -> None:
        try:
            await app(scope, exchange.receive, exchange.send)
        except Exception:
            if exchange.answered:
                raise
            # ASGI's way of saying that an application has no lifespan: it raises before it has answered.
        if not exchange.ended:
            await exchange.finish()

    async def _close(self, stack: AsyncExitStack) -> None:
        self._container = None
        await stack.aclose()


class _Exchange:
    """The two questions of the lifespan protocol, startup and shutdown, each asked once and answered once."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._asked: list[str] = []
        self._answers: list[str] = []
        self.before_end: Callable[[], Awaitable[None]] | None = None

    @property
    def answered(self) -> bool:
        """Whether the server has had any answer."""
        return bool(self._answers)

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to say."""
        return any(answer.startswith("lifespan.shutdown") or answer.endswith("failed") for answer in self._answers)

    async def receive(self) -> Message:
        """The server's next question."""
        message = await self._receive()
        self._asked.append(message["type"])
        return message

    async def send(self, message: Message) -> None:
        """Answer; the end of everything is told only after ``before_end``."""
        kind: str = message["type"]
        if kind.startswith("lifespan.shutdown") and self.before_end is not None:
            try:
                await self.before_end()
            except Exception as error:
                await self.fail("shutdown", error)
                raise
        self._answers.append(kind)
        await self._send(message)

    async def fail(self, phase: str, error: Exception) -> None:
        """Say that a phase failed, and why."""
        await self._question(phase)
        kind = f"lifespan.{phase}.failed"
        self._answers.append(kind)
        await self._send({"type": kind, "message": f"{type(error).__name__}: {error}"})

    async def finish(self) -> None:
        """Answer what the application has left unanswered."""
        for phase in ("startup", "shutdown"):
            await self._question(phase)
            if f"lifespan.{phase}.complete" not in self._answers:
                await self.send({"type": f"lifespan.{phase}.complete"})

    async def _question(self, phase: str) -> None:
        while f"lifespan.{phase}" not in self._asked:
            await self.receive()
