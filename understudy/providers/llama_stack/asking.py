"""What a Llama Stack client asks a server, or its stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from understudy.domain.secrets import Secret
from understudy.providers.llama_stack.uploads import Upload

__all__ = ["Ask", "Content"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. ``path`` is below the prefix.

    ``body`` is sent as JSON, bytes as they are; ``arguments`` are those of the operation, for the record of the calls;
    ``continues`` says that the operation made a request before this one. ``secrets`` are credentials inside of the
    request that no error may repeat.
    """

    operation: str
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=_nothing)
    body: Mapping[str, Any] | bytes | None = field(default=None, repr=False)
    upload: Upload | None = field(default=None, repr=False)
    provider_data: Secret | None = None
    secrets: tuple[Secret, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    continues: bool = False

    @property
    def safe(self) -> bool:
        """Whether asking again changes nothing more."""
        return self.method in ("GET", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A file's bytes and what was said of them; header names in lower case."""

    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
