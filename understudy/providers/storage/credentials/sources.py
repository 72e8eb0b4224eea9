"""One secret: as it stands in the settings, in a file, or in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from understudy.domain.errors import ConfigurationError, Fault
from understudy.domain.secrets import Secret

__all__ = ["Given", "SecretFile", "SecretSource", "Variable"]


class SecretSource(Protocol):
    """Gives a secret as it is now."""

    def read(self) -> Secret | None:
        """The secret; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """A secret that is there already, from the settings."""

    secret: Secret | None

    def read(self) -> Secret | None:
        """The secret; None for an empty one."""
        return self.secret or None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """A secret in a file of its own, read anew each time, so that one that is rotated is taken up.

    The last line's end does not count. ``key`` is the setting that names the file; ``path`` None is no secret.
    """

    path: Path | None
    key: str

    def read(self) -> Secret | None:
        """The secret. Raises ConfigurationError, without any of it, where the file cannot be read as text."""
        if self.path is None:
            return None
        try:
            text = self.path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        else:
            return Secret(text.removesuffix("\n").removesuffix("\r")) or None
        # Outside of the handler: an error of decoding holds the bytes.
        raise ConfigurationError(
            [Fault(where=self.key, reason=f"the secret file {self.path} cannot be read: {reason}")]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A secret in the environment, looked up each time. ``environ`` stands in for ``os.environ``."""

    name: str
    environ: Mapping[str, str] | None = None

    def read(self) -> Secret | None:
        """The secret; None where the variable is not set, or empty."""
        environ = os.environ if self.environ is None else self.environ
        return Secret(environ.get(self.name, "")) or None
