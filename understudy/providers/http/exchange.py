"""The seam between the client and what carries its requests: an engine takes an Outgoing and gives an Exchange."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from understudy.domain.errors import RequestTimeoutError
from understudy.domain.secrets import Secret

__all__ = ["Body", "Engine", "Exchange", "Outgoing", "reveal"]


class Body(Protocol):
    """A request's body that is made while it is sent, so that none of it has to be kept."""

    def chunks(self) -> AsyncIterator[bytes]:
        """All of it, from its beginning each time it is asked for: an attempt may be made again.

        Raises ProviderError where the beginning is gone.
        """
        ...


class Outgoing:
    """One request, ready to be sent any number of times. ``secrets`` are header values that are revealed on sending.

    ``connect`` and ``read`` are in seconds, ``header_bytes`` is the most that the answer's head may have; ``streaming``
    says what a lost connection is called. ``stage`` is how far its last sending has come: ``queue`` while the pool has
    no connection for it, empty on a connection that was there, ``connect`` while one is opened for it, ``headers`` on
    one that was. ``once`` says that it may not be sent again unnoticed: a server that closes a used connection may have
    done before what the request asks.
    """

    __slots__ = (
        "body",
        "connect",
        "header_bytes",
        "headers",
        "method",
        "once",
        "read",
        "secrets",
        "stage",
        "streaming",
        "url",
    )

    def __init__(
        self,
        *,
        method: str,
        url: str,
        headers: Mapping[str, str],
        secrets: Mapping[str, Secret],
        body: bytes | Body | None,
        connect: float,
        read: float,
        header_bytes: int,
        streaming: bool,
        once: bool = False,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.secrets = secrets
        self.body = body
        self.connect = connect
        self.read = read
        self.header_bytes = header_bytes
        self.streaming = streaming
        self.once = once
        self.stage = ""

    def __repr__(self) -> str:
        return f"<{self.method} {self.url.partition('?')[0]}>"


def reveal(outgoing: Outgoing) -> dict[str, str]:
    """The headers as they go out, credentials in clear. Use it in an argument, never through a local variable."""
    headers = dict(outgoing.headers)
    for name, secret in outgoing.secrets.items():
        headers[name] = secret.reveal()
    return headers


class Exchange(Protocol):
    """An answer whose head has arrived. Whoever gets one calls ``aclose``."""

    status: int
    headers: dict[str, str]

    async def chunk(self) -> bytes:
        """The next bytes of the body, still encoded as ``content-encoding`` says; empty at the end.

        Raises StreamInterruptedError, RequestTimeoutError and ResponseDecodeError, without provider and operation.
        """
        ...

    def expire_at(self, when: float, failure: RequestTimeoutError) -> None:
        """Let ``chunk`` raise ``failure`` from ``when`` on, in the event loop's time."""
        ...

    async def aclose(self) -> None:
        """Return the connection where the body was read to its end, else close it. May be called twice."""
        ...


class Engine(Protocol):
    """Sends requests over connections that it keeps."""

    async def send(self, outgoing: Outgoing) -> Exchange:
        """Send, and wait for the answer's head.

        Raises ConnectionFailedError, RequestTimeoutError, LimitExceededError and ResponseDecodeError, without provider
        and operation, and without a cause or context whose frames could show a credential.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections."""
        ...
