"""What a catalog says of types and defaults, as commands give them."""

from __future__ import annotations

import re
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

__all__ = ["literal_text", "split_type"]

_SIZED = re.compile(r"(?P<type>[A-Za-z_][\w ]*?)\s*\((?P<length>\d+(?:\s*,\s*-?\d+)?|max)\)", re.ASCII | re.IGNORECASE)


def split_type(text: str) -> tuple[str, str]:
    """A type's name and its length: ``("DECIMAL", "10,2")``; what has more to it than a length is all name."""
    sized = _SIZED.fullmatch(text.strip())
    return (sized["type"], sized["length"].replace(" ", "")) if sized else (text.strip(), "")


@lru_cache(maxsize=1024)
def literal_text(sql: str, dialect: str) -> str | None:
    """The text of a default that is a literal, cast or not: ``it's`` of ``CAST('it''s' AS VARCHAR)``; else None."""
    try:
        value = sqlglot.parse_one(sql, dialect=dialect)
    except SqlglotError:
        return None
    while isinstance(value, (exp.Cast, exp.Paren)):
        value = value.this
    if isinstance(value, exp.Neg) and isinstance(value.this, exp.Literal):
        return f"-{value.this.name}"
    if isinstance(value, exp.Boolean):
        return "true" if value.this else "false"
    return value.name if isinstance(value, exp.Literal) else None
