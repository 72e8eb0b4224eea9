"""What goes in and out of an emulator: a request as it came, an answer as it goes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from understudy.domain.requests import GenerationRequest
from understudy.domain.secrets import MASK
from understudy.testing.asgi import Message, Receive, Send

__all__ = [
    "JSON",
    "Asked",
    "BadRequestError",
    "Piece",
    "Received",
    "Whole",
    "json_bytes",
    "read_request",
    "send_head",
    "send_whole",
]

JSON = "application/json"

_SECRET_HEADERS = frozenset(
    {
        "api-key",
        "authorization",
        "cookie",
        "x-api-key",
        "x-goog-api-key",
        "x-llamastack-provider-data",
        "x-ogx-provider-data",
    }
)


class BadRequestError(Exception):
    """The request is not what the API takes; the emulator answers it in the API's own words for that.

    ``param`` names the field, ``status`` is 400 unless said otherwise.
    """

    def __init__(self, message: str, *, param: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param = param
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it came in. Credentials are masked in ``headers``; names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)

    @property
    def body(self) -> Any:
        """The JSON that came; None where nothing came. Raises BadRequestError for what is not JSON."""
        if not self.content:
            return None
        try:
            return json.loads(self.content)
        except ValueError:
            raise BadRequestError("We could not parse the JSON body of your request.") from None

    @property
    def fields(self) -> Mapping[str, Any]:
        """The JSON object that came. Raises BadRequestError for anything else."""
        body = self.body
        if not isinstance(body, Mapping):
            raise BadRequestError("The body of your request is not a JSON object.")
        return body


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A generation request read from the wire.

    ``extra`` is what only this API's answer needs to know; ``stopped_by`` the stop sequence at which the answer ends.
    """

    request: GenerationRequest
    model: str
    stream: bool
    stopped_by: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """An answer that is sent at once. ``cut`` sends only the half of it and then ends, as a lost connection does."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a stream. ``said`` is whether they bring something that the model wrote, ``last`` whether they close."""

    data: bytes
    said: bool = False
    last: bool = False


def json_bytes(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


async def read_request(scope: Message, receive: Receive) -> tuple[Received, Mapping[str, str]]:
    """The request, and its credentials' headers apart."""
    content = b""
    more = True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    secrets = {name: value for name, value in headers.items() if name in _SECRET_HEADERS}
    received = Received(
        method=scope["method"],
        path=unquote(scope["path"]),
        query=dict(parse_qsl(scope.get("query_string", b"").decode())),
        headers={**headers, **dict.fromkeys(secrets, MASK)},
        content=content,
    )
    return received, secrets


async def send_whole(send: Send, answer: Whole) -> None:
    """Send an answer at once."""
    content = answer.body if isinstance(answer.body, bytes) else json_bytes(answer.body)
    headers = {"content-type": answer.content_type, "content-length": str(len(content)), **answer.headers}
    await send_head(send, answer.status, headers)
    if answer.cut:
        await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": content})


async def send_head(send: Send, status: int, headers: Mapping[str, str]) -> None:
    """Send an answer's head."""
    encoded: Iterable[tuple[bytes, bytes]] = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": list(encoded)})
