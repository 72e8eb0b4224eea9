"""The operations of a MaaS client, the same for the service and for its stand-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from understudy.config.models.platform import MaasSettings
from understudy.domain.errors import InvalidRequestError, ResponseDecodeError
from understudy.domain.identity import RequestIdentity
from understudy.domain.maas import MaasModel, MaasToken
from understudy.domain.secrets import Secret
from understudy.providers.maas.durations import expiration_of
from understudy.providers.maas.errors import coded
from understudy.providers.maas.tokens import TokenCache

__all__ = ["MaasOperations"]


class MaasOperations(ABC):
    """Checks, asks, reads, and keeps tokens. How a request is answered is left to the classes below."""

    __slots__ = ("_identity", "_settings", "_tokens")

    def __init__(self, identity: RequestIdentity, *, settings: MaasSettings, tokens: TokenCache) -> None:
        self._identity = identity
        self._settings = settings
        self._tokens = tokens

    @property
    def identity(self) -> RequestIdentity:
        """On whose behalf this client asks."""
        return self._identity

    async def list_models(self) -> tuple[MaasModel, ...]:
        """The models that the user may use."""
        with coded():
            page = await self._call("list_models", "GET", self._settings.models_path)
            data = page.get("data") if isinstance(page, Mapping) else None
            # A service without models may say null for none.
            if not isinstance(data, list) and not (isinstance(page, Mapping) and "data" in page and data is None):
                raise _unexpected("list_models", "has no list `data`")
            return tuple(_model_of(each) for each in data or ())

    async def issue_token(self, *, expiration: str | int | None = None) -> MaasToken:
        """A new token, each time. ``expiration``: seconds, or a duration as ``4h``; at least ten minutes."""
        with coded():
            asked = self._settings.token_expiration if expiration is None else expiration
            body = {"expiration": expiration_of("issue_token", asked)}
            return _token_of(await self._call("issue_token", "POST", self._settings.tokens_path, body))

    async def revoke_all_tokens(self) -> None:
        """Make all tokens of the user invalid, those that were kept included."""
        user = self._identity.cache_key()
        with coded():
            try:
                await self._call("revoke_all_tokens", "DELETE", self._settings.tokens_path)
            finally:
                # Also after a failure: the service may have done it all the same.
                self._tokens.forget(user)

    async def token_for(self, model: str, /, *, namespace: str = "") -> Secret:
        """A token that is kept for this namespace, user and model; a new one every 30 minutes."""
        with coded():
            if not model:
                message = "model is required. Nothing was sent."
                raise InvalidRequestError(message, provider="maas", operation="token_for", phase="send", hint="")
            self._identity.require_token(provider="maas", operation="token_for")
            return await self._tokens.get(namespace, self._identity.cache_key(), model, self.issue_token)

    @abstractmethod
    async def _call(self, operation: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The decoded JSON; None where the answer is empty. Raises ProviderError."""


def _model_of(data: Any) -> MaasModel:
    if not isinstance(data, Mapping) or not isinstance(data.get("id"), str) or not data["id"]:
        raise _unexpected("list_models", "has a model without an id")
    created = data.get("created")
    return MaasModel(
        id=data["id"],
        ready=data.get("ready") is True,
        url=data["url"] if isinstance(data.get("url"), str) and data["url"] else None,
        owned_by=data["owned_by"] if isinstance(data.get("owned_by"), str) else "",
        created_at=created if isinstance(created, int) else None,
        raw=data,
    )


def _token_of(data: Any) -> MaasToken:
    token = data.get("token") if isinstance(data, Mapping) else None
    if not isinstance(token, str) or not token or not (token.isascii() and token.isprintable()) or " " in token:
        raise _unexpected("issue_token", "has no token that a header could carry")
    expires, expiration = data.get("expiresAt"), data.get("expiration")
    return MaasToken(
        token=Secret(token),
        expires_at=int(expires) if isinstance(expires, int | float) and not isinstance(expires, bool) else None,
        expiration=expiration if isinstance(expiration, str) and expiration else None,
    )


def _unexpected(operation: str, what: str) -> ResponseDecodeError:
    return ResponseDecodeError(f"The answer {what}.", provider="maas", operation=operation, phase="decode")
