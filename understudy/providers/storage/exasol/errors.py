"""Exasol's errors as stable codes, by their SQLSTATEs; where one stands for several causes, by the server's words.

Source: the vendor's list of error codes, and the exceptions of its driver.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_STATES: Mapping[str, StorageCode] = {
    "08004": StorageCode.AUTHENTICATION,
    "27001": StorageCode.QUERY_FAILED,
    "27002": StorageCode.QUERY_FAILED,
    "40001": StorageCode.QUERY_FAILED,
    "42636": StorageCode.IMPORT_FAILED,
    "R0001": StorageCode.TIMEOUT,
    "R0003": StorageCode.TIMEOUT,
}
_CLASSES: Mapping[str, StorageCode] = {
    "08": StorageCode.CONNECTION,
    "22": StorageCode.CONVERSION,
    "28": StorageCode.AUTHENTICATION,
    "42": StorageCode.QUERY_INVALID,
}
_WORDS: tuple[tuple[re.Pattern[str], StorageCode], ...] = tuple(
    (re.compile(words, re.IGNORECASE), code)
    for words, code in (
        (r"insufficient privileges", StorageCode.PERMISSION_DENIED),
        (r"\bschema .* not found", StorageCode.SCHEMA_NOT_FOUND),
        (r"\b(?:object|table or view) .* not found", StorageCode.OBJECT_NOT_FOUND),
        (r"already exists|conflicts with another user or role name", StorageCode.OBJECT_EXISTS),
        (r"is not empty", StorageCode.NOT_EMPTY),
        (r"syntax error", StorageCode.QUERY_INVALID),
    )
)
"""What 42000 and 42500 stand for besides."""
_KINDS: Mapping[str, StorageCode] = {
    "ExaAuthError": StorageCode.AUTHENTICATION,
    "ExaQueryAbortError": StorageCode.TIMEOUT,
    "ExaQueryTimeoutError": StorageCode.TIMEOUT,
    "ExaConnectionError": StorageCode.CONNECTION,
    "ExaConnectionDsnError": StorageCode.CONNECTION,
    "ExaConnectionFailedError": StorageCode.CONNECTION,
    "ExaCommunicationError": StorageCode.CONNECTION,
    "ExaImportError": StorageCode.IMPORT_FAILED,
    "ExaExportError": StorageCode.EXPORT_FAILED,
}
_AGAIN = frozenset({"ExaConnectionFailedError", "ExaCommunicationError"})
_ROLLED_BACK = "40001"
"""Another transaction changed the same: the server rolls one of both back, which may be tried again."""


def translate(error: Exception) -> CommandFault:
    """What an exception of the driver means."""
    kinds = [kind.__name__ for kind in type(error).__mro__]
    state = str(getattr(error, "code", "") or "")
    text = str(getattr(error, "message", "") or error).strip() or kinds[0]
    code = _by_words(text) if state in {"42000", "42500"} else None
    if code is None:
        code = next((_KINDS[kind] for kind in kinds if kind in _KINDS), None)
    if code is None:
        code = _STATES.get(state) or _CLASSES.get(state[:2]) or StorageCode.UNKNOWN
    return CommandFault(code, text, retryable=state == _ROLLED_BACK or any(kind in _AGAIN for kind in kinds))


def _by_words(text: str) -> StorageCode | None:
    return next((code for pattern, code in _WORDS if pattern.search(text)), None)
