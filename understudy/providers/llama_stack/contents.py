"""A file's bytes, with what the answer's head says of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from urllib.parse import unquote

from understudy.domain.llama_stack import FileContent
from understudy.providers.llama_stack.asking import Content

__all__ = ["content_of"]

_FILENAME = re.compile(r"filename\*=utf-8''([^;\s]+)|filename=\"([^\"]*)\"|filename=([^;\s]+)", re.IGNORECASE)


async def content_of(source: AbstractAsyncContextManager[Content]) -> FileContent:
    """The content, its head already read."""
    heads: list[Content] = []

    @asynccontextmanager
    async def chunks() -> AsyncIterator[AsyncIterator[bytes]]:
        async with source as content:
            heads.append(content)
            yield content.chunks

    content = FileContent(chunks())
    await content.open()
    headers = heads[0].headers
    content.content_type = headers.get("content-type") or FileContent.content_type
    content.filename = _filename(headers.get("content-disposition", ""))
    length = headers.get("content-length", "")
    content.size = int(length) if length.isdecimal() else None
    return content


def _filename(disposition: str) -> str | None:
    found = _FILENAME.search(disposition)
    if found is None:
        return None
    encoded, quoted, plain = found.groups()
    return unquote(encoded) if encoded is not None else quoted if quoted is not None else plain
