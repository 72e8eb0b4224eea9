"""DuckDB's exceptions as stable codes."""

from __future__ import annotations

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["translate"]

_CODES = {
    "CatalogException": StorageCode.OBJECT_NOT_FOUND,
    "ConstraintException": StorageCode.IMPORT_FAILED,
    "ConversionException": StorageCode.CONVERSION,
    "IOException": StorageCode.CONNECTION,
    "InterruptException": StorageCode.TIMEOUT,
    "BinderException": StorageCode.QUERY_INVALID,
    "ParserException": StorageCode.QUERY_INVALID,
}


def translate(error: Exception) -> CommandFault:
    """What an exception means, by its class."""
    return CommandFault(_CODES.get(type(error).__name__, StorageCode.UNKNOWN), str(error))
