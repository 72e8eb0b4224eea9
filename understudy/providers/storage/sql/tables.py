"""What the commands' messages say of tables, as values that statements are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Column", "TableDefinition", "TableName"]


@dataclass(frozen=True, slots=True)
class TableName:
    """A table or view: the path to it from the outermost, as in ``("db", "schema")``, and its name."""

    path: tuple[str, ...]
    name: str

    def __str__(self) -> str:
        return ".".join((*self.path, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column as a command asks for it, or as the catalog knows it.

    ``type`` is the backend's own name without the length; ``default`` is a literal's text, None for no default, or
    where ``default_is_sql`` an expression of the engine's, as the catalog has it.
    """

    name: str
    type: str
    length: str = ""
    nullable: bool = True
    default: str | None = None
    default_is_sql: bool = False
    meta: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def full_type(self) -> str:
        """The type with its length: ``VARCHAR(255)``."""
        return f"{self.type}({self.length})" if self.length else self.type


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDefinition:
    """A table to be created."""

    table: TableName
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
