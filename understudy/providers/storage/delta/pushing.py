"""Conditions that delta-rs can be told, so that files and rows are passed over before they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

__all__ = ["conjuncts", "pushed"]

_TEXT = frozenset({"string"})
_WHOLE = frozenset({"byte", "short", "integer", "long"})
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """The parts of a condition that must all hold."""
    if condition is None:
        return
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.left)
        yield from conjuncts(condition.right)
    else:
        yield condition.unnest()


def pushed(condition: exp.Expr, types: Mapping[str, str]) -> str | None:
    """The condition in delta-rs's words, which mean the same; None for one that might mean something else there.

    Taken are texts and whole numbers compared with values. Others are cast, and casts differ between engines.
    """
    if isinstance(condition, exp.Not):
        inner = pushed(condition.this.unnest(), types)
        return None if inner is None else f"NOT ({inner})"
    if isinstance(condition, exp.In) and condition.expressions:
        column, values = (
            _column(condition.this, types),
            [_value(one, condition.this, types) for one in condition.expressions],
        )
        known = [value for value in values if value is not None]
        return None if column is None or len(known) < len(values) else f"{column} IN ({', '.join(known)})"
    if isinstance(condition, _COMPARISONS):
        column, value = _column(condition.left, types), _value(condition.right, condition.left, types)
        if column is None or value is None:
            return None
        return f"{column} {_SIGNS[type(condition)]} {value}"
    return None


_SIGNS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}


def _column(side: exp.Expr, types: Mapping[str, str]) -> str | None:
    if not isinstance(side, exp.Column) or types.get(side.name) not in _TEXT | _WHOLE:
        return None
    return exp.column(exp.to_identifier(side.name, quoted=True)).sql(dialect="duckdb")


def _value(side: exp.Expr, column: exp.Expr, types: Mapping[str, str]) -> str | None:
    if not isinstance(column, exp.Column):
        return None
    text = types.get(column.name) in _TEXT
    if text:
        return side.sql(dialect="duckdb") if isinstance(side, exp.Literal) and side.is_string else None
    value = side.this if isinstance(side, exp.Cast) and side.is_type("INT", "BIGINT") else side
    if not isinstance(value, exp.Literal):
        return None
    try:
        return str(int(value.this))
    except ValueError:
        return None
