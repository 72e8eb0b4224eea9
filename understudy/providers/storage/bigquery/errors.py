"""BigQuery's errors as stable codes, by their reasons.

Source: the reasons of the vendor's page of error messages. One reason stands for everything that is wrong with a query,
and one for every kind of thing that is not there: which one, the words say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_REASONS: Mapping[str, StorageCode] = {
    "accessDenied": StorageCode.PERMISSION_DENIED,
    "authError": StorageCode.AUTHENTICATION,
    "backendError": StorageCode.CONNECTION,
    "billingNotEnabled": StorageCode.PERMISSION_DENIED,
    "billingTierLimitExceeded": StorageCode.QUERY_FAILED,
    "blocked": StorageCode.PERMISSION_DENIED,
    "duplicate": StorageCode.OBJECT_EXISTS,
    "internalError": StorageCode.CONNECTION,
    "invalid": StorageCode.QUERY_FAILED,
    "invalidQuery": StorageCode.QUERY_INVALID,
    "invalidUser": StorageCode.AUTHENTICATION,
    "jobBackendError": StorageCode.QUERY_FAILED,
    "jobInternalError": StorageCode.QUERY_FAILED,
    "jobRateLimitExceeded": StorageCode.QUERY_FAILED,
    "notImplemented": StorageCode.QUERY_INVALID,
    "quotaExceeded": StorageCode.QUERY_FAILED,
    "rateLimitExceeded": StorageCode.QUERY_FAILED,
    "required": StorageCode.QUERY_INVALID,
    "resourceInUse": StorageCode.DEPENDENT_OBJECTS,
    "resourcesExceeded": StorageCode.QUERY_FAILED,
    "responseTooLarge": StorageCode.QUERY_FAILED,
    "stopped": StorageCode.TIMEOUT,
    "tableUnavailable": StorageCode.QUERY_FAILED,
    "timeout": StorageCode.TIMEOUT,
}
_AGAIN = frozenset(
    {
        "backendError",
        "internalError",
        "jobBackendError",
        "jobInternalError",
        "jobRateLimitExceeded",
        "rateLimitExceeded",
        "tableUnavailable",
    }
)
_STATUSES: Mapping[int, StorageCode] = {
    400: StorageCode.QUERY_INVALID,
    401: StorageCode.AUTHENTICATION,
    403: StorageCode.PERMISSION_DENIED,
    404: StorageCode.OBJECT_NOT_FOUND,
    409: StorageCode.OBJECT_EXISTS,
    429: StorageCode.QUERY_FAILED,
    500: StorageCode.CONNECTION,
    502: StorageCode.CONNECTION,
    503: StorageCode.CONNECTION,
    504: StorageCode.CONNECTION,
}
_MISSING = re.compile(r"Not found: (Project|Dataset|Table|View|Model|Routine|URI)\b", re.IGNORECASE)
_KINDS: Mapping[str, StorageCode] = {
    "project": StorageCode.DATABASE_NOT_FOUND,
    "dataset": StorageCode.SCHEMA_NOT_FOUND,
    "table": StorageCode.TABLE_NOT_FOUND,
    "view": StorageCode.VIEW_NOT_FOUND,
    "uri": StorageCode.FILE_NOT_FOUND,
}
_NO_VALUE = re.compile(
    r"Bad (?:int64|double|bool|numeric|bignumeric|date|datetime|time|timestamp|interval) value|Could not (?:cast|parse|"
    r"convert)|Invalid (?:date|datetime|time|timestamp|NUMERIC value|BIGNUMERIC value|UTF-8)|Unable to parse|"
    r"(?:int64|float64|numeric|bignumeric) overflow",
    re.IGNORECASE,
)
_CONFLICT = re.compile(r"Could not serialize access|due to concurrent (?:update|modification)", re.IGNORECASE)
"""Two statements have changed one table; the reason is that of any query that fails."""
_UNSEEN = re.compile(r"\s*Location: \S+\s+Job ID: \S+\s*$")
_NETWORK = frozenset({"requests.exceptions", "urllib3.exceptions", "builtins"})


def translate(error: Exception) -> CommandFault:
    """What an exception of the client means."""
    error = _first(error)
    reason, words = _told(error)
    code = _REASONS.get(reason)
    if reason == "notFound" or (code is None and getattr(error, "code", None) == 404):
        named = _MISSING.search(words)
        code = _KINDS.get(named[1].lower(), StorageCode.OBJECT_NOT_FOUND) if named else StorageCode.OBJECT_NOT_FOUND
    elif code in {StorageCode.QUERY_INVALID, StorageCode.QUERY_FAILED}:
        if _CONFLICT.search(words):
            return CommandFault(StorageCode.QUERY_FAILED, words, hint="Run it again.", retryable=True)
        code = StorageCode.CONVERSION if _NO_VALUE.search(words) else code
    if code is None:
        code = _by_class(error)
    return CommandFault(code, words, retryable=reason in _AGAIN or code == StorageCode.CONNECTION)


def _by_class(error: Exception) -> StorageCode:
    """For what is no answer of the service: the network's, the login's, and the client's own."""
    kind, home = type(error).__name__, type(error).__module__
    if home == "google.auth.exceptions":
        return StorageCode.CONNECTION if kind == "TransportError" else StorageCode.AUTHENTICATION
    if isinstance(error, TimeoutError):
        return StorageCode.TIMEOUT
    if home in _NETWORK and isinstance(error, OSError):
        return StorageCode.CONNECTION
    status = getattr(error, "code", None)
    return _STATUSES.get(int(status), StorageCode.UNKNOWN) if isinstance(status, int) else StorageCode.UNKNOWN


def _first(error: Exception) -> Exception:
    """What a request failed with that was repeated until there was no more time."""
    cause = getattr(error, "cause", None)
    return _first(cause) if isinstance(cause, Exception) else error


def _told(error: Exception) -> tuple[str, str]:
    """The reason and the words of the first error that the service names; the words of the exception otherwise."""
    errors: Any = getattr(error, "errors", None)
    first = errors[0] if isinstance(errors, list | tuple) and errors and isinstance(errors[0], dict) else {}
    words = str(first.get("message") or getattr(error, "message", "") or error)
    return str(first.get("reason") or ""), _UNSEEN.sub("", words).strip() or type(error).__name__
