"""One pool, many thin clients: the only package that imports HTTP libraries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.providers.http.answers import ErrorAnswer, HttpResponse
    from understudy.providers.http.client import HttpClient
    from understudy.providers.http.clients import HttpClients
    from understudy.providers.http.download import HttpDownload
    from understudy.providers.http.exchange import Body
    from understudy.providers.http.frames import Frame
    from understudy.providers.http.mapping import RETRY_STATUSES, ErrorMapper, default_error, error_words
    from understudy.providers.http.stream import Framing, HttpStream

__all__ = [
    "RETRY_STATUSES",
    "Body",
    "ErrorAnswer",
    "ErrorMapper",
    "Frame",
    "Framing",
    "HttpClient",
    "HttpClients",
    "HttpDownload",
    "HttpResponse",
    "HttpStream",
    "default_error",
    "error_words",
]

_HOMES = {
    "RETRY_STATUSES": "mapping",
    "Body": "exchange",
    "ErrorAnswer": "answers",
    "ErrorMapper": "mapping",
    "Frame": "frames",
    "Framing": "stream",
    "HttpClient": "client",
    "HttpClients": "clients",
    "HttpDownload": "download",
    "HttpResponse": "answers",
    "HttpStream": "stream",
    "default_error": "mapping",
    "error_words": "mapping",
}


def __getattr__(name: str) -> Any:
    # A program that plays on stand-ins holds the pools' owner and never makes a client.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
