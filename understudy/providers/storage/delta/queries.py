"""Users' own queries: they read, and name tables as a bucket's."""

from __future__ import annotations

from collections.abc import Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.delta.places import Place
from understudy.providers.storage.fault import CommandFault

__all__ = ["check_reading", "placed"]


def check_reading(kinds: Sequence[str]) -> None:
    """Raises CommandFault (6001) for anything but one statement that reads."""
    if list(kinds) != ["SELECT"]:
        raise CommandFault(
            StorageCode.QUERY_INVALID,
            f"a query is one SELECT, and this is {', '.join(kinds) or 'nothing'}",
            hint="Tables are changed by commands of their own.",
        )


def placed(query: str, path: Sequence[str]) -> str:
    """The query with its tables under the aliases of their places: ``bucket.table``, or one of the path's bucket.

    What cannot be read stays as it is, so that the engine says what is wrong with it.
    """
    try:
        trees = sqlglot.parse(query, read="duckdb")
    except SqlglotError:
        return query
    return ";\n".join(_placed(tree, path).sql(dialect="duckdb") for tree in trees if tree is not None)


def _placed(tree: exp.Expr, path: Sequence[str]) -> exp.Expr:
    local = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or (not table.db and table.name.lower() in local):
            continue
        schema = table.db or (path[-1] if path else "")
        if not schema or table.catalog:
            continue
        seen = exp.Table(this=exp.to_identifier(Place(schema, table.name).alias, quoted=True))
        seen.set("alias", table.args.get("alias") or exp.TableAlias(this=table.this.copy()))
        table.replace(seen)
    return tree
