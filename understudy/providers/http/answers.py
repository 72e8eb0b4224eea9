"""What comes back over HTTP, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from understudy.domain.errors import ResponseDecodeError
from understudy.domain.redaction import Redactor

if TYPE_CHECKING:
    from understudy.providers.http.limiter import Permit

__all__ = ["ErrorAnswer", "HttpResponse", "request_id_of"]

_REQUEST_IDS = ("request-id", "x-request-id", "x-goog-request-id", "x-amzn-requestid", "cf-ray")


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The service's own name for the exchange, from whichever header it uses; names in lower case."""
    return next((headers[name] for name in _REQUEST_IDS if headers.get(name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """An answer that says no. ``body`` is decoded JSON, or the text where it is not JSON; headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any
    operation: str = "generate"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """A whole answer with status 2xx. Header names in lower case; ``elapsed`` in seconds, from call to last byte."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    elapsed: float = 0.0
    attempts: int = 1
    provider: str = ""
    operation: str = ""
    host: str | None = None
    permit: Permit | None = field(default=None, repr=False, compare=False)
    """The limiter's, where there is one: ``permit.settle(tokens)`` tells it what the answer really took."""

    @property
    def request_id(self) -> str | None:
        """The service's own name for the exchange, or None."""
        return request_id_of(self.headers)

    def json(self) -> Any:
        """The decoded body. Raises ResponseDecodeError where it is empty or not JSON, with a redacted excerpt."""
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise self._not_json(reason)

    def _not_json(self, reason: str) -> ResponseDecodeError:
        excerpt = Redactor().excerpt(self.content)
        kind = self.headers.get("content-type", "no content type")
        what = f"not JSON ({reason})" if self.content else "empty where JSON was expected"
        return ResponseDecodeError(
            f"The answer is {what}; {kind}, {len(self.content)} bytes" + (f": {excerpt!r}." if excerpt else "."),
            provider=self.provider,
            operation=self.operation,
            host=self.host,
            phase="decode",
            status=self.status,
            request_id=self.request_id,
            body=excerpt or None,
        )
