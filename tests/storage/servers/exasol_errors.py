"""DuckDB's errors under the codes of Exasol."""

import re

import duckdb
from sqlglot.errors import SqlglotError


class ExasolError(Exception):
    """An error as the server tells it: its code and its words."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


_KNOWN = (
    (r"Schema with name (?P<name>.+?) does not exist", "42000", "schema {name} not found"),
    (r"(?:Table|View) with name \"?(?P<name>.+?)\"? does not exist", "42000", "object {name} not found"),
    (r"(?:Referenced column|Column with name) \"?(?P<name>.+?)\"? not found", "42000", "object {name} not found"),
    (r"(?:Table|View|Schema) with name \"?(?P<name>.+?)\"? already exists", "42500", "object {name} already exists"),
    (r"Cannot drop entry \"(?P<name>.+?)\" because", "42500", "schema {name} is not empty - use CASCADE to delete it"),
    (r"NOT NULL constraint failed: (?P<name>\S+)", "27002", "constraint violation - not null (column {name})"),
)


def as_exasol_error(error: Exception) -> ExasolError:
    """The error that Exasol would tell."""
    if isinstance(error, ExasolError):
        return error
    text = str(error)
    for pattern, code, words in _KNOWN:
        if found := re.search(pattern, text):
            return ExasolError(code, words.format(**found.groupdict()))
    if isinstance(error, duckdb.ConversionException):
        return ExasolError("22018", f"data exception - invalid character value for cast; {text}")
    if isinstance(error, duckdb.ParserException | SqlglotError):
        return ExasolError("42000", f"syntax error, {text}")
    return ExasolError("42000", text)
