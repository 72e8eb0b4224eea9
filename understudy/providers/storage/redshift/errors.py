"""Redshift's errors as stable codes, by their SQLSTATEs.

Source: the SQLSTATEs of PostgreSQL's documentation, which the engine keeps, and the vendor's reference of its own.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["CONNECTION_LOST", "state_of", "translate"]

CONNECTION_LOST = frozenset({"08", "57P01", "57P02", "57P03"})
"""States, or their classes, after which the connection is good for nothing."""
_STATES: Mapping[str, StorageCode] = {
    "22P04": StorageCode.SOURCE_INVALID,
    "22021": StorageCode.SOURCE_INVALID,
    "28000": StorageCode.AUTHENTICATION,
    "28P01": StorageCode.AUTHENTICATION,
    "2BP01": StorageCode.DEPENDENT_OBJECTS,
    "3D000": StorageCode.DATABASE_NOT_FOUND,
    "3F000": StorageCode.SCHEMA_NOT_FOUND,
    "42501": StorageCode.PERMISSION_DENIED,
    "42701": StorageCode.OBJECT_EXISTS,
    "42703": StorageCode.COLUMN_NOT_FOUND,
    "42704": StorageCode.OBJECT_NOT_FOUND,
    "42710": StorageCode.OBJECT_EXISTS,
    "42P01": StorageCode.TABLE_NOT_FOUND,
    "42P04": StorageCode.OBJECT_EXISTS,
    "42P06": StorageCode.OBJECT_EXISTS,
    "42P07": StorageCode.OBJECT_EXISTS,
    "57014": StorageCode.TIMEOUT,
    "57P01": StorageCode.CONNECTION,
    "57P02": StorageCode.CONNECTION,
    "57P03": StorageCode.CONNECTION,
}
_CLASSES: Mapping[str, StorageCode] = {
    "08": StorageCode.CONNECTION,
    "0A": StorageCode.QUERY_INVALID,
    "22": StorageCode.CONVERSION,
    "23": StorageCode.QUERY_FAILED,
    "25": StorageCode.QUERY_FAILED,
    "40": StorageCode.QUERY_FAILED,
    "42": StorageCode.QUERY_INVALID,
    "53": StorageCode.QUERY_FAILED,
    "54": StorageCode.QUERY_FAILED,
    "55": StorageCode.QUERY_FAILED,
    "57": StorageCode.QUERY_FAILED,
    "XX": StorageCode.QUERY_FAILED,
}
_AGAIN = ("08", "40", "57P", "55P03")
"""What passes: a connection that is lost, serializable transactions in conflict, locks that others hold."""
_DRIVERS: Mapping[str, StorageCode] = {
    "InterfaceError": StorageCode.CONNECTION,
    "OperationalError": StorageCode.CONNECTION,
}
"""What the driver raises by itself, without words of the server."""


def translate(error: Exception) -> CommandFault:
    """What an exception of the vendor's driver means."""
    told = _told(error)
    state = str(told.get("C", ""))
    if not state:
        if isinstance(error, socket.gaierror | OSError):
            return CommandFault(StorageCode.CONNECTION, f"the server cannot be reached: {error}", retryable=True)
        code = _DRIVERS.get(type(error).__name__, StorageCode.UNKNOWN)
        return CommandFault(code, str(error) or type(error).__name__, retryable=code == StorageCode.CONNECTION)
    code = _STATES.get(state) or _CLASSES.get(state[:2], StorageCode.UNKNOWN)
    words = " ".join(str(told[key]).strip() for key in ("M", "D") if told.get(key))
    return CommandFault(code, words or state, hint=told.get("H"), retryable=state.startswith(_AGAIN))


def state_of(error: Exception) -> str:
    """The SQLSTATE of an error of the server's; empty for one of the driver's own."""
    return str(_told(error).get("C", ""))


def _told(error: Exception) -> Mapping[str, Any]:
    """The fields of the server's message, by the letters of the protocol."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, dict) else {}
