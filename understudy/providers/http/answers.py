"""What comes back over HTTP, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ErrorAnswer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """An answer that says no. ``body`` is decoded JSON, or the text where it is not JSON; headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any
    operation: str = "generate"
