"""Passwords for the users that commands make."""

from __future__ import annotations

import secrets
import string

__all__ = ["generate_password"]

_KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "-_.~")
"""An engine's rules ask for one of each; none of these has a meaning in SQL, in a URL or in a shell."""


def generate_password(length: int = 32) -> str:
    """A password with an upper and a lower case letter, a digit and a sign in it, from the system's random source.

    Raises ValueError for a length under 12.
    """
    if length < 12:
        raise ValueError(f"a password of {length} characters is too short: 12 at least")
    random = secrets.SystemRandom()
    chosen = [secrets.choice(kind) for kind in _KINDS]
    chosen += [secrets.choice("".join(_KINDS)) for _ in range(length - len(chosen))]
    random.shuffle(chosen)
    first = next(index for index, sign in enumerate(chosen) if sign in string.ascii_letters)
    chosen[0], chosen[first] = chosen[first], chosen[0]  # some engines want a letter at the front
    return "".join(chosen)
