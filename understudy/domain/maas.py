"""The port to models as a service: which models there are, and tokens to use them with, on behalf of one user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

from understudy.domain.secrets import Secret

__all__ = ["MaasClient", "MaasModel", "MaasToken"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class MaasModel:
    """A model that the service offers. ``url`` is where it is served; ``created_at`` in seconds since the epoch."""

    id: str
    ready: bool = False
    url: str | None = None
    owned_by: str = ""
    created_at: int | None = None
    raw: Mapping[str, Any] = field(default_factory=_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaasToken:
    """A token for the service's models.

    ``expiration`` is how long it lives, as the service writes it; None where it does not say. ``expires_at`` is in
    seconds since the epoch.
    """

    token: Secret
    expires_at: int | None = None
    expiration: str | None = None


@runtime_checkable
class MaasClient(Protocol):
    """Models as a service, as one user sees it.

    Arguments are checked before anything is sent: InvalidRequestError. Failures are ProviderError subclasses whose
    ``code`` is SERVER_UNAVAILABLE (the network, or a status of 500 and above), INVALID_REQUEST (400), UNAUTHORIZED
    (401) or INVALID_RESPONSE (anything else).
    """

    async def list_models(self) -> tuple[MaasModel, ...]:
        """The models that the user may use."""
        ...

    async def issue_token(self, *, expiration: str | int | None = None) -> MaasToken:
        """A new token, each time. ``expiration``: seconds, or a duration as ``4h``; at least ten minutes.

        None: what the settings say.
        """
        ...

    async def revoke_all_tokens(self) -> None:
        """Make all tokens of the user invalid, those that were kept included."""
        ...

    async def token_for(self, model: str, /, *, namespace: str = "") -> Secret:
        """A token that is kept for this namespace, user and model; a new one every 30 minutes."""
        ...

    async def aclose(self) -> None:
        """Refuse further calls; the shared pool stays open. May be called twice."""
        ...
