"""Logging in to Redshift through the vendor's driver."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.http.origin import is_loopback
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from understudy.config.models.storage_backends import RedshiftSettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect", "database_of"]


def database_of(settings: RedshiftSettings, credentials: StorageCredentials) -> str:
    """The database that a connection is of: what the credentials' ``meta`` says goes before the settings."""
    return str(credentials.meta.get("database") or settings.database)


def connect(settings: RedshiftSettings, credentials: StorageCredentials) -> Any:
    """A connection as this user, which commits every statement by itself.

    Raises MissingDependencyError, CommandFault (3000) where a password would go over the network in the clear.
    """
    kind = _driver()
    host = credentials.host or settings.host
    if not settings.tls and not is_loopback(host):
        raise CommandFault(
            StorageCode.VALIDATION, f"storage.redshift.tls is off, and {host!r} is not this machine", hint="Turn it on."
        )
    made = kind.__new__(kind)
    try:
        made.__init__(
            user=credentials.principal,
            password=credentials.secret.reveal(),
            database=database_of(settings, credentials),
            host=host,
            port=credentials.port or settings.port,
            ssl=settings.tls,
            sslmode="verify-ca" if settings.insecure_skip_verify else "verify-full",
            timeout=math.ceil(settings.connect_timeout),
            max_prepared_statements=0,
            application_name="understudy",
        )
    except Exception:
        for name in ("_sock", "_usock"):  # the driver leaves both open where a login fails
            opened = getattr(made, name, None)
            if opened is not None:
                with contextlib.suppress(OSError):
                    opened.close()
        raise
    made.autocommit = True
    return made


def _driver() -> Any:
    try:
        from redshift_connector.core import Connection
    except ImportError as error:
        raise MissingDependencyError(
            "redshift", target="redshift_connector", reason=str(error), install="pip install 'understudy[redshift]'"
        ) from error
    return Connection
