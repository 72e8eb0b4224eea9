"""Certificates of an authority of their own: good ones, and each bad in one way."""

from __future__ import annotations

import datetime as dt
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

from understudy.domain.errors import MissingDependencyError

if TYPE_CHECKING:
    import trustme

__all__ = ["Certificates"]

_HOSTS = ("127.0.0.1", "localhost")


class Certificates:
    """Server contexts by what is wrong with them. Needs trustme; raises MissingDependencyError without it."""

    def __init__(self) -> None:
        try:
            import trustme
        except ImportError as error:
            raise MissingDependencyError(
                "faults", target="trustme", reason=str(error), install="pip install 'understudy[faults]'"
            ) from error
        self._trusted = trustme.CA()
        self._unknown = trustme.CA()

    @cached_property
    def authority(self) -> str:
        """The trusted authority's certificate as PEM."""
        return self._trusted.cert_pem.bytes().decode()

    def context(self, kind: str) -> ssl.SSLContext:
        """A server's context: ``tls`` is good; the other listeners' names say what is wrong."""
        now = dt.datetime.now(dt.UTC)
        day = dt.timedelta(days=1)
        match kind:
            case "tls_unknown":
                leaf = self._unknown.issue_cert(*_HOSTS)
            case "tls_expired":
                leaf = self._trusted.issue_cert(*_HOSTS, not_before=now - 2 * day, not_after=now - day)
            case "tls_early":
                leaf = self._trusted.issue_cert(*_HOSTS, not_before=now + day, not_after=now + 2 * day)
            case "tls_wrong_host":
                leaf = self._trusted.issue_cert("elsewhere.example")
            case _:
                leaf = self._trusted.issue_cert(*_HOSTS)
        return _context(leaf)


def _context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context
