"""A user's query is one statement: what comes after it would run unseen."""

from __future__ import annotations

from sqlglot import TokenType, tokenize
from sqlglot.errors import SqlglotError

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

__all__ = ["need_one_statement", "not_one_statement"]


def need_one_statement(query: str, dialect: str) -> None:
    """Raises CommandFault (6001) for no statement, for several, and for what is not even made of words."""
    try:
        kinds = [token.token_type for token in tokenize(query, dialect=dialect)]
    except SqlglotError as error:
        raise CommandFault(StorageCode.QUERY_INVALID, f"the query cannot be read: {error}") from error
    while kinds and kinds[-1] == TokenType.SEMICOLON:
        kinds.pop()
    if not kinds or TokenType.SEMICOLON in kinds:
        raise not_one_statement(0 if not kinds else kinds.count(TokenType.SEMICOLON) + 1)


def not_one_statement(count: int) -> CommandFault:
    """The query is of so many statements."""
    return CommandFault(
        StorageCode.QUERY_INVALID,
        f"the query has {count} statements in it; it takes one",
        hint="Run each with a command of its own.",
    )
