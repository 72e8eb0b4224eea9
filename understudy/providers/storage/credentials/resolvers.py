"""Credentials from the settings, from several places in turn, and from code of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from understudy.domain.errors import ConfigurationError, Fault, MissingCredentialsError, UnderstudyError
from understudy.domain.secrets import Secret
from understudy.domain.storage import StorageCredentials
from understudy.providers.spec import load
from understudy.providers.storage.backend import CredentialsResolver
from understudy.providers.storage.credentials.sources import SecretSource

__all__ = ["ExternalCredentials", "FirstOf", "Fixed", "SettingsCredentials"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same credentials each time: those of one request, or of a test."""

    credentials: StorageCredentials

    def resolve(self) -> StorageCredentials:
        """The credentials."""
        return self.credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsCredentials:
    """What a backend's section says. The secret is the first that any of ``secrets`` gives.

    ``meta`` has what the backend asks for besides. ``variables`` and ``key`` say in the error which environment
    variables and which setting would do. ``secret_needed`` is False where the machine's own identity may stand in.
    """

    backend: str
    key: str
    host: str = ""
    port: int = 0
    principal: str = ""
    secrets: Sequence[SecretSource] = ()
    meta: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    variables: tuple[str, ...] = ()
    secret_needed: bool = True

    def resolve(self) -> StorageCredentials:
        """The credentials as they are now.

        Raises MissingCredentialsError where no place has the secret, ConfigurationError for a file that cannot be read.
        """
        secret = next((found for found in (source.read() for source in self.secrets) if found), None)
        if secret is None and self.secret_needed:
            raise MissingCredentialsError(self.backend, variables=self.variables, key=self.key)
        return StorageCredentials(
            host=self.host, port=self.port, principal=self.principal, secret=secret or Secret(""), meta=self.meta
        )


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Several resolvers in turn: the first whose credentials are not missing."""

    resolvers: Sequence[CredentialsResolver]

    def resolve(self) -> StorageCredentials:
        """The credentials. Raises the last resolver's MissingCredentialsError where all of them miss theirs."""
        missing: MissingCredentialsError | None = None
        for resolver in self.resolvers:
            try:
                return resolver.resolve()
            except MissingCredentialsError as error:
                missing = error
        raise missing or MissingCredentialsError("storage", variables=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCredentials:
    """Credentials from code of the user's own: a vault, a token exchange, a cloud's metadata service.

    ``target`` is a function without arguments that returns StorageCredentials, or its import string
    (``"package.module:function"``). It is called for every command that brings no credentials; let it keep what is
    costly to get. ``key`` is the setting that names it.
    """

    target: str | Callable[[], StorageCredentials]
    key: str

    def resolve(self) -> StorageCredentials:
        """What the function returns.

        Raises ConfigurationError where it cannot be imported, fails, or returns something else; errors of this library
        pass. The words of a foreign error may hold a secret: only its class is told.
        """
        try:
            found = load(self.target)()
        except UnderstudyError:
            raise
        except Exception as error:  # noqa: BLE001 - a user's own code may raise anything
            reason = f"the credentials' function {self._name()} failed with {type(error).__name__}"
        else:
            if isinstance(found, StorageCredentials):
                return found
            reason = f"the credentials' function {self._name()} returned {type(found).__name__}, not StorageCredentials"
        raise ConfigurationError([Fault(where=self.key, reason=reason)])

    def _name(self) -> str:
        return self.target if isinstance(self.target, str) else getattr(self.target, "__qualname__", "of the settings")
