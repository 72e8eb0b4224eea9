"""The driver at the other end of a gRPC channel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import cast

import grpc
from google.protobuf.message import DecodeError

from understudy.config.models.http import RetrySettings
from understudy.domain.errors import ConfigurationError, Fault, StorageError
from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageCode
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import error_of
from understudy.providers.storage.service.options import DEFAULT_MAX_MESSAGE, Address, ClientTls
from understudy.providers.storage.service.remote import PATIENCE, RemoteDriver, Sending
from understudy.providers.storage.service.retrying import Lost
from understudy.providers.storage.service.sending import DETAILS

__all__ = ["GrpcDriverClient"]

_METHOD = "/understudy.storage.v1.StorageDriverService/Execute"
_PING_MS = 30_000
_PONG_MS = 10_000
_HEADER_BYTES = 65_536
_TOO_LONG = "Raise the limit, or do less at once."

_LOST = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.CANCELLED})
"""Of what has come to nobody, or to a service that then was stopped: that cancels what it has not answered."""

_NEVER_SENT = ("failed to connect", "Concurrent RPC limit", "dns resolution", "DNS resolution", "Handshake")
"""Words of grpcio for a call that has not reached a handler; it has no better sign of it."""


class GrpcDriverClient(RemoteDriver):
    """A DriverClient of a service at ``address``, ``HOST:PORT``, over one channel.

    ``token`` is sent as a bearer token. ``tls`` says whom to trust; without it everything goes in clear, which is
    refused for a host beyond loopback unless ``allow_plaintext``: commands carry credentials. The rest as RemoteDriver.
    Raises ValueError for what is no address, ConfigurationError for a connection in clear.
    """

    def __init__(
        self,
        address: str,
        backend: str = "",
        *,
        token: Secret | None = None,
        tls: ClientTls | None = None,
        allow_plaintext: bool = False,
        retry: RetrySettings | None = None,
        max_message: int = DEFAULT_MAX_MESSAGE,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(backend, retry=retry, max_message=max_message, patience=patience, sleep=sleep)
        self._address = Address.parse(address)
        self._token = token
        self._closed = False
        self._channel = self._open(tls, allow_plaintext=allow_plaintext)
        self._execute: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(_METHOD)

    def __repr__(self) -> str:
        return f"<GrpcDriverClient {self._address} {self._backend or '(default)'}>"

    def close(self) -> None:
        """Close the channel."""
        self._closed = True
        self._channel.close()

    def _open(self, tls: ClientTls | None, *, allow_plaintext: bool) -> grpc.Channel:
        options = [
            ("grpc.max_receive_message_length", self._max_message),
            ("grpc.max_send_message_length", -1),
            ("grpc.max_metadata_size", _HEADER_BYTES),
            ("grpc.keepalive_time_ms", _PING_MS),
            ("grpc.keepalive_timeout_ms", _PONG_MS),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2_000),
        ]
        if tls is not None:
            authority, key, certificate = tls.read()
            credentials = grpc.ssl_channel_credentials(authority, key, certificate)
            return grpc.secure_channel(str(self._address), credentials, options)
        if not (self._address.loopback or allow_plaintext):
            raise ConfigurationError(
                [Fault(where=str(self._address), reason="credentials would cross the network in clear: no TLS")],
                hint="Pass tls=ClientTls(), or allow_plaintext=True where the network is trusted.",
            )
        return grpc.insecure_channel(str(self._address), options)

    def _send(self, sending: Sending) -> bytes:
        try:
            if sending.cancellation is None:
                return self._execute(sending.body, timeout=sending.timeout, metadata=self._metadata())
            return self._cancellable(sending)
        except grpc.RpcError as error:
            failure = self._failure(cast("grpc.Call", error), sending)  # it is both; the stubs do not say so
        except ValueError:  # grpcio's word for a channel that is closed
            failure = self._failed(StorageCode.CONNECTION, "the client is closed", sending.command)
        raise failure

    def _cancellable(self, sending: Sending) -> bytes:
        cancellation = sending.cancellation
        call = self._execute.future(sending.body, timeout=sending.timeout, metadata=self._metadata())
        if cancellation is None:
            return call.result()
        cancellation.tell(call.cancel)
        try:
            return call.result()
        except grpc.FutureCancelledError:
            pass
        finally:
            cancellation.forget(call.cancel)
        raise self._failed(StorageCode.CANCELLED, "stopped, for who asked for it no longer wants it", sending.command)

    def _metadata(self) -> tuple[tuple[str, str | bytes], ...] | None:
        return None if self._token is None else (("authorization", f"Bearer {self._token.reveal()}"),)

    def _failure(self, error: grpc.Call, sending: Sending) -> StorageError | Lost:
        """What a status means: the service's own error where it has details, else something on the way."""
        told = _told(error)
        if told is not None:
            return told
        words, status = (error.details() or "").strip(), error.code()
        if status is grpc.StatusCode.DEADLINE_EXCEEDED:
            reason = f"no answer within {sending.timeout:g} seconds"
            return self._failed(StorageCode.TIMEOUT, reason, sending.command, hint=_TOO_LONG)
        if status is grpc.StatusCode.CANCELLED and self._closed:
            return self._failed(StorageCode.CANCELLED, "stopped, for the client was closed", sending.command)
        if "larger than max" in words:
            return self._failed(
                StorageCode.MESSAGE_TOO_LARGE, f"too large: {words}", sending.command, hint="Raise max_message."
            )
        lost = self._failed(
            StorageCode.CONNECTION,
            f"no answer from {self._address}: {words or status.name}",
            sending.command,
            hint="Is the service there, and does it speak gRPC, with TLS or without as here?",
        )
        if status in _LOST:
            return Lost(lost, reached=not any(word in words for word in _NEVER_SENT))
        return lost


def _told(error: grpc.Call) -> StorageError | None:
    """The StorageError in a status's details."""
    for name, value in error.trailing_metadata() or ():
        if name == DETAILS and isinstance(value, bytes):
            try:
                status = pb.Status.FromString(value)
                for detail in status.details:
                    message = pb.DriverError()
                    if detail.Unpack(message):
                        return error_of(message)
            except DecodeError:  # another's details: the status itself has to do
                return None
    return None
