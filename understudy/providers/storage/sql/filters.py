"""Which rows a command means: comparisons of columns with values, with another table's column, and a search.

These are the shapes of filters, which statements are made of and remembered by; the values come separately.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from understudy.providers.storage.sql.tables import Column, TableName
from understudy.providers.storage.sql.types import DataKind

__all__ = ["Comparison", "Operator", "Ordering", "Reference", "Selection", "Where"]

Operator: TypeAlias = Literal["EQ", "NE", "GT", "GE", "LT", "LE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A column compared with ``values`` values, as ``kind``. Several mean any of them (EQ) or none of them (NE).

    ``digits`` is precision and scale enough for every value of a DECIMAL.
    """

    column: Column
    operator: Operator
    kind: DataKind
    values: int = 1
    digits: tuple[int, int] = (38, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Rows whose column's value is in a column of another table, or is not."""

    column: Column
    within: bool
    table: TableName
    table_column: Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """All of these together. ``searched`` are the columns one of which must have the search's value in it.

    ``searched`` is None where nothing is searched for; where it is empty, no row is found.
    """

    comparisons: tuple[Comparison, ...] = ()
    references: tuple[Reference, ...] = ()
    searched: tuple[Column, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.comparisons or self.references or self.searched is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """A column to order by, compared as ``kind``; STRING is as it is stored. Nulls come last."""

    column: Column
    descending: bool = False
    kind: DataKind = "STRING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Rows and columns of one table or view. ``limit`` is a number of rows, None for all."""

    table: TableName
    columns: tuple[Column, ...]
    where: Where = Where()
    order: tuple[Ordering, ...] = ()
    limit: int | None = None
