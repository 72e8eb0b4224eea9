"""Snowflake's errors as stable codes, by their numbers.

Source: the numbers and SQLSTATEs of the vendor's documentation and of the connector's ``errorcode`` module. One number
stands for every kind of thing that is not there: which one, the words say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_NUMBERS: Mapping[int, StorageCode] = {
    604: StorageCode.TIMEOUT,
    630: StorageCode.TIMEOUT,
    904: StorageCode.QUERY_INVALID,
    1003: StorageCode.QUERY_INVALID,
    2002: StorageCode.OBJECT_EXISTS,
    3001: StorageCode.PERMISSION_DENIED,
    3540: StorageCode.PERMISSION_DENIED,
    90105: StorageCode.DATABASE_NOT_FOUND,
    90106: StorageCode.SCHEMA_NOT_FOUND,
    100035: StorageCode.CONVERSION,
    100037: StorageCode.CONVERSION,
    100038: StorageCode.CONVERSION,
    100039: StorageCode.CONVERSION,
    100040: StorageCode.CONVERSION,
    100046: StorageCode.CONVERSION,
    100071: StorageCode.CONVERSION,
    100078: StorageCode.CONVERSION,
    100132: StorageCode.CONVERSION,
    390100: StorageCode.AUTHENTICATION,
    390101: StorageCode.AUTHENTICATION,
    390102: StorageCode.AUTHENTICATION,
    390144: StorageCode.AUTHENTICATION,
    390186: StorageCode.AUTHENTICATION,
    390189: StorageCode.AUTHENTICATION,
    390201: StorageCode.DATABASE_MISMATCH,
    251001: StorageCode.AUTHENTICATION,
    251005: StorageCode.AUTHENTICATION,
    251006: StorageCode.AUTHENTICATION,
    251008: StorageCode.AUTHENTICATION,
}
_MISSING = frozenset({2003, 2043})
"""``… does not exist or not authorized``: which of both the engine does not tell."""
_STATES: Mapping[str, StorageCode] = {
    "02000": StorageCode.OBJECT_NOT_FOUND,
    "22000": StorageCode.QUERY_FAILED,
    "28000": StorageCode.AUTHENTICATION,
    "42501": StorageCode.PERMISSION_DENIED,
    "42601": StorageCode.QUERY_INVALID,
    "42710": StorageCode.OBJECT_EXISTS,
    "57014": StorageCode.TIMEOUT,
}
_CLASSES: Mapping[str, StorageCode] = {
    "08": StorageCode.CONNECTION,
    "0A": StorageCode.QUERY_INVALID,
    "22": StorageCode.CONVERSION,
    "23": StorageCode.QUERY_FAILED,
    "42": StorageCode.QUERY_INVALID,
    "57": StorageCode.QUERY_FAILED,
}
_AGAIN = frozenset({625, 90073, 390112, 390114, 250001, 250003, 250005, 251012, 252010, 253003})
"""What passes: locks that others hold, a session that has run out, a server that did not answer."""
_HINTS: Mapping[int, str] = {
    606: "Name a warehouse in the settings or in the credentials' meta, or give the user a default one.",
    90105: "Name the database in the path, or in the settings.",
    90106: "Name the schema in the path.",
}
_NETWORK = range(250000, 255000)
"""The connector's own numbers: the request, the login, the transfer of a file."""
_KINDS: Mapping[str, StorageCode] = {
    "database": StorageCode.DATABASE_NOT_FOUND,
    "schema": StorageCode.SCHEMA_NOT_FOUND,
    "table": StorageCode.TABLE_NOT_FOUND,
    "view": StorageCode.VIEW_NOT_FOUND,
    "object": StorageCode.OBJECT_NOT_FOUND,
}
_NAMED = re.compile(r"\b(Database|Schema|Table|View|Object)\s+'", re.IGNORECASE)
_PREFIX = re.compile(r"^\d{6} \([0-9A-Z]{5}\):\s*(?:[0-9a-f-]{36}:\s*)?")


def translate(error: Exception) -> CommandFault:
    """What an exception of the connector means."""
    number, state = _number(error), getattr(error, "sqlstate", None) or ""
    text = _PREFIX.sub("", str(error)).strip() or type(error).__name__
    code = _missing(text) if number in _MISSING else _NUMBERS.get(number)
    if code is None:
        code = _STATES.get(state) or _CLASSES.get(state[:2])
    if code is None:
        code = StorageCode.CONNECTION if number in _NETWORK else StorageCode.UNKNOWN
    return CommandFault(
        code, text, hint=_HINTS.get(number), retryable=number in _AGAIN and code != StorageCode.AUTHENTICATION
    )


def _number(error: Exception) -> int:
    found = getattr(error, "errno", None)
    return found if isinstance(found, int) else -1


def _missing(text: str) -> StorageCode:
    named = _NAMED.search(text)
    return _KINDS[named[1].lower()] if named else StorageCode.OBJECT_NOT_FOUND
