"""Partitions and clusters of a new table, asked for in the words of the API's table resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.types import type_name

if TYPE_CHECKING:
    from understudy.providers.storage.sql.expressions import Expressions
    from understudy.providers.storage.sql.tables import TableDefinition

__all__ = ["table_layout"]

_UNITS = ("HOUR", "DAY", "MONTH", "YEAR")
_DAY = 86_400_000
_MOST_CLUSTERS = 4
_TRUNCATIONS: Mapping[str, type[exp.Expr]] = {
    "DATE": exp.DateTrunc,
    "TIMESTAMP": exp.DatetimeTrunc,
    "TIMESTAMPTZ": exp.TimestampTrunc,
}
"""By sqlglot's names of the types."""


def table_layout(sql: Expressions, definition: TableDefinition) -> exp.Properties | None:
    """What comes after the columns; None for nothing. Raises CommandFault (3000) for what is no layout."""
    meta = definition.meta
    parts: list[exp.Expr] = []
    by_time, by_range = _part(meta, "timePartitioning"), _part(meta, "rangePartitioning")
    if by_time is not None and by_range is not None:
        raise _wrong("timePartitioning and rangePartitioning do not go together")
    if by_time is not None:
        parts.append(exp.PartitionedByProperty(this=_by_time(sql, definition, by_time)))
    if by_range is not None:
        parts.append(exp.PartitionedByProperty(this=_by_range(sql, definition, by_range)))
    clustering = _part(meta, "clustering")
    if clustering is not None:
        names = _clusters(definition, clustering)
        parts.append(exp.ClusterProperty(expressions=[sql.column(name) for name in names]))
    parts += _options(meta, by_time)
    return exp.Properties(expressions=parts) if parts else None


def _by_time(sql: Expressions, definition: TableDefinition, asked: Mapping[str, Any]) -> exp.Expr:
    unit = str(asked.get("type") or "DAY").upper()
    if unit not in _UNITS:
        raise _wrong(f"timePartitioning.type is {unit!r}; it is one of {', '.join(_UNITS)}")
    if not asked.get("field"):
        if unit == "DAY":
            return exp.column("_PARTITIONDATE")
        return exp.TimestampTrunc(this=exp.column("_PARTITIONTIME"), unit=exp.var(unit))
    name = _column(definition, asked["field"], "timePartitioning.field")
    kind = next(type_name(column.full_type, sql.dialect) or "" for column in definition.columns if column.name == name)
    if kind not in _TRUNCATIONS or (kind == "DATE" and unit == "HOUR"):
        raise _wrong(f"the column {name!r} cannot be partitioned by {unit}")
    if kind == "DATE" and unit == "DAY":
        return sql.column(name)
    return _TRUNCATIONS[kind](this=sql.column(name), unit=exp.var(unit))


def _by_range(sql: Expressions, definition: TableDefinition, asked: Mapping[str, Any]) -> exp.Expr:
    name = _column(definition, asked.get("field"), "rangePartitioning.field")
    bounds = _part(asked, "range") or {}
    try:
        start, end, step = (int(bounds[word]) for word in ("start", "end", "interval"))
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong("rangePartitioning.range has a whole start, end and interval") from error
    if start >= end or step <= 0:
        raise _wrong(f"rangePartitioning.range leads from {start} to {end} by {step}")
    numbers = [exp.convert(number) for number in (start, end, step)]
    places = exp.Anonymous(this="GENERATE_ARRAY", expressions=numbers)
    return exp.RangeBucket(this=sql.column(name), expression=places)


def _clusters(definition: TableDefinition, asked: Mapping[str, Any]) -> Sequence[str]:
    names = asked.get("fields")
    if not isinstance(names, list) or not 1 <= len(names) <= _MOST_CLUSTERS:
        raise _wrong(f"clustering.fields names 1 to {_MOST_CLUSTERS} columns")
    return [_column(definition, name, "clustering.fields") for name in names]


def _options(meta: Mapping[str, Any], by_time: Mapping[str, Any] | None) -> list[exp.Expr]:
    options: list[exp.Expr] = []
    expiration = (by_time or {}).get("expirationMs")
    if expiration is not None:
        try:
            days = int(expiration) / _DAY
        except (TypeError, ValueError) as error:
            raise _wrong("timePartitioning.expirationMs is no number") from error
        options.append(_option("partition_expiration_days", exp.Literal.number(f"{days:.9f}".rstrip("0").rstrip("."))))
    required = meta.get("requirePartitionFilter")
    if required is not None:
        if not isinstance(required, bool):
            raise _wrong("requirePartitionFilter is neither true nor false")
        options.append(_option("require_partition_filter", exp.convert(required)))
    return options


def _option(name: str, value: exp.Expr) -> exp.Property:
    return exp.Property(this=exp.var(name), value=value)


def _column(definition: TableDefinition, name: object, where: str) -> str:
    if name not in {column.name for column in definition.columns}:
        raise _wrong(f"{where} names {name!r}, which is not among the columns")
    return str(name)


def _part(meta: Mapping[str, Any], word: str) -> Mapping[str, Any] | None:
    found = meta.get(word)
    if found is not None and not isinstance(found, Mapping):
        raise _wrong(f"{word} is no object")
    return found


def _wrong(reason: str) -> CommandFault:
    return CommandFault(
        StorageCode.VALIDATION,
        f"{reason}; nothing was touched",
        hint="The metadata has the form of the API's table resource.",
    )
