"""A storage service as one thing: both ways of asking it, started and drained together."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from understudy.domain.errors import MissingDependencyError
from understudy.providers.storage.service.options import Address, ServiceOptions

if TYPE_CHECKING:
    from understudy.providers.storage.service.dispatch import StorageService

__all__ = ["StorageServer"]


class _Way(Protocol):
    address: Address

    def start(self) -> None: ...
    def drain(self, seconds: float) -> None: ...


class StorageServer:
    """Serves ``service`` over gRPC at ``grpc`` and over HTTP at ``http``; None for one that is not wanted.

    In a ``with`` block it is started, and drained at its end within ``drain_seconds``. The drivers stay open.

    Raises ConfigurationError for an address beyond loopback without TLS and authentication, and for certificates that
    cannot be used; UnderstudyError for one that is taken; MissingDependencyError where the extra ``grpc`` is not there.
    """

    def __init__(
        self,
        service: StorageService,
        *,
        grpc: Address | None = None,
        http: Address | None = None,
        options: ServiceOptions | None = None,
        drain_seconds: float = 30.0,
    ) -> None:
        self._options = options or ServiceOptions()
        self._drain_seconds = drain_seconds
        self._draining = threading.Lock()
        self._drained = False
        self._grpc: _Way | None = None
        self._http: _Way | None = None
        if http is not None:
            from understudy.providers.storage.service.http_server import HttpServer

            self._http = HttpServer(service, http, self._options)
        if grpc is not None:
            self._grpc = _grpc_server(service, grpc, self._options)

    @property
    def grpc_address(self) -> Address | None:
        """Where it listens for gRPC, its port as it is."""
        return None if self._grpc is None else self._grpc.address

    @property
    def http_address(self) -> Address | None:
        """Where it listens for HTTP, its port as it is once it has been started."""
        return None if self._http is None else self._http.address

    @property
    def http_url(self) -> str | None:
        """The base URL for HTTP."""
        scheme = "http" if self._options.tls is None else "https"
        return None if self._http is None else f"{scheme}://{self._http.address}"

    def start(self) -> None:
        """Begin to answer."""
        try:
            for way in self._ways():
                way.start()
        except BaseException:
            self.drain(0)
            raise

    def drain(self, seconds: float) -> None:
        """Take no more calls, give those that run ``seconds`` to end, and stop the rest. Returns when all are over.

        Draining twice is harmless: the second waits for the first.
        """
        with self._draining:
            if not self._drained:
                self._drained = True
                self._drain_all(seconds)

    def _drain_all(self, seconds: float) -> None:
        threads = [threading.Thread(target=way.drain, args=(seconds,)) for way in self._ways()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drain(self._drain_seconds)

    def _ways(self) -> list[_Way]:
        return [way for way in (self._grpc, self._http) if way is not None]


def _grpc_server(service: StorageService, address: Address, options: ServiceOptions) -> _Way:
    try:
        from understudy.providers.storage.service.grpc_server import GrpcServer
    except ImportError as error:
        raise MissingDependencyError(
            "storage service", target="grpc", reason=str(error), install="pip install 'understudy[grpc]'"
        ) from error
    return GrpcServer(service, address, options)
