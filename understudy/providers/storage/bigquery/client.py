"""Who asks: a client of the vendor's, as a service account, as the machine itself, or as nobody."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from understudy.domain.errors import MissingDependencyError
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.fault import CommandFault

if TYPE_CHECKING:
    from google.cloud.bigquery import Client

    from understudy.config.models.storage_backends import BigQuerySettings
    from understudy.domain.storage import StorageCredentials

__all__ = ["connect", "key_of"]

_SCOPES = ("https://www.googleapis.com/auth/bigquery", "https://www.googleapis.com/auth/cloud-platform")
_TOKENS = "https://oauth2.googleapis.com/token"
"""Where tokens are had, whatever a key file says: who brings credentials does not choose whom this machine asks."""


def connect(settings: BigQuerySettings, credentials: StorageCredentials) -> Client:
    """A client as this account. Nothing is asked of the network.

    Without a secret it is the machine's own account, or nobody where the settings name an ``endpoint``. Raises
    MissingDependencyError, CommandFault (1002) for a key that cannot be used.
    """
    bigquery = _library()
    account, project = _account(settings, credentials)
    made: Client = bigquery.Client(
        project=credentials.meta.get("project") or settings.project or project,
        credentials=account,
        location=credentials.meta.get("region") or settings.location,
        client_options={"api_endpoint": str(settings.endpoint).rstrip("/")} if settings.endpoint else None,
    )
    return made


def key_of(credentials: StorageCredentials) -> dict[str, Any]:
    """The service account's key file: whole in the secret, or the secret is its private key and the principal the rest.

    Raises CommandFault (1002), with nothing of the key in it.
    """
    secret = credentials.secret.reveal()
    whole = _parsed(secret)
    if whole is None:
        whole = _parsed(credentials.principal)
        if whole is not None:
            whole["private_key"] = secret.replace("\\n", "\n")
    if whole is None:
        raise _unusable("the principal is no service account in JSON, and the secret is no key file")
    return {**whole, "token_uri": _TOKENS}


def _account(settings: BigQuerySettings, credentials: StorageCredentials) -> tuple[Any, str | None]:
    from google.auth import default
    from google.auth.credentials import AnonymousCredentials
    from google.auth.exceptions import DefaultCredentialsError
    from google.oauth2.service_account import Credentials

    if not credentials.secret:
        if settings.endpoint:
            return AnonymousCredentials(), None  # type: ignore[no-untyped-call]  # the library is not annotated
        try:
            return default(scopes=_SCOPES)
        except DefaultCredentialsError as error:
            raise _unusable("there is no key, and the machine has no account of its own") from error
    key = key_of(credentials)
    try:
        made = Credentials.from_service_account_info(key, scopes=_SCOPES)  # type: ignore[no-untyped-call]  # as above
    except Exception as error:  # noqa: BLE001 - the libraries below have no common root, and their words may quote it
        reason = type(error).__name__
    else:
        return made, made.project_id
    # Outside of the handler, so that nothing of the key goes with the error.
    raise _unusable(f"the service account's key cannot be read ({reason})")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _unusable(reason: str) -> CommandFault:
    return CommandFault(
        StorageCode.AUTHENTICATION,
        reason,
        hint="Give a service account's key file, or its JSON without private_key as principal and the key as secret.",
    )


def _library() -> Any:
    try:
        from google.cloud import bigquery
    except ImportError as error:
        raise MissingDependencyError(
            "bigquery",
            target="google.cloud.bigquery",
            reason=str(error),
            install="pip install 'understudy[bigquery]'",
        ) from error
    return bigquery
