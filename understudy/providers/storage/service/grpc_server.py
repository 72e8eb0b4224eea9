"""The driver over gRPC: one method, on grpcio's thread-pool server, with its health and reflection services.

grpcio's asynchronous server costs more for each call than this one, and commands block.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import HealthServicer
from grpc_reflection.v1alpha import reflection

from understudy.domain.cancellation import Cancellation
from understudy.domain.errors import StorageError, UnderstudyError
from understudy.providers.storage.service.dispatch import StorageService
from understudy.providers.storage.service.envelope import FOREVER, parse_request
from understudy.providers.storage.service.options import Address, ServiceOptions
from understudy.providers.storage.service.sending import DETAILS, answer_bytes, status_details
from understudy.providers.storage.service.statuses import statuses_of
from understudy.providers.storage.service.tokens import unauthenticated

__all__ = ["SERVICE", "GrpcServer"]

SERVICE = "understudy.storage.v1.StorageDriverService"
_METHOD = "Execute"
_WORDS = 1000  # characters of a status; the whole message is in its details
_PING_MS = 10_000
_IDLE_MS = 60_000


class GrpcServer:
    """Serves ``service`` at ``address``. Start it once; drain it, and it is closed.

    Raises ConfigurationError as ServiceOptions says, and UnderstudyError where the address cannot be listened on.
    """

    def __init__(self, service: StorageService, address: Address, options: ServiceOptions) -> None:
        options.check(address)
        self._service = service
        self._options = options
        self._pool = ThreadPoolExecutor(options.workers, thread_name_prefix="understudy-storage-grpc")
        self._server = grpc.server(
            self._pool,
            maximum_concurrent_rpcs=options.workers + options.queue,
            options=[
                ("grpc.max_receive_message_length", options.max_message),
                ("grpc.max_send_message_length", options.max_message),
                ("grpc.so_reuseport", 0),
                # Both ends look whether the other is still there while a long command runs.
                ("grpc.http2.min_recv_ping_interval_without_data_ms", _PING_MS),
                ("grpc.keepalive_time_ms", _IDLE_MS),
            ],
        )
        self._health = HealthServicer()
        self.address = self._bind(address)
        self._register()

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def drain(self, seconds: float) -> None:
        """Take no more calls, give those that run ``seconds`` to end, and stop the rest. Returns when all are over."""
        self._health.enter_graceful_shutdown()
        self._server.stop(seconds).wait()
        self._pool.shutdown(wait=True)

    def _bind(self, address: Address) -> Address:
        try:
            if self._options.tls is None:
                port = self._server.add_insecure_port(str(address))
            else:
                key, certificate, client_ca = self._options.tls.read()
                credentials = grpc.ssl_server_credentials(
                    [(key, certificate)], root_certificates=client_ca, require_client_auth=client_ca is not None
                )
                port = self._server.add_secure_port(str(address), credentials)
        except RuntimeError as error:
            raise UnderstudyError(
                f"{address} cannot be listened on for gRPC.",
                hint="Is the port taken? Name another one, or 0 for any. With TLS, check certificate and key.",
            ) from error
        return Address(address.host, port)

    def _register(self) -> None:
        handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(self._execute)
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {_METHOD: handler}),))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        for name in ("", SERVICE):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        names = (SERVICE, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    def _execute(self, raw: bytes, context: grpc.ServicerContext) -> bytes:
        """The method, bytes to bytes: a request that is none gets a typed error too."""
        cancellation = Cancellation()
        context.add_callback(cancellation.cancel)
        try:
            if self._options.tokens is not None and not self._options.tokens.accepts(_authorization(context)):
                raise unauthenticated()
            message = parse_request(raw)
            left = context.time_remaining()
            limit = left if left < FOREVER else None  # none is told as centuries
            response = self._service.execute(message, cancellation=cancellation, time_left=limit)
            return answer_bytes(response, message, self._options.max_message)
        except StorageError as error:
            failure = error
        return _abort(context, failure)


class _Status(grpc.Status):
    """A status with details, as grpcio takes one."""

    def __init__(self, error: StorageError) -> None:
        self.code = grpc.StatusCode[statuses_of(error.code).grpc]
        self.details = str(error)[:_WORDS]
        self.trailing_metadata = ((DETAILS, status_details(error, self.code.value[0], self.details)),)


def _abort(context: grpc.ServicerContext, error: StorageError) -> NoReturn:
    context.abort_with_status(_Status(error))


def _authorization(context: grpc.ServicerContext) -> str | None:
    for name, value in context.invocation_metadata() or ():
        if name == "authorization":
            return value if isinstance(value, str) else None
    return None
