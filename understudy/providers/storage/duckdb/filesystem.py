"""Files as DuckDB sees them: only those that a command opened for it, under addresses that nobody can guess.

DuckDB's own access to files is shut (see the sandbox), so statements of users reach none. What an import or an export
names goes through this: its address holds a random ticket, and the ticket ends with the command.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import new_class
from typing import TYPE_CHECKING, Any, Protocol

from understudy.domain.errors import MissingDependencyError
from understudy.providers.storage.duckdb.gzip_check import GzipReader
from understudy.providers.storage.files.folder import FileEntry, FileReader, FileWriter, Folder

if TYPE_CHECKING:
    import duckdb

__all__ = ["PROTOCOL", "FileGate"]

PROTOCOL = "understudy"
"""What the addresses begin with; the sandbox allows it, and nothing else."""


class FileGate:
    """What is open to the engine. One for each database."""

    def __init__(self) -> None:
        self._open: dict[str, _Reading | _Writing] = {}

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the gate known to a database. Raises MissingDependencyError without fsspec, whose interface it has."""
        connection.register_filesystem(_file_system(self))

    @contextmanager
    def reading(self, folder: Folder, files: Sequence[FileEntry], *, gzip: bool) -> Iterator[dict[str, FileEntry]]:
        """Addresses at which the engine may read the files, until the block ends."""
        suffix = ".gz" if gzip else ""
        ticket = secrets.token_hex(16)
        addresses = {f"{PROTOCOL}://{ticket}/{number}{suffix}": entry for number, entry in enumerate(files)}
        held = _Reading(folder, addresses, gzip=gzip)
        self._open[ticket] = held
        try:
            yield addresses
        except Exception as error:
            raise held.failure or error from error
        finally:
            del self._open[ticket]
            held.close()

    @contextmanager
    def writing(self, folder: Folder, key: str) -> Iterator[str]:
        """An address at which the engine may write the file, which is there when the block ends without an error."""
        with self._held_open(_Writing(lambda _: folder.create(key))) as (address, held):
            yield f"{address}/0"
            held.commit()

    @contextmanager
    def writing_slices(self, folder: Folder, key: Callable[[int], str]) -> Iterator[tuple[str, list[str]]]:
        """The address of a folder in which the engine may write files ``{i}``, and the keys of those it wrote.

        A slice is there when the engine has written it; all are deleted where the block ends with an error.
        """
        keys: list[str] = []
        held = _Writing(lambda number: folder.create(key(number)), by_slice=True)
        try:
            with self._held_open(held) as (address, _):
                yield address, keys
                held.commit()
            keys += [key(number) for number in sorted(held.files)]
        except BaseException:
            folder.delete([key(number) for number, file in held.files.items() if file.committed])
            raise

    @contextmanager
    def _held_open(self, held: _Writing) -> Iterator[tuple[str, _Writing]]:
        ticket = secrets.token_hex(16)
        self._open[ticket] = held
        try:
            yield f"{PROTOCOL}://{ticket}", held
        except Exception as error:
            raise held.failure or error from error
        finally:
            del self._open[ticket]
            held.discard()

    def open(self, address: str, mode: str) -> _Handle | _File:
        """The file at an address. Raises FileNotFoundError for what is not open, PermissionError for another mode."""
        held = self._held(address)
        if (mode == "rb") != isinstance(held, _Reading):
            raise PermissionError(f"the file is not open for {mode!r}")
        try:
            return held.open(address)
        except Exception as error:
            held.failure = held.failure or error
            raise

    def size(self, address: str) -> int:
        """Bytes of the file at an address."""
        held = self._held(address)
        return held.entry(address).size if isinstance(held, _Reading) else held.open(address).size

    def modified(self, address: str) -> datetime:
        """When the file at an address was written."""
        held = self._held(address)
        return held.entry(address).modified if isinstance(held, _Reading) else datetime.now(UTC)

    def readable(self, address: str) -> bool:
        """Whether there is a file to be read at an address."""
        held = self._open.get(_ticket(address))
        return isinstance(held, _Reading) and held.has(address)

    def is_folder(self, address: str) -> bool:
        """Whether slices may be written below an address."""
        held = self._open.get(_ticket(address))
        return isinstance(held, _Writing) and held.by_slice and address == f"{PROTOCOL}://{_ticket(address)}"

    def _held(self, address: str) -> _Reading | _Writing:
        held = self._open.get(_ticket(address))
        if held is None:
            raise FileNotFoundError("there is no such file")
        return held


