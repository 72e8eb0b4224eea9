"""What a user's own query may be on an engine without users: statements that read and change tables, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.sql.single import not_one_statement

if TYPE_CHECKING:
    import duckdb

__all__ = ["check_query"]

_ALLOWED = frozenset({"ALTER", "CREATE", "DELETE", "DROP", "INSERT", "MERGE_INTO", "SELECT", "UPDATE"})
"""Not among them: COPY and EXPORT (files), EXPLAIN (with ANALYZE it runs any statement), ATTACH, SET, PRAGMA, CALL."""


def check_query(cursor: duckdb.DuckDBPyConnection, query: str) -> None:
    """Raises CommandFault (6001) for what is not one statement, or of a kind that is not for users.

    What is no SQL at all the engine's parser refuses, with its own exception.
    """
    statements = cursor.extract_statements(query)
    if len(statements) != 1:
        raise not_one_statement(len(statements))
    kind = statements[0].type.name
    if kind not in _ALLOWED:
        raise CommandFault(
            StorageCode.QUERY_INVALID,
            f"a query may not be a {kind} statement; it may be {', '.join(sorted(_ALLOWED))}",
            hint="Files, settings and databases are for commands of their own.",
        )
