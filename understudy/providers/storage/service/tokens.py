"""Who may call the service: whoever has one of its tokens."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from understudy.domain.errors import ConfigurationError, Fault, StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.service.envelope import refused

__all__ = ["BearerTokens", "read_tokens", "unauthenticated"]

_SHORTEST = 16
_SCHEME = "bearer "


class BearerTokens:
    """The tokens that are accepted, as digests: the tokens themselves are not kept.

    Several may be valid, so that one can be replaced while the service runs. Raises ValueError where there is none.
    """

    __slots__ = ("_digests",)

    def __init__(self, tokens: Iterable[Secret]) -> None:
        self._digests = tuple(hashlib.sha256(token.reveal().encode()).digest() for token in tokens)
        if not self._digests:
            raise ValueError("A service with tokens needs one at least.")

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The tokens in a file, one a line. Raises ConfigurationError where there is none, or one is too short."""
        return cls(read_tokens(path))

    def accepts(self, authorization: str | None) -> bool:
        """Whether an Authorization header's value has one of the tokens. A near miss takes as long as a far one."""
        if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        given = hashlib.sha256(authorization[len(_SCHEME) :].strip().encode("utf-8", "surrogatepass")).digest()
        found = False
        for digest in self._digests:
            found |= hmac.compare_digest(digest, given)
        return found


def read_tokens(path: Path) -> tuple[Secret, ...]:
    """The tokens in a file, one a line, empty lines left out.

    Raises ConfigurationError where the file cannot be read, has no token, or one that is shorter than 16 characters or
    that no header can carry.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
    else:
        tokens = tuple(Secret(line.strip()) for line in lines if line.strip())
        reason = _fault(tokens)
        if not reason:
            return tokens
    raise ConfigurationError(
        [Fault(where=str(path), reason=reason, hint="Write one token a line, 16 ASCII characters or more each.")]
    )


def _fault(tokens: tuple[Secret, ...]) -> str:
    if not tokens:
        return "there is no token in it"
    for number, token in enumerate(tokens, start=1):
        if len(token) < _SHORTEST:
            return f"its token {number} has {len(token)} characters, too few to be safe"
        if not all("!" <= character <= "~" for character in token.reveal()):
            return f"its token {number} has characters that no header can carry"
    return ""


def unauthenticated() -> StorageError:
    """The error for a call without a valid token; it does not say which of the two it was."""
    return refused(
        "the call has no valid token; nothing was read of it",
        code=StorageCode.AUTHENTICATION,
        hint="Send 'authorization: Bearer TOKEN' with a token of the service.",
    )
