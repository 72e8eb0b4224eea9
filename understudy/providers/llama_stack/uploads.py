"""A file on its way out as multipart/form-data, piece by piece."""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from understudy.domain.errors import InvalidRequestError
from understudy.domain.llama_stack import UploadSource
from understudy.providers.llama_stack.checks import invalid

__all__ = ["Upload"]

_PIECE = 256 * 1024


class Upload:
    """A multipart form of one file and the fields before it.

    A path is opened anew for each attempt; of a reader there is only one, unless it can seek. ``failure`` is what
    reading ended with: whoever sends it looks there, because HTTP libraries report it as a lost connection.
    """

    def __init__(
        self,
        source: UploadSource,
        *,
        operation: str,
        filename: str | None,
        content_type: str | None,
        fields: dict[str, str],
    ) -> None:
        self.filename = _filename(source, filename, operation)
        self.media_type = _media_type(content_type, operation)
        self.fields = fields
        self.failure: InvalidRequestError | None = None
        self._source: Any = source
        self._seekable: Any = source
        self._operation = operation
        self._boundary = f"understudy-{secrets.token_hex(16)}"
        self._begun = False
        self._start: int | None = None
        self._size = self._measured()

    @property
    def headers(self) -> dict[str, str]:
        """The content type with its boundary, and the length where it is known."""
        headers = {"content-type": f"multipart/form-data; boundary={self._boundary}"}
        if self._size is not None:
            headers["content-length"] = str(len(self._head()) + self._size + len(self._tail()))
        return headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The whole form."""
        yield self._head()
        async for piece in self.content():
            yield piece
        yield self._tail()

    async def content(self) -> AsyncIterator[bytes]:
        """Only the file. Raises InvalidRequestError where it cannot be read, or was already."""
        try:
            self._rewind()
            if isinstance(self._source, bytes):
                yield self._source
            elif isinstance(self._source, Path):
                async for piece in _of_path(self._source):
                    yield piece
            else:
                while piece := await _read(self._source):
                    yield piece
        except OSError as error:
            words = error.strerror or type(error).__name__
            self.failure = invalid(self._operation, f"The file {self.filename!r} cannot be read: {words}.")
        except InvalidRequestError as error:
            self.failure = error
        if self.failure is not None:
            raise self.failure

    def _measured(self) -> int | None:
        source = self._source
        if isinstance(source, str | PathLike):
            self._source = Path(source)
            try:
                with self._source.open("rb") as file:
                    return os.fstat(file.fileno()).st_size
            except OSError as error:
                words = error.strerror or type(error).__name__
            raise invalid(self._operation, f"The file {self.filename!r} cannot be read: {words}.")
        if isinstance(source, bytes):
            return len(source)
        with suppress(AttributeError, OSError, TypeError, ValueError):  # it cannot seek: the length stays unknown
            if source.seekable():
                start = source.tell()
                size = source.seek(0, os.SEEK_END) - start
                source.seek(start)
                self._start = start
                return int(size)
        return None

    def _rewind(self) -> None:
        if self._begun and not isinstance(self._source, bytes | Path):
            if self._start is None:
                raise invalid(self._operation, "The reader was read already and cannot be rewound for another attempt.")
            self._seekable.seek(self._start)
        self._begun = True

    def _head(self) -> bytes:
        parts = [
            f'--{self._boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in self.fields.items()
        ]
        name = self.filename.replace("\\", "%5C").replace('"', "%22")
        parts.append(
            f'--{self._boundary}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
            f"content-type: {self.media_type}\r\n\r\n"
        )
        return "".join(parts).encode()

    def _tail(self) -> bytes:
        return f"\r\n--{self._boundary}--\r\n".encode()


async def _of_path(path: Path) -> AsyncIterator[bytes]:
    file: BinaryIO = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()


async def _read(source: Any) -> bytes:
    if inspect.iscoroutinefunction(source.read):
        piece = await source.read(_PIECE)
    else:
        piece = await asyncio.to_thread(source.read, _PIECE)
        if inspect.isawaitable(piece):
            piece = await piece
    if not isinstance(piece, bytes | bytearray):
        raise invalid("upload_file", "The reader gives text; open the file in binary mode.")
    return bytes(piece)


def _filename(source: UploadSource, filename: str | None, operation: str) -> str:
    if filename is None and isinstance(source, str | PathLike):
        filename = Path(source).name
    if not filename:
        raise invalid(operation, "filename is required: bytes and readers have no name of their own.")
    if not filename.isprintable():
        raise invalid(operation, "filename has control characters.")
    return filename


def _media_type(content_type: str | None, operation: str) -> str:
    kind = "application/octet-stream" if content_type is None else content_type
    if "/" not in kind or not (kind.isascii() and kind.isprintable()):
        raise invalid(operation, "content_type is not a media type such as text/plain.")
    return kind
