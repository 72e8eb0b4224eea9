"""How a CSV file is written: delimiter, enclosure, escape, header lines, compression, encoding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.providers.storage.files.keys import file_parameter, shown
from understudy.providers.storage.protocol import storage_pb2 as pb

if TYPE_CHECKING:
    from understudy.providers.storage.protocol.storage_pb2 import CsvOptions

__all__ = ["CsvFormat", "csv_format"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFormat:
    """The files are UTF-8, with or without a byte order mark.

    ``enclosure`` is "" for none; ``escape`` is the enclosure itself where it is doubled. ``ignored_lines`` are the
    first lines of every file, left out whatever is in them.
    """

    delimiter: str = ","
    enclosure: str = '"'
    escape: str = '"'
    ignored_lines: int = 0
    gzip: bool = False


def csv_format(options: CsvOptions, ignored_lines: int) -> CsvFormat:
    """The format that a command asks for. Raises CommandFault (4203) for one that cannot be read."""
    delimiter = options.delimiter or ","
    enclosure = "" if options.no_enclosure else options.enclosure or '"'
    escape = options.escaped_by or enclosure
    _one_character("delimiter", delimiter, most=4)
    if options.no_enclosure and options.enclosure:
        raise file_parameter("an enclosure is named together with no_enclosure")
    if enclosure:
        _one_character("enclosure", enclosure)
        _one_character("escape character", escape)
    elif options.escaped_by:
        raise file_parameter("an escape character needs an enclosure")
    if delimiter in (enclosure, escape):
        raise file_parameter(f"the delimiter {shown(delimiter)} is the enclosure or the escape character too")
    if ignored_lines < 0:
        raise file_parameter(f"number_of_ignored_lines is {ignored_lines}")
    return CsvFormat(
        delimiter=delimiter,
        enclosure=enclosure,
        escape=escape,
        ignored_lines=ignored_lines,
        gzip=options.compression == pb.CsvOptions.GZIP,
    )


def _one_character(what: str, value: str, *, most: int = 1) -> None:
    size = len(value.encode(errors="surrogatepass"))
    if size > most:
        raise file_parameter(f"the {what} {shown(value)} takes {size} bytes; it may take {most}")
    if any(character in "\r\n\0" for character in value):
        raise file_parameter(f"the {what} {shown(value)} has a line break or a NUL character in it")
