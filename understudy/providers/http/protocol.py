"""aiohttp's connection, mended where it forgets who is waiting."""

from __future__ import annotations

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import _EXC_SENTINEL
from aiohttp.http_exceptions import HttpProcessingError

__all__ = ["NotHttpError", "TellingProtocol"]


class NotHttpError(aiohttp.ClientPayloadError):
    """The rest of a body is not HTTP; the cause says why."""


class TellingProtocol(ResponseHandler):
    """Tells the reader of a body that the rest of it is not HTTP.

    aiohttp 3.14 tells only who waits for the next head: where a head was good and a chunk's size in a later packet is
    not, the body's reader would wait until its deadline.
    """

    def set_exception(self, exc: BaseException, exc_cause: BaseException = _EXC_SENTINEL) -> None:
        """As in aiohttp; what is not HTTP also ends the body that is being read."""
        body = self._payload
        super().set_exception(exc, exc_cause)
        if body is not None and isinstance(exc, HttpProcessingError) and not body.is_eof():
            failure = NotHttpError("the rest of the body is not HTTP")
            failure.__cause__ = exc
            body.set_exception(failure, exc)
