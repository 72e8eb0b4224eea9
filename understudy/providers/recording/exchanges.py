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

__all__ = ["Asked", "Chunk", "Recorded", "asked"]

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
    cleaner = Cleaner(outgoing.secrets.values())
    headers = {name.lower(): value for name, value in outgoing.headers.items()}
    content = body or b""
    boundary = headers.get("content-type", "").partition("boundary=")[2].strip('"')
    if boundary:  # it is made up anew for each request
        content = content.replace(boundary.encode(), b"boundary")
        headers["content-type"] = headers["content-type"].replace(boundary, "boundary")
        headers.pop("content-length", None)
    decoded = _json(content)
    return Asked(
        method=outgoing.method,
        url=_url(outgoing.url, cleaner),
        headers=cleaner.headers(headers),
        body=cleaner.content(content) if decoded is None else cleaner.data(decoded),
        is_json=decoded is not None,
    )


def _url(url: str, cleaner: Cleaner) -> str:
    parts = urlsplit(url)
    query = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return cleaner.text(parts._replace(query=urlencode(query), fragment="").geturl())


def _json(content: bytes) -> Any:
    """The decoded JSON object or array, else None."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
