"""How a CSV file ends its lines. Engines guess by the first break that they see, and that may be within a value."""

from __future__ import annotations

import zlib

from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.folder import FileEntry, Folder

__all__ = ["line_end", "read_head"]

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
