"""What CREATE TABLE is told of where rows are kept and how: ``WITH (DISTRIBUTION = …, … INDEX)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import Column, TableDefinition

if TYPE_CHECKING:
    from understudy.providers.storage.sql.expressions import Expressions

__all__ = ["table_options"]

_DISTRIBUTIONS = frozenset({"HASH", "REPLICATE", "ROUND_ROBIN"})
_INDEXES = frozenset({"CLUSTERED", "CLUSTERED COLUMNSTORE", "HEAP"})


def table_options(sql: Expressions, definition: TableDefinition) -> str:
    """The WITH clause of ``distribution``, ``distribution_columns``, ``index`` and ``index_columns`` of the metadata.

    Without them rows go round, into a columnstore; into a heap where a column is of the length MAX, which a columnstore
    does not take. Raises CommandFault (3000) for words that are none and for columns that the table does not have.
    """
    spread = _word(definition, "distribution", "ROUND_ROBIN", _DISTRIBUTIONS)
    heap = any(_is_max(column) for column in definition.columns)
    index = _word(definition, "index", "HEAP" if heap else "CLUSTERED COLUMNSTORE", _INDEXES)
    columns = _columns(sql, definition, "distribution_columns", needed=spread == "HASH")
    sorted_by = _columns(sql, definition, "index_columns", needed=index == "CLUSTERED")
    kept = {"HEAP": "HEAP", "CLUSTERED": f"CLUSTERED INDEX {sorted_by}"}.get(index, "CLUSTERED COLUMNSTORE INDEX")
    return f"WITH (DISTRIBUTION = {spread}{columns}, {kept})"


def _is_max(column: Column) -> bool:
    return column.full_type.upper().replace(" ", "").endswith("(MAX)")


def _word(definition: TableDefinition, option: str, default: str, known: frozenset[str]) -> str:
    word = str(definition.meta.get(option, default)).upper()
    if word not in known:
        raise _wrong(f"{option} is {definition.meta[option]!r}; it is one of {', '.join(sorted(known))}")
    return word


def _columns(sql: Expressions, definition: TableDefinition, option: str, *, needed: bool) -> str:
    """The columns that an option names, in brackets; nothing where there are none to name."""
    names = definition.meta.get(option)
    if needed != bool(names):
        raise _wrong(f"{option} is {'needed' if needed else 'for HASH distributions and CLUSTERED indexes only'}")
    if not names:
        return ""
    known = {sql.fold(column.name) for column in definition.columns}
    if not isinstance(names, list):
        raise _wrong(f"{option} is a list of columns")
    for name in names:
        if not isinstance(name, str) or sql.fold(name) not in known:
            raise _wrong(f"{option} names {name!r}, which is not among the columns")
    return f"({', '.join(sql.render(sql.identifier(name)) for name in names)})"


def _wrong(reason: str) -> CommandFault:
    return CommandFault(StorageCode.VALIDATION, f"{reason}; nothing was touched")
