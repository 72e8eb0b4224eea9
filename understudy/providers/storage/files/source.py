"""Which files an import reads: one, the slices of a manifest, or all of a folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault
from understudy.providers.storage.files.csv_format import CsvFormat
from understudy.providers.storage.files.folder import FileEntry, Folder
from understudy.providers.storage.files.keys import file_parameter, join_key, manifest_key, shown
from understudy.providers.storage.protocol import storage_pb2 as pb

if TYPE_CHECKING:
    from understudy.providers.storage.files.access import FileAccess

__all__ = ["FileSource", "find_files"]

_Found = TypeVar("_Found")

MANIFEST_BYTES = 64 * 1024 * 1024
"""A manifest larger than this is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """The files of one import, all of one folder and one format. ``csv`` is None for Parquet.

    Engines that read files themselves take ``folder.provider``, ``folder.root``, the keys and ``access``; others read
    through ``folder``.
    """

    folder: Folder
    files: Sequence[FileEntry]
    access: FileAccess = field(repr=False)
    csv: CsvFormat | None

    @property
    def size(self) -> int:
        """Bytes of all files, as they are stored."""
        return sum(entry.size for entry in self.files)


def find_files(folder: Folder, path: pb.FilePath, source_type: int) -> Sequence[FileEntry]:
    """The files that a command names, in the order in which they are read.

    Raises CommandFault: 4201 for a file or folder that is not there, 4200 for a manifest that is none, 4203 for a
    path that leads out of the root.
    """
    key = join_key(path.path, path.file_name)
    if source_type == pb.CsvOptions.DIRECTORY:
        files = _found(folder.list, key, "folder")
        if not files:
            raise _missing("file in the folder", key)
        return files
    if not key:
        raise file_parameter("the file path names no file")
    entry = _found(folder.entry, key, "file")
    return _slices(folder, entry) if source_type == pb.CsvOptions.SLICED_FILE else [entry]


def _slices(folder: Folder, manifest: FileEntry) -> Sequence[FileEntry]:
    beside = manifest.key.rpartition("/")[0]
    urls = _urls(folder, manifest)
    keys = [manifest_key(url, provider=folder.provider, root=folder.root, folder=beside) for url in urls]
    return [_found(folder.entry, key, "slice") for key in keys]


def _urls(folder: Folder, manifest: FileEntry) -> list[str]:
    if manifest.size > MANIFEST_BYTES:
        raise _no_manifest(manifest, f"it has {manifest.size} bytes, more than {MANIFEST_BYTES}")
    reader = folder.open(manifest)
    try:
        content = reader.read_at(0, manifest.size) if manifest.size else b""
    finally:
        reader.close()
    try:
        parsed: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _no_manifest(manifest, f"it is not JSON: {error}") from error
    entries = parsed.get("entries") if isinstance(parsed, dict) else None
    if not isinstance(entries, list):
        raise _no_manifest(manifest, "it has no list of entries")
    urls = [entry.get("url") if isinstance(entry, dict) else None for entry in entries]
    if not all(isinstance(url, str) and url for url in urls):
        raise _no_manifest(manifest, "an entry has no url")
    return [str(url) for url in urls]


def _found(look: Callable[[str], _Found], key: str, what: str) -> _Found:
    try:
        return look(key)
    except FileNotFoundError as error:
        raise _missing(what, key) from error


def _missing(what: str, key: str) -> CommandFault:
    return CommandFault(
        StorageCode.FILE_NOT_FOUND,
        f"there is no {what} {shown(key)}; nothing was touched",
        hint="Check the root, the path and the file's name.",
    )


def _no_manifest(entry: FileEntry, reason: str) -> CommandFault:
    return CommandFault(
        StorageCode.SOURCE_INVALID,
        f"the file {shown(entry.key)} is no manifest: {reason}; nothing was touched",
        hint='A manifest is {"entries": [{"url": "slice-1.csv"}, …]}.',
    )
