"""Synapse's errors as stable codes, by SQLSTATE.

The vendor's driver gives neither number nor state, only the words that it has for each state (``driver_error``) and
the server's own (``ddbc_error``). Where many errors share the state 42000, the server's words tell them apart.
Source: the driver's table of states, and the list of database engine errors (229, 262, 297, 2760, 3701, 15151).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["CONNECTION_LOST", "translate"]

CONNECTION_LOST = frozenset(
    {
        "Client unable to establish connection",
        "Communication link failure",
        "Connection failure during transaction",
        "Connection not open",
        "Disconnect error",
        "Server rejected the connection",
    }
)
"""The driver's words after which the connection is good for nothing: the states 08."""
_STATES: Mapping[str, StorageCode] = {
    **dict.fromkeys(CONNECTION_LOST, StorageCode.CONNECTION),
    "Base table or view already exists": StorageCode.OBJECT_EXISTS,
    "Base table or view not found": StorageCode.TABLE_NOT_FOUND,
    "Column already exists": StorageCode.OBJECT_EXISTS,
    "Column not found": StorageCode.COLUMN_NOT_FOUND,
    "Connection timeout expired": StorageCode.CONNECTION,
    "Datetime field overflow": StorageCode.CONVERSION,
    "Division by zero": StorageCode.QUERY_FAILED,
    "Integrity constraint violation": StorageCode.QUERY_FAILED,
    "Invalid authorization specification": StorageCode.AUTHENTICATION,
    "Invalid catalog name": StorageCode.DATABASE_NOT_FOUND,
    "Invalid character value for cast specification": StorageCode.CONVERSION,
    "Invalid datetime format": StorageCode.CONVERSION,
    "Invalid schema name": StorageCode.SCHEMA_NOT_FOUND,
    "Numeric value out of range": StorageCode.CONVERSION,
    "Operation canceled": StorageCode.TIMEOUT,
    "Serialization failure": StorageCode.QUERY_FAILED,
    "String data, right-truncated": StorageCode.CONVERSION,
    "Syntax error or access violation": StorageCode.QUERY_INVALID,
    "Timeout expired": StorageCode.TIMEOUT,
}
_WORDS: tuple[tuple[re.Pattern[str], StorageCode], ...] = (
    (re.compile(r"The specified schema name "), StorageCode.SCHEMA_NOT_FOUND),
    (re.compile(r"permission (?:was )?denied|does not have permission", re.IGNORECASE), StorageCode.PERMISSION_DENIED),
    (re.compile(r"because it is being referenced by|one or more objects access this"), StorageCode.DEPENDENT_OBJECTS),
    (re.compile(r"Cannot open database "), StorageCode.DATABASE_NOT_FOUND),
    (re.compile(r"Login failed for user"), StorageCode.AUTHENTICATION),
)
_TOLD_APART = frozenset({"Syntax error or access violation", "General error", "Client unable to establish connection"})
_AGAIN = frozenset({*CONNECTION_LOST, "Connection timeout expired", "Serialization failure"})
_SENDERS = re.compile(r"^(?:\[[^\]]*\])+\s*")


def translate(error: Exception) -> CommandFault:
    """What an exception of the vendor's driver means."""
    state = str(getattr(error, "driver_error", ""))
    words = _SENDERS.sub("", str(getattr(error, "ddbc_error", "") or error)) or type(error).__name__
    code = _STATES.get(state, StorageCode.UNKNOWN)
    if state in _TOLD_APART:
        code = next((found for pattern, found in _WORDS if pattern.search(words)), code)
    return CommandFault(code, words, retryable=state in _AGAIN and code in {StorageCode.CONNECTION, _STATES.get(state)})