class _Reading:
    def __init__(self, folder: Folder, addresses: Mapping[str, FileEntry], *, gzip: bool) -> None:
        self._folder = folder
        self._addresses = addresses
        self._gzip = gzip
        self._readers: list[FileReader] = []
        self.failure: Exception | None = None
        self._lock = threading.Lock()

    def has(self, address: str) -> bool:
        return address in self._addresses

    def entry(self, address: str) -> FileEntry:
        try:
            return self._addresses[address]
        except KeyError as error:
            raise FileNotFoundError("there is no such file") from error

    def open(self, address: str) -> _Handle:
        entry = self.entry(address)
        reader = self._folder.open(entry)
        with self._lock:
            self._readers.append(reader)
        return _Handle(self, GzipReader(reader, entry) if self._gzip else _PlainReader(reader), reader.close)

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


class _Engine(Protocol):
    def seek(self, offset: int) -> int: ...
    def tell(self) -> int: ...
    def read(self, length: int) -> bytes: ...


class _Handle:
    """A file as the engine holds it. The engine makes text of what is raised here: the exception itself is kept."""

    def __init__(self, held: _Reading, reader: _Engine, close: Callable[[], None]) -> None:
        self._held = held
        self.close = close
        self._reader = reader
        self.seek = lambda offset, _whence=0: reader.seek(offset)
        self.tell = reader.tell

    def read(self, length: int) -> bytes:
        try:
            return self._reader.read(length)
        except Exception as error:
            self._held.failure = self._held.failure or error
            raise


class _PlainReader:
    """A file that several threads of the engine read: each seeks, then reads, and none moves another's place."""

    def __init__(self, reader: FileReader) -> None:
        self._reader = reader
        self._place = threading.local()

    def seek(self, offset: int) -> int:
        self._place.offset = offset
        return offset

    def tell(self) -> int:
        offset: int = getattr(self._place, "offset", 0)
        return offset

    def read(self, length: int) -> bytes:
        offset = self.tell()
        data = self._reader.read_at(offset, length)
        self._place.offset = offset + len(data)
        return data


class _Writing:
    """The files that one export writes, by number; ``by_slice`` shows each when the engine closes it."""

    def __init__(self, create: Callable[[int], FileWriter], *, by_slice: bool = False) -> None:
        self._create = create
        self.by_slice = by_slice
        self.files: dict[int, _File] = {}
        self.failure: Exception | None = None
        self._lock = threading.Lock()

    def open(self, address: str) -> _File:
        number = int(address.rpartition("/")[2].partition(".")[0])
        with self._lock:
            if number not in self.files:
                self.files[number] = _File(self, self._create(number))
            return self.files[number]

    def commit(self) -> None:
        for file in self.files.values():
            file.commit()

    def discard(self) -> None:
        for file in self.files.values():
            file.discard()


class _File:
    """A file that the engine writes."""

    def __init__(self, held: _Writing, writer: FileWriter) -> None:
        self._held = held
        self._writer = writer
        self.size = 0
        self.committed = False
        self.discard = writer.discard

    def write(self, data: bytes) -> int:
        try:
            written = self._writer.write(bytes(data))
        except Exception as error:
            self._held.failure = self._held.failure or error
            raise
        self.size += written
        return written

    def tell(self) -> int:
        return self.size

    def flush(self) -> None:
        """The file is written out when it is committed."""

    def commit(self) -> None:
        self._writer.commit()
        self.committed = True

    def close(self) -> None:
        if self._held.by_slice and self._held.failure is None:
            self.commit()


def _ticket(address: str) -> str:
    return address.removeprefix(f"{PROTOCOL}://").partition("/")[0]


class _Calls:
    """The part of fsspec's interface that DuckDB calls; the names are fsspec's."""

    protocol = PROTOCOL
    cachable = False
    gate: FileGate

    def open(self, path: str, mode: str = "rb", **_options: Any) -> _Handle | _File:
        return self.gate.open(path, mode)

    def size(self, path: str) -> int:
        return self.gate.size(path)

    def modified(self, path: str) -> datetime:
        return self.gate.modified(path)

    def exists(self, path: str, **_options: Any) -> bool:
        return self.gate.readable(path)

    def isfile(self, path: str) -> bool:
        return self.gate.readable(path)

    def isdir(self, path: str) -> bool:
        return self.gate.is_folder(path)

    def ls(self, _path: str, **_options: Any) -> list[str]:
        return []

    def glob(self, path: str, **_options: Any) -> list[str]:
        return [path] if self.gate.readable(path) else []


def _file_system(gate: FileGate) -> Any:
    try:
        from fsspec import AbstractFileSystem  # type: ignore[import-untyped] # it has no types
    except ImportError as error:
        raise MissingDependencyError(
            "duckdb", target="fsspec", reason=str(error), install="pip install 'understudy[storage]'"
        ) from error
    kind: Any = new_class("GateFileSystem", (_Calls, AbstractFileSystem))  # fsspec's class is what DuckDB asks for
    made = kind()
    made.gate = gate
    return made
