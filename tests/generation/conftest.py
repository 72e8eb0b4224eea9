"""A transport that answers with what a test says, and shows what was sent."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from understudy.config.models.http import HttpOverrides, HttpSettings
from understudy.providers.http.clients import HttpClients


@dataclass
class Answer:
    """One answer; ``body`` is bytes, text, JSON, or a list of pieces for a stream. ``broken`` loses the connection."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    broken: bool = False


class Pieces(httpx.AsyncByteStream):
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.closed = False

    async def __aiter__(self):
        body = self._answer.body
        for piece in body if isinstance(body, list) else [body]:
            yield piece if isinstance(piece, bytes) else json.dumps(piece).encode()
        if self._answer.broken:
            raise httpx.ReadError("reset")

    async def aclose(self) -> None:
        self.closed = True


class Server(httpx.AsyncBaseTransport):
    """Gives its answers in turn, the last one again and again, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.streams: list[Pieces] = []

    async def handle_async_request(self, request):
        await request.aread()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.streams.append(Pieces(answer))
        return httpx.Response(answer.status, headers=answer.headers, stream=self.streams[-1])

    @property
    def sent(self) -> Any:
        """The last request's body."""
        return json.loads(self.requests[-1].content)


@pytest.fixture
def answer():
    return Answer


@pytest.fixture
def sse():
    """A stream of server-sent events from JSON values; text is sent as it is."""

    def sse(*events, broken=False):
        pieces = [f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode() for event in events]
        return Answer(pieces, headers={"content-type": "text/event-stream", "x-request-id": "req-1"}, broken=broken)

    return sse


@pytest.fixture
def serve():
    """Gives the server and the HTTP layer on top of it."""

    def serve(*answers):
        server = Server(*answers)
        return server, HttpClients(HttpSettings(), transport=server, sleep=_no_wait)

    return serve


async def _no_wait(_seconds):
    return None


@pytest.fixture
def serve_with():
    """Like ``serve``, for providers with these sections in their own ``http``: gives the settings' overrides too."""

    def serve_with(*answers, **sections):
        server = Server(*answers)
        clients = HttpClients(HttpSettings(), transport=server, sleep=_no_wait)
        return server, clients, HttpOverrides.model_validate(sections)

    return serve_with
