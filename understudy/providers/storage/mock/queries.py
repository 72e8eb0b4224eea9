"""Users' own queries, from the backend's dialect into DuckDB's."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from understudy.domain.storage import IdentifierRules

__all__ = ["translated"]

_OPEN = frozenset({"information_schema"})


def translated(query: str, *, dialect: str, rules: IdentifierRules) -> str:
    """The query as DuckDB understands it, unquoted names folded as the backend folds them.

    What cannot be read stays as it is, so that the engine says what is wrong with it.
    """
    try:
        trees = sqlglot.parse(query, read=dialect)
    except SqlglotError:
        return query
    return ";\n".join(
        tree.transform(lambda node: _folded(node, rules)).sql(dialect="duckdb") for tree in trees if tree is not None
    )


def _folded(node: exp.Expr, rules: IdentifierRules) -> exp.Expr:
    if not isinstance(node, exp.Identifier) or node.quoted or node.name.lower() in _OPEN:
        return node
    if isinstance(node.parent, exp.Table) and node.parent.db.lower() in _OPEN:
        return node
    name = {"upper": node.name.upper(), "lower": node.name.lower()}.get(rules.fold, node.name)
    return exp.to_identifier(name, quoted=True)
