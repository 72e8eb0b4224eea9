"""Logging in to Exasol."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError

if TYPE_CHECKING:
    from pyexasol import ExaConnection

    from understudy.config.models.storage_backends import ExasolSettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect"]


def connect(settings: ExasolSettings, credentials: StorageCredentials) -> ExaConnection:
    """A session as this user. Raises MissingDependencyError; what the driver raises goes through ``translate``.

    The connection is encrypted, and the server's certificate checked by its fingerprint or by the system's authorities,
    unless the settings say otherwise.
    """
    pyexasol = _driver()
    host, port = credentials.host or settings.host, credentials.port or settings.port
    pinned = f"/{settings.fingerprint}" if settings.fingerprint else ""
    checked = ssl.CERT_NONE if settings.insecure_skip_verify or pinned else ssl.CERT_REQUIRED
    made: ExaConnection = pyexasol.connect(
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
    return made


def _driver() -> Any:
    try:
        import pyexasol
    except ImportError as error:
        raise MissingDependencyError(
            "exasol", target="pyexasol", reason=str(error), install="pip install 'understudy[exasol]'"
        ) from error
    return pyexasol
