"""A file of a folder as the stream of bytes that a vendor's client uploads from."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from understudy.providers.storage.files.folder import FileReader

__all__ = ["FileStream"]


class FileStream(io.RawIOBase):
    """Reads through a FileReader, no more at once than is asked for. ``check`` is called before each read."""

    def __init__(self, reader: FileReader, size: int, *, check: Callable[[], None]) -> None:
        super().__init__()
        self._reader = reader
        self._size = size
        self._check = check
        self._at = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is: a part that got lost is sent again."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Begin the next read elsewhere."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The bytes from there; all that are left where ``size`` is negative or None."""
        self._check()
        left = max(self._size - self._at, 0)
        data = self._reader.read_at(self._at, left if size is None or size < 0 else min(size, left))
        self._at += len(data)
        return data
