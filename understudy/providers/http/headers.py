"""Header values: checked before they are sent, so that nobody's key ends up in a traceback about white space."""

from __future__ import annotations

from collections.abc import Mapping

from understudy.domain.errors import InvalidRequestError
from understudy.domain.secrets import Secret

__all__ = ["checked", "checked_secrets"]


def checked(headers: Mapping[str, str]) -> dict[str, str]:
    """``headers`` with names in lower case. Raises InvalidRequestError, without the value, for an unfit one."""
    result = {}
    for name, value in headers.items():
        if not (value.isascii() and value.replace("\t", " ").isprintable()):
            raise _unfit(name)
        result[name.lower()] = value
    return result


def checked_secrets(headers: Mapping[str, Secret]) -> dict[str, Secret]:
    """Like ``checked``, for values that hide themselves."""
    result = {}
    for name, value in headers.items():
        if not _fits(value):
            raise _unfit(name)
        result[name.lower()] = value
    return result


def _fits(secret: Secret) -> bool:
    return secret.reveal().isascii() and secret.reveal().isprintable()


def _unfit(name: str) -> InvalidRequestError:
    return InvalidRequestError(
        f"The header {name!r} has characters that no header can carry (a line end at the end of a key?);"
        " nothing was sent.",
        phase="send",
    )
