"""Logging in to Exasol."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.http.origin import is_loopback
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from pyexasol import ExaConnection

    from understudy.config.models.storage_backends import ExasolSettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect"]

_SESSION = (
    "ALTER SESSION SET NLS_DATE_FORMAT = 'YYYY-MM-DD'",
    "ALTER SESSION SET NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF6'",
    "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,'",
    "ALTER SESSION SET TIME_ZONE = 'UTC'",
)
"""What a database may have set otherwise, and what the text of a value depends on."""


def connect(settings: ExasolSettings, credentials: StorageCredentials) -> ExaConnection:
    """A session as this user. Raises MissingDependencyError, and CommandFault (3000) where it would be in the clear.

    The connection is encrypted, and the server's certificate checked by its fingerprint or by the system's authorities,
    unless the settings say otherwise; without encryption only this machine is connected to.
    """
    pyexasol = _driver()
    host, port = credentials.host or settings.host, credentials.port or settings.port
    if not settings.tls and not is_loopback(host):
        raise CommandFault(
            StorageCode.VALIDATION, f"storage.exasol.tls is off, and {host!r} is not this machine", hint="Turn it on."
        )
    pinned = f"/{settings.fingerprint}" if settings.fingerprint else ""
    checked = ssl.CERT_NONE if settings.insecure_skip_verify or pinned else ssl.CERT_REQUIRED
    made: Any = pyexasol.connect(  # of its methods only some are typed
        dsn=f"{host}{pinned}:{port}",
        user=credentials.principal,
        password=credentials.secret.reveal(),
        schema=str(credentials.meta.get("default_schema") or settings.default_schema),
        encryption=settings.tls,
        websocket_sslopt={"cert_reqs": checked} if settings.tls else None,
        connection_timeout=max(1, round(settings.connect_timeout)),
        client_name="understudy",
        fetch_dict=False,
        compression=False,
        quote_ident=True,
    )
    try:
        for statement in _SESSION:
            made.execute(statement).close()
    except Exception:
        made.close()
        raise
    session: ExaConnection = made
    return session


def _driver() -> Any:
    try:
        import pyexasol
    except ImportError as error:
        raise MissingDependencyError(
            "exasol", target="pyexasol", reason=str(error), install="pip install 'understudy[exasol]'"
        ) from error
    return pyexasol
