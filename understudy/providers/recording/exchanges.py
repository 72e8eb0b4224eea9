"""What is recorded: a request without credentials, and what came back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from understudy.providers.http.exchange import Outgoing
from understudy.providers.recording.cleaning import Cleaner

__all__ = ["Asked", "Chunk", "Recorded", "asked", "asked_of", "decoded_json"]

Chunk = tuple[float, int]
"""A piece of a body: seconds since the request, and its size in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it is written down. ``body`` is decoded JSON where ``is_json`` is set, else bytes."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = b""
    is_json: bool = False

    @property
    def path(self) -> str:
        """What is matched of the address: no host, so that a server may move."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def key(self) -> str:
        """The same for requests that match."""
        return hashlib.sha256(f"{self.method} {self.path}\n".encode() + self._canonical()).hexdigest()

    def _canonical(self) -> bytes:
        if self.is_json:
            return json.dumps(self.body, sort_keys=True, separators=(",", ":")).encode()
        return bytes(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An exchange: what was asked and what came back.

    ``began`` is when the answer's head was there, in seconds since the request; ``complete`` is False where the
    body was not read to its end. ``at`` is when it was recorded: UTC, ISO 8601.
    """

    asked: Asked
    status: int
    headers: Mapping[str, str]
    body: bytes
    chunks: tuple[Chunk, ...]
    began: float
    complete: bool
    at: str


async def asked(outgoing: Outgoing) -> Asked:
    """A request without credentials. A body that is made while it is sent is read first, and kept."""
    body = outgoing.body
    if body is not None and not isinstance(body, bytes):
        # An attempt may be made again, and what is read here may be gone then.
        body = outgoing.body = b"".join([chunk async for chunk in body.chunks()])
    return asked_of(
        method=outgoing.method,
        url=outgoing.url,
        headers=outgoing.headers,
        content=body or b"",
        cleaner=Cleaner(outgoing.secrets.values()),
    )


def asked_of(*, method: str, url: str, headers: Mapping[str, str], content: Any, cleaner: Cleaner) -> Asked:
    """A request as it is written and matched. ``content`` are bytes, or JSON that is already decoded."""
    lowered = {name.lower(): value for name, value in headers.items()}
    boundary = lowered.get("content-type", "").partition("boundary=")[2].strip('"')
    if boundary and isinstance(content, bytes):  # it is made up anew for each request
        content = content.replace(boundary.encode(), b"boundary")
        lowered["content-type"] = lowered["content-type"].replace(boundary, "boundary")
        lowered.pop("content-length", None)
    decoded = _lasting(decoded_json(content) if isinstance(content, bytes) else content)
    return Asked(
        method=method,
        url=_url(url, cleaner),
        headers=cleaner.headers(lowered),
        body=cleaner.content(content) if decoded is None else cleaner.data(decoded),
        is_json=decoded is not None,
    )


def _url(url: str, cleaner: Cleaner) -> str:
    parts = urlsplit(url)
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return cleaner.text(parts._replace(query=urlencode(query), fragment="").geturl())


def _lasting(decoded: Any) -> Any:
    """JSON without what says only which version of this library asks: MCP's ``initialize`` has it."""
    if isinstance(decoded, dict) and "jsonrpc" in decoded and isinstance(params := decoded.get("params"), dict):
        return {**decoded, "params": {name: each for name, each in params.items() if name != "clientInfo"}}
    return decoded


def decoded_json(content: bytes) -> Any:
    """The decoded JSON object or array, else None."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
