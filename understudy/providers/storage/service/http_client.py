"""The driver at the other end of HTTP, over the shared HTTP layer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from understudy.config.models.http import HttpOverrides, HttpSettings, RetryOverrides, RetrySettings, TimeoutOverrides
from understudy.domain.errors import (
    ConfigurationError,
    Fault,
    LimitExceededError,
    ProviderError,
    RequestTimeoutError,
    StorageError,
)
from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode
from understudy.providers.http import ErrorAnswer, HttpClients, default_error
from understudy.providers.http.origin import Origin
from understudy.providers.portal import Portal
from understudy.providers.storage.service.envelope import error_of
from understudy.providers.storage.service.json_bodies import error_of_json
from understudy.providers.storage.service.options import DEFAULT_MAX_MESSAGE
from understudy.providers.storage.service.remote import PATIENCE, RemoteDriver, Sending
from understudy.providers.storage.service.retrying import Lost

if TYPE_CHECKING:
    import httpx

__all__ = ["HttpDriverClient"]

_PROTOBUF = "application/x-protobuf"
_TOO_LONG = "Raise the limit, or do less at once."
_UNLIMITED = 1e9
"""Seconds: a command is silent until it has ended, so that each request's deadline has to do for reading too."""


class HttpDriverClient(RemoteDriver):
    """A DriverClient of a service at ``base_url``, over the library's HTTP layer on a thread of its own.

    ``token`` is sent as a bearer token. ``settings`` are those of the HTTP layer: TLS, connecting, ``retry``. Plain
    http beyond loopback is refused unless ``allow_plaintext``: commands carry credentials. ``transport`` takes the
    network's place, in tests. The rest as RemoteDriver. Raises ConfigurationError for a base URL that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        backend: str = "",
        *,
        token: Secret | None = None,
        settings: HttpSettings | None = None,
        allow_plaintext: bool = False,
        retry: RetrySettings | None = None,
        max_message: int = DEFAULT_MAX_MESSAGE,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        origin = Origin.of(base_url, provider="storage")
        if not (origin.keeps_secrets or allow_plaintext):
            raise ConfigurationError(
                [Fault(where=origin.netloc, reason="credentials would cross the network in clear: plain http")],
                hint="Use https, or allow_plaintext=True where the network is trusted.",
            )
        chosen = settings or HttpSettings()
        super().__init__(backend, retry=retry or chosen.retry, max_message=max_message, patience=patience, sleep=sleep)
        limits = chosen.limits.model_copy(update={"response_bytes": max_message})
        self._clients = HttpClients(chosen.model_copy(update={"limits": limits}), transport=transport)
        self._client = self._clients.client(
            provider="storage",
            base_url=base_url,
            secret_headers={} if token is None else {"authorization": _bearer(token)},
            overrides=HttpOverrides(
                retry=RetryOverrides(max_retries=0),  # whether to ask again is for all ways the same: RemoteDriver's
                timeout=TimeoutOverrides(read=_UNLIMITED),
            ),
            errors=_refusal,
            allow_plain_http=allow_plaintext,
        )
        self._portal = Portal("understudy-storage-client")
        self._closed = False

    def __repr__(self) -> str:
        return f"<HttpDriverClient {self._client.base_url} {self._backend or '(default)'}>"

    def close(self) -> None:
        """Close the connections, and the thread."""
        if self._closed:
            return
        self._closed = True
        with suppress(RuntimeError):  # from the portal's own thread, or after a fork
            self._portal.run(self._clients.aclose())
        self._portal.close()

    def _send(self, sending: Sending) -> bytes:
        if self._closed:
            raise self._failed(StorageCode.CONNECTION, "the client is closed", sending.command)
        failure: StorageError | Lost
        try:
            return self._portal.run(self._post(sending))
        except _RefusedError as error:
            failure = error.storage
        except ProviderError as error:
            failure = self._lost(error, sending)
        except RuntimeError:  # the portal's word for a call that was running when it was closed
            failure = self._stopped(sending)
        raise failure

    def _stopped(self, sending: Sending) -> StorageError:
        return self._failed(StorageCode.CANCELLED, "stopped, for the client was closed", sending.command)

    async def _post(self, sending: Sending) -> bytes:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        cancellation = sending.cancellation

        def stop() -> None:
            if task is not None:
                loop.call_soon_threadsafe(task.cancel)

        if cancellation is not None:
            cancellation.tell(stop)
        try:
            response = await self._client.request(
                "POST",
                "/v1/execute",
                operation=sending.command,
                content=sending.body,
                headers={"content-type": _PROTOBUF, "accept": _PROTOBUF, "accept-encoding": "identity"},
                timeout=sending.timeout,
                once=not sending.repeatable,
            )
        except asyncio.CancelledError:
            if cancellation is None or not cancellation.cancelled:
                raise
        else:
            return response.content
        finally:
            if cancellation is not None:
                cancellation.forget(stop)
        raise self._failed(StorageCode.CANCELLED, "stopped, for who asked for it no longer wants it", sending.command)

    def _lost(self, error: ProviderError, sending: Sending) -> StorageError | Lost:
        """What went wrong on the way. An answer that is none of ours is a proxy's."""
        if self._closed:
            return self._stopped(sending)
        words = f"no answer from {self._client.host}: {error.message}"
        if isinstance(error, LimitExceededError):
            return self._failed(StorageCode.MESSAGE_TOO_LARGE, words, sending.command, hint="Raise max_message.")
        if isinstance(error, RequestTimeoutError) and error.phase not in ("connect", "queue"):
            return self._failed(StorageCode.TIMEOUT, words, sending.command, hint=_TOO_LONG)
        lost = self._failed(StorageCode.CONNECTION, words, sending.command, hint=error.hint)
        if not error.retryable:
            return lost
        return Lost(lost, reached=error.phase not in ("connect", "queue"))


class _RefusedError(ProviderError):
    """Carries the service's own error through the HTTP layer."""

    storage: StorageError


def _refusal(answer: ErrorAnswer) -> ProviderError:
    message = error_of_json(answer.body)
    if message is None:
        return default_error(answer)
    carried = _RefusedError("the service says no", status=answer.status)
    carried.storage = error_of(message)
    return carried


def _bearer(token: Secret) -> Secret:
    return Secret(f"Bearer {token.reveal()}")
