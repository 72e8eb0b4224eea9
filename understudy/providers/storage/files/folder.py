"""A folder of files, wherever it is: a bucket, a container, or one on a local disk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

__all__ = ["FileEntry", "FileReader", "FileWriter", "Folder"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """A file as it was when it was looked at. ``key`` is its path within the folder, parts separated by ``/``.

    ``size`` is in bytes; ``version`` changes when the content does, None where the provider does not tell.
    """

    key: str
    size: int
    modified: datetime
    version: str | None = None


class FileReader(Protocol):
    """Reads any part of a file, from any thread."""

    def read_at(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset``; fewer only at the end of the file."""
        ...

    def close(self) -> None:
        """Let go of the file. Closing twice is harmless."""
        ...


class FileWriter(Protocol):
    """Writes a file from its beginning to its end. Nobody sees the file before ``commit``."""

    def write(self, data: bytes) -> int:
        """Add to the file; how many bytes were taken, which is all of them."""
        ...

    def commit(self) -> None:
        """The file is whole: show it, in place of one that had its name. Committing twice is harmless."""
        ...

    def discard(self) -> None:
        """Forget all that was written; harmless after ``commit``."""
        ...


class Folder(ABC):
    """What may be read and written below one root. Keys that lead out of it are refused by whoever makes them.

    Raises FileNotFoundError for a key that is not there, OSError or what translate_file_error knows for what fails.
    """

    provider: Literal["local", "s3", "gcs", "abs"]
    root: str

    @abstractmethod
    def entry(self, key: str) -> FileEntry:
        """What is known of a file without reading it."""

    @abstractmethod
    def list(self, prefix: str) -> Sequence[FileEntry]:
        """The files below a folder and its folders, sorted by key; hidden and empty markers left out."""

    @abstractmethod
    def open(self, entry: FileEntry) -> FileReader:
        """Read a file as it was when ``entry`` was made; fails when it was changed since, where the provider tells."""

    @abstractmethod
    def create(self, key: str) -> FileWriter:
        """Write a file."""

    @abstractmethod
    def delete(self, keys: Sequence[str]) -> None:
        """Delete files; those that are not there are passed over."""

    def url(self, key: str) -> str:
        """How a manifest in the same folder names the file: by its name on local disks, by its whole URL elsewhere."""
        return key.rpartition("/")[2]
