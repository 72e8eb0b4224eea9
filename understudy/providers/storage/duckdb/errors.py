"""DuckDB's exceptions as stable codes."""

from __future__ import annotations

import re

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_CODES = {
    "BinderException": StorageCode.QUERY_INVALID,
    "CatalogException": StorageCode.OBJECT_NOT_FOUND,
    "ConnectionException": StorageCode.CONNECTION,
    "ConstraintException": StorageCode.QUERY_FAILED,
    "ConversionException": StorageCode.CONVERSION,
    "DependencyException": StorageCode.DEPENDENT_OBJECTS,
    "IOException": StorageCode.CONNECTION,
    "InterruptException": StorageCode.TIMEOUT,
    "InvalidInputException": StorageCode.QUERY_INVALID,
    "InvalidTypeException": StorageCode.QUERY_INVALID,
    "NotImplementedException": StorageCode.QUERY_INVALID,
    "OutOfMemoryException": StorageCode.QUERY_FAILED,
    "OutOfRangeException": StorageCode.CONVERSION,
    "ParserException": StorageCode.QUERY_INVALID,
    "PermissionException": StorageCode.PERMISSION_DENIED,
    "ResourceInUseException": StorageCode.OBJECT_EXISTS,
    "SyntaxException": StorageCode.QUERY_INVALID,
    "TransactionException": StorageCode.QUERY_FAILED,
    "TypeMismatchException": StorageCode.CONVERSION,
}
_HINTS = {
    "OutOfMemoryException": "Do less at once, or give the machine more memory.",
    "PermissionException": "A query reaches tables, not files: import what it needs first.",
}
_MISSING = re.compile(r"(Table|View|Schema|Catalog) with name [^\n]*? does not exist")
_KINDS = {
    "Table": StorageCode.TABLE_NOT_FOUND,
    "View": StorageCode.VIEW_NOT_FOUND,
    "Schema": StorageCode.SCHEMA_NOT_FOUND,
    "Catalog": StorageCode.DATABASE_NOT_FOUND,
}
_HOLDER = re.compile(r"\(PID (\d+)\)")


def translate(error: Exception) -> CommandFault:
    """What an exception means, by its class, and by its words where one class stands for several things."""
    kind, text = type(error).__name__, str(error)
    if kind == "IOException" and "lock on file" in text:
        return _locked(text)
    if kind == "IOException" and ("No space left" in text or "Could not write" in text):
        return CommandFault(
            StorageCode.QUERY_FAILED,
            f"the disk is full, or takes no more; nothing of the command was kept: {text}",
            hint="Make room and run it again.",
            retryable=True,
        )
    if kind == "CatalogException":
        return CommandFault(_catalog_code(text), text)
    if kind == "TransactionException" and "onflict" in text:
        return CommandFault(
            StorageCode.QUERY_FAILED,
            f"another command changed the same rows: {text}",
            hint="Run it again.",
            retryable=True,
        )
    return CommandFault(_CODES.get(kind, StorageCode.UNKNOWN), text, hint=_HINTS.get(kind))


def _catalog_code(text: str) -> StorageCode:
    if "already exists" in text:
        return StorageCode.OBJECT_EXISTS
    if "write-write conflict" in text:
        return StorageCode.QUERY_FAILED
    missing = _MISSING.search(text)
    return _KINDS[missing[1]] if missing else StorageCode.OBJECT_NOT_FOUND


def _locked(text: str) -> CommandFault:
    holder = _HOLDER.search(text)
    who = f"the process {holder[1]}" if holder else "another process"
    return CommandFault(
        StorageCode.CONNECTION,
        f"{who} has the database open for writing, and a file has one writer: {text.splitlines()[0]}",
        hint=(
            "Stop that process, or ask it instead: `understudy storage serve` lets many processes share one writer. "
            "Several can read while none writes, with read_only: true."
        ),
        retryable=True,
    )
