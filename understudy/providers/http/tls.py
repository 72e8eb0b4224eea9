"""Whom TLS trusts."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.domain.errors import ConfigurationError, Fault
from understudy.providers.http import records

if TYPE_CHECKING:
    from understudy.config.models.http import TlsSettings

__all__ = ["TlsTrust"]


class TlsTrust:
    """The SSL context of one TLS configuration, made once: that costs tens of milliseconds. None is the default one."""

    __slots__ = ("context",)

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.context = context

    @classmethod
    def of(cls, tls: TlsSettings) -> TlsTrust:
        """Read the bundles. Raises ConfigurationError that names each file that cannot be used."""
        if tls.insecure_skip_verify:
            records.logger.warning(
                "http.tls.insecure_skip_verify is on: servers are not verified and credentials may reach anyone"
            )
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return cls(context)
        if not tls.ca_bundles:
            return cls(None)
        context = ssl.create_default_context()
        faults = [fault for bundle in tls.ca_bundles if (fault := _add(context, bundle)) is not None]
        if faults:
            raise ConfigurationError(faults)
        return cls(context)


def _add(context: ssl.SSLContext, bundle: Path) -> Fault | None:
    try:
        context.load_verify_locations(cafile=bundle)
    except ssl.SSLError as error:
        reason = f"{bundle} is not a PEM file of certificates ({error.reason or 'unreadable'})"
    except OSError as error:
        reason = f"{bundle} cannot be read ({error.strerror or error})"
    else:
        return None
    return Fault(where="http.tls.ca_bundles", reason=reason, hint="Name a readable PEM file, or remove it.")
