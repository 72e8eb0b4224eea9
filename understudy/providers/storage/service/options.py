"""How a service is served: where, within which limits, and under which certificates."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from understudy.domain.errors import ConfigurationError, Fault
from understudy.providers.http.origin import is_loopback

if TYPE_CHECKING:
    from understudy.providers.storage.service.tokens import BearerTokens

__all__ = ["DEFAULT_MAX_MESSAGE", "Address", "ClientTls", "ServiceOptions", "TlsFiles"]

DEFAULT_MAX_MESSAGE = 64 * 1024 * 1024
"""Bytes that a request or an answer may have."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 is any that is free."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``HOST:PORT``, an IPv6 host in brackets. Raises ValueError."""
        host, colon, port = text.rpartition(":")
        host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"{text!r} is no address: it takes HOST:PORT, such as 127.0.0.1:50051.")
        return cls(host, int(port))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files of the service. With ``client_ca`` a client needs a certificate that this authority has signed."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def read(self) -> tuple[bytes, bytes, bytes | None]:
        """Key, certificate chain and the clients' authority. Raises ConfigurationError where a file cannot be read."""
        client_ca = None if self.client_ca is None else _read(self.client_ca)
        return _read(self.key), _read(self.certificate), client_ca

    def context(self) -> ssl.SSLContext:
        """For HTTP. Raises ConfigurationError where a file cannot be read or used."""
        self.read()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.client_ca is not None:
                context.load_verify_locations(self.client_ca)
                context.verify_mode = ssl.CERT_REQUIRED
        except ssl.SSLError as error:
            reason = (error.reason or "no PEM").replace("_", " ").lower()
            raise ConfigurationError(
                [Fault(where=str(self.certificate), reason=f"certificate and key cannot be used together: {reason}")]
            ) from None
        return context


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTls:
    """PEM files of a gRPC client: whom it trusts (the system's authorities if absent), and who it is."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def read(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """Authority, key and certificate chain. Raises ConfigurationError where a file cannot be read."""
        authority, key, certificate = (
            None if path is None else _read(path) for path in (self.authority, self.key, self.certificate)
        )
        return authority, key, certificate


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
    raise ConfigurationError([Fault(where=str(path), reason=reason)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """What a service allows. ``max_message`` is in bytes, each way.

    ``workers`` is how many commands run at once, on each of gRPC and HTTP, and ``queue`` how many more may wait; who
    comes then is told to come again. Without ``tokens`` anybody may call, without ``tls`` everything is sent in clear:
    both are refused beyond loopback, unless ``allow_insecure``.
    """

    max_message: int = DEFAULT_MAX_MESSAGE
    workers: int = 16
    queue: int = 64
    tokens: BearerTokens | None = field(default=None, repr=False)
    tls: TlsFiles | None = None
    allow_insecure: bool = False

    def check(self, address: Address) -> None:
        """Raises ConfigurationError where listening at ``address`` would let strangers in, or credentials out."""
        if address.loopback or self.allow_insecure:
            return
        faults = []
        if self.tls is None:
            faults.append(Fault(where=str(address), reason="credentials would cross the network in clear: no TLS"))
        if self.tokens is None and (self.tls is None or self.tls.client_ca is None):
            faults.append(Fault(where=str(address), reason="anybody could run commands: no token, no client authority"))
        if faults:
            raise ConfigurationError(
                faults,
                hint="Give it a certificate and a token file, listen on 127.0.0.1, or allow it: --allow-insecure.",
            )
