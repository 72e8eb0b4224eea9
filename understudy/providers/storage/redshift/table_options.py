"""What CREATE TABLE is told of where rows are kept: ``diststyle``, ``distkey`` and ``sortkey`` of the metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.tables import TableDefinition

if TYPE_CHECKING:
    from understudy.providers.storage.sql.expressions import Expressions

__all__ = ["table_options"]

_STYLES = frozenset({"ALL", "AUTO", "EVEN", "KEY"})


def table_options(sql: Expressions, definition: TableDefinition) -> exp.Properties | None:
    """``{"diststyle": "KEY", "distkey": "id", "sortkey": ["day", "id"]}``, each as it is there; None for none.

    Raises CommandFault (3000) for a style that is none and for columns that the table does not have.
    """
    meta, made = definition.meta, list[exp.Expr]()
    if "diststyle" in meta:
        style = str(meta["diststyle"]).upper()
        if style not in _STYLES:
            raise _wrong(f"diststyle is {meta['diststyle']!r}; it is one of {', '.join(sorted(_STYLES))}")
        if (style == "KEY") != ("distkey" in meta):
            raise _wrong("diststyle KEY and distkey go together")
        made.append(exp.DistStyleProperty(this=exp.var(style)))
    if "distkey" in meta:
        (column,) = _columns(sql, definition, "distkey", [meta["distkey"]])
        made.append(exp.DistKeyProperty(this=column))
    if "sortkey" in meta:
        columns = _columns(sql, definition, "sortkey", meta["sortkey"])
        made.append(exp.SortKeyProperty(this=exp.Schema(expressions=columns), compound=False))
    return exp.Properties(expressions=made) if made else None


def _columns(
    sql: Expressions, definition: TableDefinition, option: str, names: Sequence[Any] | Any
) -> list[exp.Identifier]:
    if not isinstance(names, list) or not names:
        raise _wrong(f"{option} is a list of columns")
    known = {sql.fold(column.name) for column in definition.columns}
    for name in names:
        if not isinstance(name, str) or sql.fold(name) not in known:
            raise _wrong(f"{option} names {name!r}, which is not among the columns")
    return [sql.identifier(name) for name in names]


def _wrong(reason: str) -> CommandFault:
    return CommandFault(StorageCode.VALIDATION, f"{reason}; nothing was touched")
