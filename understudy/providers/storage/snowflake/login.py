"""Logging in: with a password or a programmatic access token, or with a private key."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

    from understudy.config.models.storage_backends import SnowflakeSettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect"]

_PEM = "-----BEGIN "
_PLAIN = re.compile("[A-Z_][A-Z0-9_$]*", re.ASCII)
_SESSION: Mapping[str, Any] = {
    "AUTOCOMMIT": True,
    "BINARY_INPUT_FORMAT": "HEX",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False,
    "DATE_INPUT_FORMAT": "AUTO",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "QUOTED_IDENTIFIERS_IGNORE_CASE": False,
    "TIMESTAMP_INPUT_FORMAT": "AUTO",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9",
    "TIMESTAMP_TYPE_MAPPING": "TIMESTAMP_NTZ",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM",
    "TIMEZONE": "UTC",
    "TIME_OUTPUT_FORMAT": "HH24:MI:SS.FF9",
}
"""What accounts and users may have set otherwise, and what the text of a value depends on."""


def connect(settings: SnowflakeSettings, credentials: StorageCredentials) -> SnowflakeConnection:
    """A session as this user. Raises MissingDependencyError, CommandFault (1002) for a key that is none.

    What the credentials' ``meta`` says of account, role, warehouse, database and schema goes before the settings.
    """
    snowflake = _connector()
    meta = credentials.meta
    options: dict[str, Any] = {
        "account": meta.get("account") or settings.account or "localhost",
        "user": credentials.principal,
        "protocol": meta.get("protocol") or settings.protocol,
        "host": credentials.host or settings.host,
        "port": credentials.port or settings.port,
        "role": _exact(meta.get("role") or settings.role),
        "warehouse": _exact(meta.get("warehouse") or settings.warehouse),
        "database": _exact(meta.get("database") or settings.database),
        "schema": _exact(meta.get("default_schema") or settings.default_schema),
    }
    patience = max(1, round(settings.connect_timeout))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the connector warns of its own files' permissions, which nobody asked for
        made: SnowflakeConnection = snowflake.connect(
            **{name: value for name, value in options.items() if value},
            **_secret(credentials),
            autocommit=True,
            paramstyle="qmark",
            login_timeout=patience,
            network_timeout=patience,  # of requests that are no statement: those bring a limit of their own
            log_max_query_length=0,  # statements have credentials in them, and the connector's mask misses some
            session_parameters=dict(_SESSION),
        )
    made.telemetry_enabled = False
    return made


def _secret(credentials: StorageCredentials) -> Mapping[str, Any]:
    text = credentials.secret.reveal()
    if not text.lstrip().startswith(_PEM):
        return {"password": text}
    passphrase = credentials.meta.get("private_key_passphrase")
    return {"private_key": _key(text, passphrase.reveal() if isinstance(passphrase, Secret) else passphrase)}


def _key(pem: str, passphrase: str | None) -> bytes:
    """The key in DER, as the connector takes it."""
    from cryptography.hazmat.primitives import serialization

    try:
        key = serialization.load_pem_private_key(pem.strip().encode(), passphrase.encode() if passphrase else None)
        return key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    except Exception as error:  # noqa: BLE001 - the library has no common root; its words are not ours to repeat
        reason = type(error).__name__
    # Outside of the handler, so that nothing of the key goes with the error.
    raise CommandFault(
        StorageCode.AUTHENTICATION,
        f"the private key cannot be read ({reason})",
        hint="It is PKCS #8 in PEM; one that is encrypted needs private_key_passphrase.",
    )


def _exact(name: str) -> str:
    """A name as the server takes it for exactly this one: it folds what is not quoted."""
    return name if not name or _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _connector() -> Any:
    try:
        import snowflake.connector
    except ImportError as error:
        raise MissingDependencyError(
            "snowflake",
            target="snowflake.connector",
            reason=str(error),
            install="pip install 'understudy[snowflake]'",
        ) from error
    return snowflake.connector
