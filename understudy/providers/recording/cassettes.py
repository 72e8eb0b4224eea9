"""Reads cassettes of VCR.py, version 1, which many projects have already.

Their format, from VCR.py's own ``serialize.py`` and ``serializers/compat.py``: ``interactions`` of a ``request``
(``method``, ``uri``, ``body``, ``headers``) and a ``response`` (``status`` with its ``code``, ``headers``, ``body``
with its ``string``). Headers are a list of values each, or one; bodies are text, or bytes where they are none.
Cassettes of httpx were once written as ``status_code`` and ``content``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from understudy.domain.errors import HTTPClientError
from understudy.providers.http.body import Inflater, encoding_of
from understudy.providers.recording.bodies import cleaned
from understudy.providers.recording.cleaning import Cleaner
from understudy.providers.recording.exchanges import Asked, Recorded, asked_of, decoded_json

__all__ = ["exchanges_of", "is_cassette"]

VERSION = 1
_GONE = ("content-encoding", "transfer-encoding")  # the body is kept decompressed, and in one piece
_KEYS = ("api-key", "api_key", "key")  # parameters that bear a credential: the providers send it in a header


def is_cassette(document: Any) -> bool:
    """Whether a decoded file is one of VCR.py's."""
    return isinstance(document, Mapping) and "interactions" in document


def exchanges_of(document: Mapping[str, Any], *, as_written: bool) -> list[Recorded]:
    """The exchanges of a cassette: as ``use: record`` would have written them, or with all that stands there.

    A body is one piece that came at once; when it was recorded is what the answer's ``date`` says. Raises ValueError,
    KeyError, TypeError and AttributeError for what is no cassette of this version.
    """
    if document.get("version") != VERSION:
        raise ValueError(f"it is a cassette of version {document.get('version')!r}, and this library reads {VERSION}")
    found = [_exchange(each["request"], each["response"]) for each in document["interactions"]]
    return found if as_written else [_normal(each) for each in found]


def _exchange(request: Mapping[str, Any], response: Mapping[str, Any]) -> Recorded:
    content = _bytes(request.get("body"))
    decoded = decoded_json(content)
    headers = _headers(response.get("headers"))
    body = _plain(_response_body(response), headers)
    return Recorded(
        asked=Asked(
            method=str(request["method"]).upper(),
            url=str(request["uri"]),
            headers=_headers(request.get("headers")),
            body=content if decoded is None else decoded,
            is_json=decoded is not None,
        ),
        status=int(response["status_code"] if "status_code" in response else response["status"]["code"]),
        headers={name: value for name, value in headers.items() if name not in _GONE},
        body=body,
        chunks=((0.0, len(body)),) if body else (),
        began=0.0,
        complete=True,
        at=_when(headers.get("date", "")),
    )


def _normal(exchange: Recorded) -> Recorded:
    asked = exchange.asked
    cleaner = Cleaner()
    body, chunks = cleaned([(0.0, exchange.body)], cleaner) if exchange.body else (b"", ())
    parts = urlsplit(asked.url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in _KEYS]
    return Recorded(
        asked=asked_of(
            method=asked.method,
            url=parts._replace(query=urlencode(query)).geturl(),
            headers=asked.headers,
            content=asked.body,
            cleaner=cleaner,
        ),
        status=exchange.status,
        headers=cleaner.headers(exchange.headers),
        body=body,
        chunks=chunks,
        began=0.0,
        complete=True,
        at=exchange.at,
    )


def _headers(headers: Mapping[str, Any] | None) -> dict[str, str]:
    """One value for each name, in lower case; several are joined by commas, as HTTP has it."""
    given = (headers or {}).items()
    return {
        str(name).lower(): ", ".join(map(_text, value)) if isinstance(value, list | tuple) else _text(value)
        for name, value in given
    }


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _response_body(response: Mapping[str, Any]) -> bytes:
    if "content" in response:
        return _bytes(response["content"])
    body = response.get("body") or {}
    if isinstance(body, Mapping):
        encoded = body.get("base64_string")
        return _bytes(body.get("string")) if encoded is None else base64.b64decode(encoded, validate=True)
    return _bytes(body)


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    if not isinstance(value, str | bytes):
        raise TypeError(f"a body is text or bytes, not {type(value).__name__}")
    return value.encode() if isinstance(value, str) else value


def _plain(body: bytes, headers: dict[str, str]) -> bytes:
    """The body decompressed; some clients' cassettes have it so already, and still say how it was compressed."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return _inflated(body, headers)
    return body


def _inflated(body: bytes, headers: dict[str, str]) -> bytes:
    try:
        encoding = encoding_of(headers)
        if encoding is None:
            return body
        inflater = Inflater(encoding)
        inflater.feed(body)
        pieces: list[bytes] = []
        while piece := inflater.step():
            pieces.append(piece)
        inflater.check_end()
    except HTTPClientError as error:
        raise ValueError(error.message) from None
    return b"".join(pieces)


def _when(date: str) -> str:
    try:
        return parsedate_to_datetime(date).isoformat()
    except ValueError:
        return ""
