"""Server-sent events, written."""

from __future__ import annotations

from typing import Any

from understudy.testing.emulators.exchange import json_bytes

__all__ = ["sse"]


def sse(data: Any, *, event: str | None = None) -> bytes:
    """One event; ``data`` is sent as JSON, or as it is where it is bytes."""
    content = data if isinstance(data, bytes) else json_bytes(data)
    head = f"event: {event}\n".encode() if event is not None else b""
    return head + b"data: " + content + b"\n\n"
