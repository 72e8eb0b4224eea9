"""What went wrong in a session, found again behind what the SDK makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from understudy.domain.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    ProviderError,
    RateLimitError,
    RequestTimeoutError,
    ResponseDecodeError,
    ServerError,
    StreamInterruptedError,
)
from understudy.domain.mcp import McpStatusError

__all__ = ["coded", "leaves", "protocol_error", "status_error", "told", "unexpected"]

_STATUSES: Mapping[int, tuple[type[ProviderError], str]] = MappingProxyType(
    {
        401: (AuthenticationError, "UNAUTHORIZED"),
        403: (PermissionDeniedError, "PERMISSION_DENIED"),
        404: (NotFoundError, "NOT_FOUND"),
        408: (RequestTimeoutError, "SERVER_UNAVAILABLE"),
        429: (RateLimitError, "SERVER_UNAVAILABLE"),
        502: (OverloadedError, "SERVER_UNAVAILABLE"),
        503: (OverloadedError, "SERVER_UNAVAILABLE"),
        504: (OverloadedError, "SERVER_UNAVAILABLE"),
    }
)
_HINTS: Mapping[int, str] = MappingProxyType(
    {
        401: "The server wants a token, or another one: send it as the request's MCP token.",
        403: "The token is known but may not use this server.",
        404: "Check the server's URL and transport in the list of servers.",
        405: "Check the server's transport: streamable-http and sse have paths of their own.",
    }
)
# What the SDK says where it has only the status to go by.
_EMPTY_WORDS = frozenset({"Server returned an error response", "Session terminated", "Not Found", ""})
_TIMED_OUT, _CLOSED = -32001, -32000
_REFUSED = frozenset({-32600, -32601, -32602})  # invalid request, unknown method, invalid parameters


def leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors inside of exception groups, however deep; the error itself where it is none."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


def status_error(status: int, words: str = "", *, retry_after: float | None = None) -> ProviderError:
    """The error of an HTTP answer that the SDK swallowed; ``words`` are the server's, where it said any."""
    default = (ServerError, "INTERNAL_ERROR") if status >= 500 else (InvalidRequestError, "INVALID_REQUEST")
    kind, code = _STATUSES.get(status, default)
    said = "" if words in _EMPTY_WORDS else f": {words}"
    error = kind(
        f"The MCP server answered with status {status}{said}.",
        phase="answer",
        status=status,
        code=code,
        retryable=code == "SERVER_UNAVAILABLE",
        retry_after=retry_after,
    )
    if status in _HINTS:
        error.hint = _HINTS[status]
    return error


def protocol_error(code: int, words: str) -> ProviderError:
    """The error of a JSON-RPC error: what the server says no to inside of a session."""
    said = f"The MCP server refused the request: {words} (JSON-RPC code {code})."
    if code == _TIMED_OUT:
        return RequestTimeoutError(said, phase="read", code="SERVER_UNAVAILABLE", retryable=True)
    if code == _CLOSED:
        lost = f"The session with the MCP server ended without an answer: {words}."
        return StreamInterruptedError(lost, phase="stream", code="CONNECTION_FAILED", retryable=True)
    if code in _REFUSED:
        return InvalidRequestError(said, phase="answer", code="INVALID_REQUEST")
    return ServerError(said, phase="answer", code="INTERNAL_ERROR")


def unexpected(error: BaseException) -> ProviderError:
    """The error for what the SDK raised and nothing above explains: an answer that it could not use."""
    return ResponseDecodeError(
        f"The MCP server's answer cannot be used: {type(error).__name__}: {str(error)[:300]}.",
        phase="decode",
        code="INTERNAL_ERROR",
        hint="Check that the URL is an MCP server's, with the transport that is listed for it.",
    )


def coded(error: ProviderError, *, operation: str, host: str | None = None) -> ProviderError:
    """``error`` with who was asked, and with a code where the HTTP layer raised it."""
    error.provider = "mcp"
    error.operation = error.operation or operation
    error.host = error.host or host
    if error.code is None:
        if isinstance(error, ConnectionFailedError | StreamInterruptedError):
            error.code = "CONNECTION_FAILED"
        elif isinstance(error, RequestTimeoutError):
            error.code = "SERVER_UNAVAILABLE"
        else:
            error.code = "INTERNAL_ERROR"
    return error


def told(error: ProviderError) -> McpStatusError:
    """``error`` as a status carries it."""
    return McpStatusError(code=error.code or "INTERNAL_ERROR", status_code=error.status, raw_error=str(error))
