"""On whose behalf a request is made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from understudy.domain.errors import InvalidIdentityError, MissingIdentityError
from understudy.domain.secrets import Secret

__all__ = ["RequestIdentity"]


@dataclass(frozen=True, slots=True, repr=False)
class RequestIdentity:
    """A user's own credentials, for one request; every platform client is made for one.

    ``token`` is the user's bearer token, ``mcp_token`` the one for MCP servers; each without the word Bearer, each may
    be absent. ``user`` and ``groups`` are what a trusted proxy said of the user: nothing is allowed because of them.
    Nothing of it is in a repr, and it is not pickled.

    Raises InvalidIdentityError, without the value, for a token that no header can carry: empty, not ASCII, or with
    white space or control characters in it; and for a user or a group that is not plain text.
    """

    token: Secret | None
    mcp_token: Secret | None = None
    user: str | None = None
    groups: tuple[str, ...] = ()
    authorization: Secret | None = field(init=False, compare=False)
    """``Bearer`` and the token, made once: the value of an Authorization header."""
    mcp_authorization: Secret | None = field(init=False, compare=False)
    """``Bearer`` and the token for MCP servers."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "authorization", _bearer(self.token, "token"))
        object.__setattr__(self, "mcp_authorization", _bearer(self.mcp_token, "MCP token"))
        for what, text in (("user", self.user), *(("group", group) for group in self.groups)):
            if text is not None and not (text and text.isprintable()):
                raise InvalidIdentityError(f"The {what} is empty or is not plain text.")

    @classmethod
    def of(
        cls,
        token: str | Secret | None,
        *,
        mcp_token: str | Secret | None = None,
        user: str | None = None,
        groups: Iterable[str] = (),
    ) -> Self:
        """An identity of plain strings. Raises InvalidIdentityError as the class does."""
        # Under the same names, so that no frame of a traceback holds them in clear.
        token, mcp_token = _secret(token), _secret(mcp_token)
        return cls(token, mcp_token, user, tuple(groups))

    def require_token(self, *, provider: str = "", operation: str = "") -> Secret:
        """The token. Raises MissingIdentityError, which names the call, where there is none."""
        if self.token is None:
            raise MissingIdentityError(
                "The request has no user's token; nothing was sent.", provider=provider, operation=operation
            )
        return self.token

    def cache_key(self) -> str:
        """What keeps one user's cached values from another's: a digest of both tokens and of the user's name.

        The name alone would not do, since whoever can forge a header can claim it.
        """
        digest = hashlib.sha256()
        for part in (self.token, self.mcp_token, self.user):
            text = part.reveal() if isinstance(part, Secret) else part or ""
            digest.update(f"{len(text)}:{text}".encode())
        return digest.hexdigest()

    def __repr__(self) -> str:
        return f"<RequestIdentity {'with' if self.token else 'without'} a token>"


def _secret(value: str | Secret | None) -> Secret | None:
    return Secret(value) if isinstance(value, str) else value


def _bearer(token: Secret | None, what: str) -> Secret | None:
    if token is None:
        return None
    if not isinstance(token, Secret):
        raise InvalidIdentityError(f"The {what} is not a Secret; RequestIdentity.of makes one of a string.")
    reason = _fault(token)
    if reason:
        raise InvalidIdentityError(f"The {what} {reason}.")
    return Secret(f"Bearer {token.reveal()}")


def _fault(token: Secret) -> str | None:
    """What keeps a header from carrying the token; the characters stay out of the frame that raises."""
    text = token.reveal()
    if not text:
        return "is empty"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "has white space, control characters or characters outside ASCII in it"
    return None
