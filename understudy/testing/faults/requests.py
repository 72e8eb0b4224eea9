"""Reads one HTTP/1.1 request."""

from __future__ import annotations

import asyncio

__all__ = ["read_request"]


_TLS_HELLO = b"\x16"


async def read_request(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes] | None:
    """Method, path, headers with names in lower case, and body; None where TLS is spoken instead.

    Raises IncompleteReadError at the connection's end.
    """
    begin = await reader.readexactly(1)
    if begin == _TLS_HELLO:
        return None
    head = (begin + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = [*first.split(" ", 2), "", ""][:3]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        return method, path, headers, await _chunks(reader)
    return method, path, headers, await reader.readexactly(int(headers.get("content-length", "0")))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)
