"""The exceptions of delta-rs and of the object store as stable codes; the rest are the embedded engine's."""

from __future__ import annotations

import re

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.duckdb.errors import translate as translate_duckdb
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_CODES = {
    "CommitFailedError": StorageCode.QUERY_FAILED,
    "DeltaError": StorageCode.QUERY_FAILED,
    "DeltaProtocolError": StorageCode.QUERY_FAILED,
    "FileExistsError": StorageCode.OBJECT_EXISTS,
    "NotFoundError": StorageCode.OBJECT_NOT_FOUND,
    "PermissionDeniedError": StorageCode.PERMISSION_DENIED,
    "PermissionError": StorageCode.PERMISSION_DENIED,
    "SchemaMismatchError": StorageCode.COLUMNS_MISMATCH,
    "TableNotFoundError": StorageCode.TABLE_NOT_FOUND,
    "UnauthenticatedError": StorageCode.AUTHENTICATION,
}
_INNARDS = re.compile(r"\n   0: |\n\nDebug source:")
"""Where a message becomes a trace of delta-rs's own code, or of the store's."""


def translate(error: Exception) -> CommandFault:
    """What an exception means, by its class."""
    kind, text = type(error).__name__, _INNARDS.split(str(error))[0]
    if kind == "CommitFailedError":
        return CommandFault(
            StorageCode.QUERY_FAILED,
            f"another command committed to the same table at the same time; nothing of this one was kept: {text}",
            hint="Run it again.",
            retryable=True,
        )
    if kind == "GenericError":
        return CommandFault(
            StorageCode.CONNECTION,
            f"the tables' store did not answer: {text}",
            hint="Check the location, its endpoint and the network.",
            retryable=True,
        )
    if kind in _CODES:
        return CommandFault(_CODES[kind], text)
    if isinstance(error, OSError):
        return CommandFault(StorageCode.CONNECTION, f"the tables' folder cannot be used: {text}")
    return translate_duckdb(error)
