"""How a server that tests start says that it is ready, and how it ends: with the process that started it."""

import asyncio
import json
import os
import sys
import threading

_ready = os.dup(1)
os.dup2(2, 1)  # whatever else a server prints belongs into its log, not into the pipe that its starter reads once


def announce(port: int) -> None:
    """Say to whoever started this process that connections are taken at ``port`` of the loopback interface."""
    os.write(_ready, json.dumps({"port": port}).encode() + b"\n")
    os.close(_ready)


def end_with_parent() -> None:
    """End this process when its standard input closes."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


async def until_parent_ends() -> None:
    """Return when standard input closes, for a server that has something to put away."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
