"""The stand-in's service: models, and tokens by user. An emulator puts it behind HTTP."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.config.models.maas_mock import MaasMockSettings
from understudy.domain.secrets import Secret
from understudy.providers.maas.durations import LEAST, go_duration, seconds_of

__all__ = ["MaasAnswer", "MaasServer"]

_CREATED = 1_704_067_200


@dataclass(frozen=True, slots=True)
class MaasAnswer:
    """What the service says: a status, and JSON where there is any."""

    status: int
    body: Any = None


class MaasServer:
    """Issues tokens to users, by the tokens that they bring, and forgets them again. ``wall`` is the time."""

    def __init__(self, settings: MaasMockSettings, *, wall: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._wall = wall
        self._issued: dict[str, dict[str, int]] = {}
        self._count = 0
        self._lock = threading.Lock()

    def models(self) -> MaasAnswer:
        """The list of models."""
        data = [
            {
                "id": model.id,
                "object": "model",
                "created": _CREATED,
                "owned_by": model.owned_by,
                "ready": model.ready,
                "url": model.url or f"https://models.mock.invalid/{model.id}",
            }
            for model in self._settings.models
        ]
        return MaasAnswer(200, {"object": "list", "data": data})

    def issue(self, user: Secret, body: Any) -> MaasAnswer:
        """A new token, where the expiration asked for can be granted."""
        asked = body.get("expiration", "4h") if isinstance(body, Mapping) else None
        # A digit string is no duration in Go: seconds are a number.
        numeric = isinstance(asked, str) and asked.isdecimal()
        seconds = None if numeric or not isinstance(asked, str | int | float) else seconds_of(asked)
        if seconds is None:
            return MaasAnswer(400, {"error": "invalid request body: expiration is not a duration"})
        if seconds < LEAST:
            return MaasAnswer(400, {"error": "expiration must be at least 10 minutes"})
        with self._lock:
            self._count += 1
            owner = _owner(user)
            token = f"mock-maas-{self._count}-{owner[:8]}"
            expires = int(self._wall() + seconds)
            self._issued.setdefault(owner, {})[token] = expires
        made: dict[str, Any] = {"token": token, "expiresAt": expires}
        if not self._settings.omits_expiration:
            made["expiration"] = go_duration(seconds)
        return MaasAnswer(201, made)

    def revoke(self, user: Secret) -> MaasAnswer:
        """Forget a user's tokens."""
        with self._lock:
            self._issued.pop(_owner(user), None)
        return MaasAnswer(204)

    def is_valid(self, token: Secret) -> bool:
        """Whether a token was issued, has not been revoked and has not expired."""
        with self._lock:
            expires = next((each[token.reveal()] for each in self._issued.values() if token.reveal() in each), None)
        return expires is not None and self._wall() < expires


def _owner(user: Secret) -> str:
    return hashlib.sha256(user.reveal().encode()).hexdigest()
