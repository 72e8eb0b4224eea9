"""Logging in to Synapse through the vendor's driver."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.http.origin import is_loopback
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from types import ModuleType

    from understudy.config.models.storage_backends import SynapseSettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect", "connection_words"]


def connection_words(settings: SynapseSettings, credentials: StorageCredentials) -> str:
    """The driver's connection string; every value in braces, so that none ends where it should not.

    Raises CommandFault (3000) where a password would go over the network in the clear. ``useManagedIdentity`` and
    ``database`` of the credentials' ``meta`` go before the settings.
    """
    host = credentials.host or settings.host
    if not settings.tls and not is_loopback(host):
        raise CommandFault(
            StorageCode.VALIDATION, f"storage.synapse.tls is off, and {host!r} is not this machine", hint="Turn it on."
        )
    words = {
        "Server": f"{host},{credentials.port or settings.port}",
        "Database": str(credentials.meta.get("database") or settings.database),
        "Encrypt": "yes" if settings.tls else "no",
        "TrustServerCertificate": "yes" if settings.insecure_skip_verify else "no",
    }
    if credentials.meta.get("useManagedIdentity", settings.managed_identity):
        words["Authentication"] = "ActiveDirectoryMSI"
        if credentials.principal:
            words["UID"] = credentials.principal
    else:
        words |= {"UID": credentials.principal, "PWD": credentials.secret.reveal()}
    return ";".join(f"{name}={_braced(value)}" for name, value in words.items())


def connect(settings: SynapseSettings, credentials: StorageCredentials) -> Any:
    """A connection as this user, which commits every statement by itself: the engine takes no DDL otherwise.

    Raises MissingDependencyError, CommandFault (3000) as ``connection_words``.
    """
    words = connection_words(settings, credentials)
    return _driver().connect(words, autocommit=True, timeout=math.ceil(settings.connect_timeout))


def _braced(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}"


def _driver() -> ModuleType:
    try:
        import mssql_python
    except ImportError as error:
        raise MissingDependencyError(
            "synapse", target="mssql_python", reason=str(error), install="pip install 'understudy[synapse]'"
        ) from error
    module: ModuleType = mssql_python
    return module
