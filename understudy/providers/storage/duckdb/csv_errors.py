"""What DuckDB's readers say of a file that they cannot read, as a stable code with file, line, column and value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.folder import FileEntry
from understudy.providers.storage.files.keys import shown
from understudy.providers.storage.sql.loading import LoadColumn

__all__ = ["explain"]

_LINE = re.compile(r"CSV Error on Line: (\d+)")
_VALUE = re.compile(r'Error when converting column "(.*?)"\. (?:Could not convert string "(.*?)" to \')?', re.DOTALL)
_COUNT = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_CAST = re.compile(
    r"Could not convert string '(.*?)' to (\w+)|[Cc]ould not be cast|out of range|Failed to cast", re.DOTALL
)
_UNREADABLE = frozenset({"InvalidInputException", "IOException", "SerializationException", "Error"})
_SHOWN = 100
"""How many characters of a value an error shows."""

_SIGNS = (
    ("is not utf-8 encoded", "is not UTF-8", "Convert the file to UTF-8."),
    ("unterminated quote", "has an enclosure that is not closed", "Check the enclosure and the escape character."),
    (
        "quote should be followed by",
        "has an enclosure in the middle of a value",
        "Check the enclosure and the escape character.",
    ),
    (
        "Maximum line size",
        "has a line that is too long",
        "Check the enclosure: one that is not closed makes one line of many.",
    ),
    (
        "invalid state",
        "is not CSV as the command describes it",
        "Check the enclosure, the escape character and line ends.",
    ),
    ("GZIP", "is no whole gzip file", "Write the file again."),
)
_NO_COLUMN = re.compile(r'Referenced column "(.*?)" not found in FROM clause', re.DOTALL)


def explain(error: Exception, files: Mapping[str, FileEntry], columns: Sequence[LoadColumn]) -> Exception | None:
    """What an exception of the engine means for an import; None where it is not about the files."""
    if isinstance(error, CommandFault):
        return None
    text = str(error)
    where = _where(text, files)
    value = _VALUE.search(text)
    if value is not None:
        return _mismatch(where, value[1], value[2] or "", columns)
    count = _COUNT.search(text)
    if count is not None:
        return CommandFault(
            StorageCode.COLUMNS_MISMATCH,
            f"{where} has {count[2]} columns; the import names {count[1]}",
            hint="Check column_names, the delimiter and the enclosure.",
        )
    for sign, reason, hint in _SIGNS:
        if sign in text:
            return CommandFault(StorageCode.SOURCE_INVALID, f"{where} {reason}", hint=hint)
    return _other(error, text, where, files)


def _other(error: Exception, text: str, where: str, files: Mapping[str, FileEntry]) -> Exception | None:
    kind = type(error).__name__
    if kind == "ConversionException":
        cast = _CAST.search(text)
        value = f"the value {_short(cast[1])} is no {cast[2]}" if cast and cast[1] is not None else _first_line(text)
        return CommandFault(StorageCode.TYPE_MISMATCH, f"{where} does not fit the table: {value}")
    if isinstance(error, OSError):
        return CommandFault(StorageCode.SOURCE_INVALID, f"{where} cannot be read: {error}")
    absent = _NO_COLUMN.search(text)
    if absent is not None:
        return CommandFault(StorageCode.COLUMNS_MISSING, f"{where} has no column {shown(absent[1])}")
    if kind in _UNREADABLE and (text.startswith("CSV Error") or "://" in text):
        return CommandFault(StorageCode.SOURCE_INVALID, f"{where} cannot be read: {_without_address(text, files)}")
    return None


def _mismatch(where: str, name: str, value: str, columns: Sequence[LoadColumn]) -> CommandFault:
    kind = next((column.target.full_type for column in columns if column.name == name), "of the column's type")
    return CommandFault(
        StorageCode.TYPE_MISMATCH,
        f"{where}, column {shown(name)}: the value {_short(value)} is no {kind}",
        hint="Name the column in convert_empty_values_to_null_on_columns." if value == "" else None,
    )


def _where(text: str, files: Mapping[str, FileEntry]) -> str:
    found = next(
        (entry for address, entry in files.items() if re.search(re.escape(address) + r"(?![0-9])", text)), None
    )
    if found is None and len(files) == 1:
        found = next(iter(files.values()))
    place = f"the file {shown(found.key)}" if found else "a file"
    line = _LINE.search(text)
    return f"{place}, line {line[1]}" if line else place


def _short(value: str) -> str:
    return repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def _without_address(text: str, files: Mapping[str, FileEntry]) -> str:
    line = _first_line(text)
    for address in files:
        line = line.replace(f"'{address}'", "").replace(address, "")
    return " ".join(line.split())


def _first_line(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip() and not line.startswith("CSV Error")), text)
    return line[:300]
