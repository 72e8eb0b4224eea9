"""DuckDB's errors under the numbers and in the words of SQL Server (sys.messages)."""

import re

import duckdb
from sqlglot.errors import SqlglotError


class SqlError(Exception):
    """An error as the server tells it: its number, its words, its severity."""

    def __init__(self, number: int, message: str, severity: int = 16) -> None:
        super().__init__(message)
        self.number = number
        self.message = message
        self.severity = severity


_KNOWN: tuple[tuple[str, int, str], ...] = (
    (
        r"Schema with name (?P<name>.+?) does not exist",
        2760,
        'The specified schema name "{name}" either does not exist or you do not have permission to use it.',
    ),
    (
        r"Schema with name (?P<name>.+?) already exists",
        2714,
        "There is already an object named '{name}' in the database.",
    ),
    (
        r"(?:Table|View) with name \"?(?P<name>.+?)\"? already exists",
        2714,
        "There is already an object named '{name}' in the database.",
    ),
    (r"(?:Table|View) with name (?P<name>.+?) does not exist", 208, "Invalid object name '{name}'."),
    (
        r"Cannot drop entry \"(?P<name>.+?)\" because",
        3729,
        "Cannot drop schema '{name}' because it is being referenced by an object.",
    ),
    (
        r"(?:Referenced column|Column with name) \"?(?P<name>.+?)\"? (?:not found|already exists)",
        207,
        "Invalid column name '{name}'.",
    ),
    (r"does not have a column (?:with name|named) \"(?P<name>.+?)\"", 207, "Invalid column name '{name}'."),
    (
        r"NOT NULL constraint failed: (?P<name>\S+)",
        515,
        "Cannot insert the value NULL into column '{name}'; column does not allow nulls.",
    ),
    (r"Duplicate key", 2627, "Violation of PRIMARY KEY constraint."),
)


def as_sql_error(error: Exception) -> SqlError:
    """The error that SQL Server would tell."""
    if isinstance(error, SqlError):
        return error
    text = str(error)
    for pattern, number, words in _KNOWN:
        if found := re.search(pattern, text):
            return SqlError(number, words.format(**found.groupdict()))
    if isinstance(error, duckdb.ParserException | SqlglotError):
        return SqlError(102, f"Incorrect syntax. {text}", 15)
    if isinstance(error, duckdb.ConversionException):
        return SqlError(245, f"Conversion failed. {text}")
    return SqlError(50000, text)
