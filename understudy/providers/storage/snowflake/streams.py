"""A file of any folder as the stream that the connector uploads from."""

from __future__ import annotations

import io
import os
import threading

from understudy.providers.storage.files.folder import FileReader

__all__ = ["FolderStream"]


class FolderStream(io.RawIOBase):
    """Reads through a FileReader. Every thread has a place of its own: the connector uploads parts in several."""

    def __init__(self, reader: FileReader, size: int) -> None:
        super().__init__()
        self._reader = reader
        self._size = size
        self._place = threading.local()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The calling thread's place."""
        return getattr(self._place, "at", 0)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the calling thread's place."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._size}[whence]
        self._place.at = max(start + offset, 0)
        return self.tell()

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes from there; all that are left where ``size`` is negative or None."""
        left = max(self._size - self.tell(), 0)
        data = self._reader.read_at(self.tell(), left if size is None or size < 0 else min(size, left))
        self._place.at = self.tell() + len(data)
        return data
