"""A gzip file whose checksum is held. DuckDB looks at none: a flipped bit would become other values in the table."""

from __future__ import annotations

import struct
import zlib

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.folder import FileEntry, FileReader
from understudy.providers.storage.files.keys import shown

__all__ = ["GzipReader"]

_CHUNK = 1024 * 1024
_BLOCK = 65_535
"""What a stored block may hold; RFC 1951, 3.2.4."""
_GZIP = 16 + zlib.MAX_WBITS
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"


class GzipReader:
    """Unpacks a file once, holds its checksums, and hands the engine a gzip stream of stored blocks.

    Unpacking those costs the engine a copy; unpacking twice to check would cost half an import.
    Source of the format: RFC 1951 and RFC 1952. Read from beginning to end, by one thread at a time.
    """

    def __init__(self, reader: FileReader, entry: FileEntry) -> None:
        self._reader = reader
        self._entry = entry
        self._rewind()

    def seek(self, offset: int) -> int:
        """Go back to the beginning, or stay. Raises OSError for any other place."""
        if offset != self._given:
            if offset:
                raise OSError("a gzip file is read from its beginning")
            self._rewind()
        return offset

    def tell(self) -> int:
        """How much was read."""
        return self._given

    def read(self, length: int) -> bytes:
        """The next bytes. Raises CommandFault (4200) for a file that is cut off or corrupt."""
        while len(self._ready) < length and not self._ended:
            self._unpack()
        data = bytes(self._ready[:length])
        del self._ready[:length]
        self._given += len(data)
        return data

    def _rewind(self) -> None:
        self._offset = 0
        self._given = 0
        self._ready = bytearray(_HEADER)
        self._ended = False
        self._packed = b""
        self._stream = zlib.decompressobj(_GZIP)

    def _unpack(self) -> None:
        packed = self._packed or self._reader.read_at(self._offset, _CHUNK)
        if not self._packed:
            self._offset += len(packed)
        if not packed:
            self._end()
            return
        try:
            if self._stream.eof:
                self._stream = zlib.decompressobj(_GZIP)
            data = self._stream.decompress(packed, 4 * _CHUNK)
        except zlib.error as error:
            raise self._broken(f"is corrupt, or no gzip: {error}") from error
        self._packed = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
        self._give(data)

    def _give(self, data: bytes) -> None:
        for start in range(0, len(data), _BLOCK):
            block = data[start : start + _BLOCK]
            self._ready += struct.pack("<BHH", 0, len(block), len(block) ^ 0xFFFF)
            self._ready += block

    def _end(self) -> None:
        self._give(self._stream.flush())
        if not self._stream.eof:
            raise self._broken("is cut off")
        self._ready += _LAST_BLOCK + bytes(8)
        self._ended = True

    def _broken(self, how: str) -> CommandFault:
        return CommandFault(
            StorageCode.SOURCE_INVALID,
            f"the file {shown(self._entry.key)} {how}; nothing was imported",
            hint="Write the file again, or import it without compression if it is not compressed.",
        )
