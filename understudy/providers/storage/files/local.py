"""A folder on a local disk."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.folder import FileEntry, FileReader, FileWriter, Folder
from understudy.providers.storage.files.keys import file_parameter, shown

__all__ = ["LocalFolder"]


class LocalFolder(Folder):
    """Files below ``root``, links followed only while they stay below it.

    ``allowed`` are the folders that commands may use at all, and those below them.
    Raises CommandFault (4203) for a root that is not a folder or not allowed.
    """

    provider: Literal["local", "s3", "gcs", "abs"] = "local"

    def __init__(self, root: str, *, allowed: Sequence[str]) -> None:
        self.root = root
        if not root or "\0" in root:
            raise file_parameter("the file path has no root", hint="Name the folder that the file is in.")
        self._root = Path(os.path.realpath(root))
        if not any(self._root.is_relative_to(os.path.realpath(one)) for one in allowed):
            raise file_parameter(
                f"the folder {shown(root)} is none that files may be in",
                hint="Name it in the backend's `file_roots` setting.",
            )

    def entry(self, key: str) -> FileEntry:
        """What is known of a file."""
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        return _entry(key, path)

    def list(self, prefix: str) -> Sequence[FileEntry]:
        """The files below a folder, those whose names begin with a dot left out."""
        top = self._path(prefix)
        if not top.is_dir():
            raise FileNotFoundError(prefix)
        found = (path.relative_to(self._root).as_posix() for path in _files(top))
        return sorted((self.entry(key) for key in found), key=lambda entry: entry.key)

    def open(self, entry: FileEntry) -> FileReader:
        """Read a file; fails when it was changed since ``entry`` was made."""
        return _Reader(self._path(entry.key), entry)

    def create(self, key: str) -> FileWriter:
        """Write a file under a hidden name beside its own, which it gets when it is whole."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _Writer(path)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete files."""
        for key in keys:
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        path = Path(os.path.realpath(self._root / key))
        if not path.is_relative_to(self._root):
            raise file_parameter(f"the path {shown(key)} leads out of its root through a link")
        return path


class _Reader:
    """Opens the file for each read: an engine may hold more files at once than a process may have open."""

    def __init__(self, path: Path, entry: FileEntry) -> None:
        self._path, self._entry = path, entry
        self._closed = False

    def read_at(self, offset: int, length: int) -> bytes:
        if self._closed:
            raise ValueError("the file is closed")
        with self._path.open("rb", buffering=0) as file:
            if _version(os.fstat(file.fileno())) != self._entry.version:
                raise CommandFault(
                    StorageCode.SOURCE_INVALID,
                    f"the file {shown(self._entry.key)} was changed while it was read; nothing was imported",
                    retryable=True,
                )
            file.seek(offset)
            parts = [file.read(length)]
            while parts[-1] and sum(map(len, parts)) < length:
                parts.append(file.read(length - sum(map(len, parts))))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        self._closed = True


class _Writer:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._hidden = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
        self._file = self._hidden.open("xb", buffering=0)

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) or 0 :]
        return len(data)

    def commit(self) -> None:
        if self._file.closed:
            return
        os.fsync(self._file.fileno())
        self._file.close()
        self._hidden.replace(self._path)

    def discard(self) -> None:
        if self._file.closed:
            return
        self._file.close()
        with contextlib.suppress(FileNotFoundError):
            self._hidden.unlink()


def _entry(key: str, path: Path) -> FileEntry:
    state = path.stat()
    return FileEntry(
        key=key,
        size=state.st_size,
        modified=datetime.fromtimestamp(state.st_mtime, UTC),
        version=_version(state),
    )


def _version(state: os.stat_result) -> str:
    return f"{state.st_mtime_ns}-{state.st_size}-{state.st_ino}"


def _files(top: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))
