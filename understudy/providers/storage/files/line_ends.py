"""What the beginning of a CSV file tells: its columns' names, and how it ends its lines.

Engines guess the latter by the first break that they see, and that may be within a value.
"""

from __future__ import annotations

import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from csv import QUOTE_MINIMAL, QUOTE_NONE, reader
from csv import Error as CsvError
from itertools import islice

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.folder import FileEntry, Folder
from understudy.providers.storage.files.keys import shown

__all__ = ["check_encoding", "header_names", "line_end", "read_head"]

_HEAD = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


def read_head(folder: Folder, entry: FileEntry, *, gzip: bool) -> bytes:
    """The first bytes of a file, unpacked; what there is of a gzip file that is broken."""
    reader = folder.open(entry)
    try:
        data = reader.read_at(0, min(_HEAD, entry.size)) if entry.size else b""
    finally:
        reader.close()
    if not gzip:
        return data
    try:
        return zlib.decompressobj(_GZIP).decompress(data, _HEAD)
    except zlib.error:
        return b""


def check_encoding(head: bytes, entry: FileEntry) -> None:
    """Raises CommandFault (4200) for UTF-16, whose letters the engine would take for others before it stops."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise CommandFault(
            StorageCode.SOURCE_INVALID,
            f"the file {shown(entry.key)} is UTF-16, not UTF-8; nothing was imported",
            hint="Convert the file to UTF-8.",
        )


def line_end(head: bytes, csv: CsvFormat) -> str | None:
    r"""The first line end outside of enclosures: ``\n``, ``\r\n`` or ``\r``; None where there is none."""
    delimiter, enclosure = csv.delimiter.encode(), csv.enclosure.encode()
    escape = csv.escape.encode() if csv.escape != csv.enclosure else b""
    place, inside, begins = 0, False, True
    while place < len(head):
        letter = head[place : place + 1]
        if inside:
            place += 2 if letter == escape else 1
            if letter == enclosure:  # a doubled one opens again at once
                inside, begins = False, True
        elif letter in (b"\r", b"\n"):
            return "\r\n" if head[place : place + 2] == b"\r\n" else letter.decode()
        elif head.startswith(delimiter, place):
            place, begins = place + len(delimiter), True
        else:
            inside = begins and letter == enclosure
            place, begins = place + 1, False
    return None


def header_names(head: bytes, csv: CsvFormat) -> list[str]:
    """The names in the last of the ignored lines. Raises CommandFault (4200) for a head that holds none."""
    try:
        text = head.decode("utf-8-sig", errors="strict" if len(head) < _HEAD else "ignore")
    except UnicodeDecodeError as error:
        raise _no_header("it is not UTF-8") from error
    doubled = csv.escape == csv.enclosure
    lines = reader(
        text.splitlines(keepends=True),
        delimiter=csv.delimiter,
        quotechar=csv.enclosure or None,
        quoting=QUOTE_MINIMAL if csv.enclosure else QUOTE_NONE,
        doublequote=doubled,
        escapechar=None if doubled else csv.escape,
    )
    try:
        names = next(islice(lines, csv.ignored_lines - 1, None), None)
    except CsvError as error:
        raise _no_header(str(error)) from error
    if not names:
        raise _no_header("it ends before")
    return names


def _no_header(reason: str) -> CommandFault:
    return CommandFault(
        StorageCode.SOURCE_INVALID,
        f"the file has no header line to take the columns' names from: {reason}; nothing was touched",
        hint="Name the columns in csv_options.column_names.",
    )
