"""One pool, many thin clients: the only package that imports HTTP libraries."""

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
