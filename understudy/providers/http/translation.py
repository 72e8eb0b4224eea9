"""From aiohttp's errors to ours: what failed, in which phase, and what to do about it.

Nothing of the original is chained: its attributes and the frames of its traceback show the request's headers.
"""

from __future__ import annotations

import errno
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from understudy.domain.errors import (
    ConnectionFailedError,
    HTTPClientError,
    RequestTimeoutError,
    ResponseDecodeError,
    StreamInterruptedError,
)
from understudy.providers.http.exchange import Outgoing
from understudy.providers.http.failures import headers_too_large
from understudy.providers.http.protocol import NotHttpError

__all__ = ["before_head", "in_body", "may_be_stale"]

_PROXY_HINT = "Check HTTPS_PROXY and NO_PROXY, or set http.trust_env to false."


def may_be_stale(error: Exception) -> bool:
    """Whether a used connection fails like this when its server had closed it while it was idle."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return False
    return isinstance(error, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError | ConnectionError)


def before_head(error: Exception, outgoing: Outgoing) -> HTTPClientError:
    """The error for a request whose answer's head did not arrive."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate(error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return _connector(error)
    if isinstance(error, aiohttp.SocketTimeoutError):
        return RequestTimeoutError(f"No answer began within {outgoing.read:g} s.", phase="read", retryable=True)
    if isinstance(error, TimeoutError):
        return RequestTimeoutError(f"No connection within {outgoing.connect:g} s.", phase="connect", retryable=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return _not_http(error, outgoing)
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return ConnectionFailedError(
            f"The server closed the connection before it answered ({_words(error)}).",
            phase="headers",
            retryable=True,
            hint="Ask again; if it stays so, the server or a proxy in between is failing.",
        )
    return ConnectionFailedError(
        f"The request could not be sent ({type(error).__name__}).", phase="send", hint="Check its headers and base_url."
    )


def in_body(error: Exception, *, streaming: bool) -> HTTPClientError:
    """The error for a body that did not arrive whole."""
    if isinstance(error, NotHttpError):
        return _not_decoded(_words(error), phase=_body(streaming=streaming))
    what = "stream" if streaming else "answer"
    return StreamInterruptedError(
        f"The connection was lost before the {what}'s end ({_words(error)}).",
        phase=_body(streaming=streaming),
        retryable=True,
    )


def _connector(error: aiohttp.ClientConnectorError) -> HTTPClientError:
    cause = error.os_error
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ConnectionFailedError(
            f"The resolver does not find the host's name ({cause.strerror or cause}).",
            phase="connect",
            retryable=True,
            hint="Check the host's name in base_url, and the network and its DNS.",
        )
    if isinstance(error, aiohttp.ClientConnectorSSLError) or isinstance(cause, ssl.SSLError):
        return ConnectionFailedError(
            f"TLS failed: {_ssl_words(cause)}.",
            phase="connect",
            hint="Check that the port of base_url speaks TLS, and http.tls.",
        )
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return ConnectionFailedError(
            f"The proxy cannot be reached ({_words(cause)}).",
            phase="connect",
            retryable=True,
            hint=_PROXY_HINT,
        )
    if cause.errno == errno.ECONNREFUSED or isinstance(cause, ConnectionRefusedError):
        return ConnectionFailedError(
            "The host refuses the connection: nothing listens on that port.",
            phase="connect",
            retryable=True,
            hint="Start the service, or check the port in base_url.",
        )
    return ConnectionFailedError(f"The host cannot be reached ({_words(cause)}).", phase="connect", retryable=True)


def _certificate(error: Exception) -> ConnectionFailedError:
    words = getattr(error, "verify_message", None) or _ssl_words(error)
    if "expired" in words:
        hint = "The server's certificate must be renewed; if it was, check this machine's clock."
    elif "not yet valid" in words:
        hint = "Check this machine's clock; if it is right, the server's certificate begins later."
    elif "mismatch" in words.lower() or "not valid for" in words:
        hint = "base_url names a host that the certificate was not made for."
    else:
        hint = "Add the authority that signed it to http.tls.ca_bundles."
    return ConnectionFailedError(
        f"TLS: the server's certificate is refused: {_first_line(words)}.", phase="connect", hint=hint
    )


def _not_http(error: aiohttp.ClientResponseError, outgoing: Outgoing) -> HTTPClientError:
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return ConnectionFailedError(
            f"The proxy refuses the tunnel with status {error.status}.", phase="connect", hint=_PROXY_HINT
        )
    words = _first_line(error.message)
    if "Too many headers" in words or "Got more than" in words:
        return headers_too_large(outgoing.header_bytes)
    # A body's first bytes may come with its head or after it, and one fault is not two because of that.
    in_its_body = "chunk" in words.lower()  # the parser has no class for it
    return _not_decoded(words, phase=_body(streaming=outgoing.streaming) if in_its_body else "headers")


def _not_decoded(words: str, *, phase: str) -> ResponseDecodeError:
    return ResponseDecodeError(f"The answer is not HTTP ({words}).", phase=phase)


def _body(*, streaming: bool) -> str:
    return "stream" if streaming else "body"


def _words(error: BaseException) -> str:
    if isinstance(error, aiohttp.ServerDisconnectedError) and not isinstance(error.message, str):
        return "in the middle of its head"  # the message is what had been read of it, headers and all
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, aiohttp.ClientPayloadError) and isinstance(error.__cause__, HttpProcessingError):
        return _first_line(error.__cause__.message)
    return _first_line(str(error)) or type(error).__name__


def _first_line(words: str) -> str:
    return words.strip().partition("\n")[0][:200].rstrip(".: ")


def _ssl_words(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    return reason.replace("_", " ").lower() if isinstance(reason, str) else _words(error)
