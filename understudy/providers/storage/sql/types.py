"""What kind of value a type of a dialect holds, which decides how it is compared, shown and counted."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

from sqlglot import exp
from sqlglot.errors import SqlglotError

__all__ = ["DataKind", "Family", "family", "family_of_kind", "type_name"]

Family: TypeAlias = Literal["text", "number", "boolean", "date", "timestamp", "other"]
"""``other`` is what must be cast before it is compared: bytes, documents, lists, times with a zone."""

DataKind: TypeAlias = Literal[
    "STRING", "INTEGER", "DOUBLE", "BIGINT", "REAL", "DECIMAL", "BOOLEAN", "DATE", "TIMESTAMP"
]
"""How a command asks for values to be compared: the names of the protocol's DataType."""

_TIMESTAMPS = "DATETIME DATETIME2 DATETIME64 SMALLDATETIME TIMESTAMP TIMESTAMPNTZ TIMESTAMP_MS TIMESTAMP_NS TIMESTAMP_S"
_FAMILIES: tuple[tuple[frozenset[str], Family], ...] = (
    (frozenset(str(kind.value) for kind in exp.DataType.TEXT_TYPES), "text"),
    (frozenset(str(kind.value) for kind in exp.DataType.NUMERIC_TYPES) - {"BIT"}, "number"),
    (frozenset({"BOOLEAN"}), "boolean"),
    (frozenset({"DATE", "DATE32"}), "date"),
    (frozenset(_TIMESTAMPS.split()), "timestamp"),
)
_KINDS: dict[DataKind, Family] = {
    "STRING": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
}


@lru_cache(maxsize=4096)
def type_name(text: str, dialect: str) -> str | None:
    """The type without its parameters: ``DECIMAL`` of ``NUMBER(38, 0)``; None for what sqlglot cannot read.

    Two words of one dialect that mean one type have one name.
    """
    try:
        kind = exp.DataType.build(text, dialect=dialect).this
    except (SqlglotError, ValueError):
        return None
    return str(kind.value) if isinstance(kind, exp.DType) else None


@lru_cache(maxsize=4096)
def family(text: str, dialect: str) -> Family:
    """What the values of a type are."""
    name = type_name(text, dialect)
    for names, found in _FAMILIES:
        if name in names:
            return found
    return "other"


def family_of_kind(kind: DataKind) -> Family:
    """The family whose columns need no cast to be compared so."""
    return _KINDS.get(kind, "number")
