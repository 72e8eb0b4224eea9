"""Addresses: the base URL that a client is bound to, and what may be asked below it."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from understudy.domain.errors import ConfigurationError, Fault, InvalidRequestError

__all__ = ["Origin", "is_loopback"]

_PORTS = {"http": 80, "https": 443}


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, by its name or address, without asking a resolver."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a client sends: ``base_url`` without its last slash, and the parts that a URL must share with it."""

    base_url: str
    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, base_url: str, *, provider: str) -> Origin:
        """Read a base URL. Raises ConfigurationError for one that is not absolute http(s), or carries credentials."""
        reason = None
        try:
            parts = urlsplit(base_url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _bad(provider, f"is not a URL ({error})") from None
        if parts.scheme not in _PORTS or not host:
            reason = "is not an absolute http or https URL"
        elif parts.username is not None or parts.password is not None:
            reason = "carries credentials; put them into api_key"
        elif parts.query or parts.fragment:
            reason = "has a query or a fragment; give only scheme, host and path"
        elif not base_url.isprintable() or " " in base_url:
            reason = "has white space or control characters"
        if reason is not None or host is None:
            raise _bad(provider, reason or "has no host")
        return cls(base_url=base_url.rstrip("/"), scheme=parts.scheme, host=host, port=port or _PORTS[parts.scheme])

    @property
    def netloc(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether the host is this machine, by its name or address, without asking a resolver."""
        return is_loopback(self.host)

    @property
    def keeps_secrets(self) -> bool:
        """Whether a credential may be sent there: over TLS, or not over a network at all."""
        return self.scheme == "https" or self.is_loopback

    def url(self, path: str, params: Mapping[str, str] | None) -> str:
        """The URL of ``path`` below the base. Raises InvalidRequestError for an absolute URL of another origin."""
        if "://" in path[:12] or path.startswith("//"):
            url = self._absolute(path)
        elif not path:
            url = self.base_url
        else:
            url = f"{self.base_url}{path}" if path[0] == "/" else f"{self.base_url}/{path}"
        if params:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"
        return url

    def _absolute(self, url: str) -> str:
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
        except ValueError:
            parts, port = urlsplit(""), None
        own = (self.scheme, self.host, self.port)
        if (parts.scheme, parts.hostname, port) != own or parts.username is not None:
            raise InvalidRequestError(
                f"The URL names another origin ({parts.scheme or '?'}://{parts.hostname or '?'}) than this client's;"
                " nothing was sent.",
                host=self.host,
                phase="send",
                hint="A credential stays with its host: give a path, or make a client for the other host.",
            )
        return url


def _bad(provider: str, reason: str) -> ConfigurationError:
    return ConfigurationError([Fault(where=f"{provider}.base_url", reason=reason)])
