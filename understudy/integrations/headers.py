"""From a request's headers to its identity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from understudy.config.models.platform import IdentitySettings
from understudy.domain.errors import InvalidIdentityError, MissingIdentityError
from understudy.domain.identity import RequestIdentity
from understudy.domain.secrets import Secret

__all__ = ["HeaderPairs", "IdentityReader"]

HeaderPairs: TypeAlias = Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
"""A request's headers as they came, names in any case; bytes as in ASGI, or text as in WSGI."""


class IdentityReader:
    """Reads the headers that ``settings`` (``platform.identity``) name. One serves all requests.

    The user's token must be there; everything else may be absent, but nothing may be malformed or there twice.
    """

    def __init__(self, settings: IdentitySettings) -> None:
        self.settings = settings
        self._tokens = (
            (settings.token_header, settings.token_prefix),
            (settings.mcp_token_header, settings.mcp_token_prefix),
        )
        named = (settings.token_header, settings.mcp_token_header, settings.user_header, settings.groups_header)
        self._wanted = {name.lower() for name in named if name}
        self._wanted_bytes = {name.encode() for name in self._wanted}

    def read(self, headers: HeaderPairs) -> RequestIdentity:
        """The identity. Raises MissingIdentityError and InvalidIdentityError; they name the header, never its value."""
        found = self._found(headers)
        token, mcp_token = (_token(found, name, prefix) for name, prefix in self._tokens)
        if token is None:
            raise MissingIdentityError(f"The request has no header {self.settings.token_header}.")
        return RequestIdentity(token, mcp_token, self._user(found), self._groups(found))

    def _found(self, headers: HeaderPairs) -> dict[str, list[Secret]]:
        """The values of the headers that count, by lower-case name; as secrets, since frames may be shown."""
        found: dict[str, list[Secret]] = {}
        for name, value in headers:
            if isinstance(name, bytes):
                if name.lower() in self._wanted_bytes:
                    found.setdefault(name.lower().decode(), []).append(Secret(_text(value)))
            elif name.lower() in self._wanted:
                found.setdefault(name.lower(), []).append(Secret(_text(value)))
        return found

    def _user(self, found: dict[str, list[Secret]]) -> str | None:
        name = self.settings.user_header
        value = _single(found, name) if name else None
        return value.reveal() or None if value is not None else None

    def _groups(self, found: dict[str, list[Secret]]) -> tuple[str, ...]:
        name = self.settings.groups_header
        values = found.get(name.lower(), []) if name else []
        groups = (group.strip() for value in values for group in value.reveal().split(","))
        return tuple(group for group in groups if group)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _single(found: dict[str, list[Secret]], name: str) -> Secret | None:
    values = found.get(name.lower())
    if values is None:
        return None
    if len(values) > 1:
        raise InvalidIdentityError(f"The request has the header {name} more than once.")
    return values[0]


def _token(found: dict[str, list[Secret]], name: str, prefix: str) -> Secret | None:
    """The token behind the prefix, whose case does not count, as of every authentication scheme's name."""
    value = _single(found, name)
    if value is None:
        return None
    token = _behind(value, prefix)
    if token is None:
        raise InvalidIdentityError(f"The header {name} does not hold a token behind {prefix!r}.")
    return token


def _behind(value: Secret, prefix: str) -> Secret | None:
    text = value.reveal()
    if text[: len(prefix)].lower() != prefix.lower() or len(text) == len(prefix):
        return None
    return Secret(text[len(prefix) :])
