"""A server that tells every caller who it is: what it was sent comes back, with a cookie that nobody should keep."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import understudy


@dataclass
class Echo:
    """The server's address and what it was sent: the lower-case headers of each request."""

    url: str
    seen: list[dict[str, str]] = field(default_factory=list)


def answer(path: str, user: str) -> Any:
    """What each service would answer, made of the user's token."""
    if path.startswith("/api/v1/namespaces"):
        return {"kind": "NamespaceList", "apiVersion": "v1", "items": [{"metadata": {"name": user}}]}
    return {"object": "list", "data": [{"id": user, "object": "model", "created": 1, "owned_by": "echo"}]}


async def serve(found: Echo, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one connection until its end."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            found.seen.append(headers)
            await reader.readexactly(int(headers.get("content-length", "0")))
            user = headers.get("authorization", "").removeprefix("Bearer ")
            body = json.dumps(answer(head[0].split(" ")[1], user)).encode()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + f"Set-Cookie: session={user}; Path=/\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


@asynccontextmanager
async def serving(context: ssl.SSLContext | None = None) -> AsyncIterator[Echo]:
    found = Echo(url="")
    server = await asyncio.start_server(partial(serve, found), "127.0.0.1", 0, ssl=context)
    scheme = "http" if context is None else "https"
    found.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with serving() as found:
        yield found


@pytest.fixture
def tls_echo() -> Callable[[ssl.SSLContext], Any]:
    """``async with tls_echo(context) as echo``: the same server over TLS."""
    return serving


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[[str], str]:
    """Run a script in an interpreter of its own, where nothing is imported yet, and return what it prints."""

    def run(script: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(Path(understudy.__file__).parents[1]), "PYTHONWARNINGS": "error"}
        done = subprocess.run(  # noqa: S603 - the test's own script
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run
