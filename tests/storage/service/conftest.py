"""A driver that does what a test says, served over both ways, and clients for them."""

import contextlib
import threading

import pytest

from understudy.config.models.http import HttpSettings, RetrySettings
from understudy.domain.secrets import Secret
from understudy.domain.storage import CommandResult, IdentifierRules, LogLevel, LogMessage, StorageCapabilities
from understudy.domain.storage_errors import StorageCode, storage_error
from understudy.providers.storage.driver import command_name
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.dispatch import StorageService
from understudy.providers.storage.service.grpc_client import GrpcDriverClient
from understudy.providers.storage.service.http_client import HttpDriverClient
from understudy.providers.storage.service.options import Address, ServiceOptions
from understudy.providers.storage.service.server import StorageServer
from understudy.providers.storage.service.tokens import BearerTokens

TOKEN = Secret("the-token-of-these-tests")
PATIENCE = 30
RETRY = RetrySettings(max_retries=3, backoff_base=0.01, jitter=False)


class ScriptedDriver:
    """Does what the project id of an UpdateProject says; remembers every call."""

    backend = "scripted"
    capabilities = StorageCapabilities(
        commands=frozenset({"UpdateProject", "ListSchemas", "DropTable"}),
        identifiers=IdentifierRules(fold="upper", max_length=128),
        file_storages=frozenset({"s3", "local"}),
        sharing=True,
        primary_keys="declared",
        path_depth=(1, 3),
        custom={"acme.snapshots": True},
    )

    def __init__(self):
        self.calls = []
        self.began = threading.Event()
        self.released = threading.Event()
        self.stopped = threading.Event()
        self.hook = None

    def run_command(self, credentials, command, features=(), runtime_options=None):
        self.calls.append((credentials, command, features, runtime_options))
        if self.hook is not None:
            self.hook()
        if isinstance(command, pb.ListSchemasCommand):
            answer = pb.ListSchemasResponse(schemas=(command.database_name or "main").split("+"))
            return CommandResult(response=answer, messages=(LogMessage(level=LogLevel.NOTICE, message="one schema"),))
        if isinstance(command, pb.UpdateProjectCommand):
            self._play(command, runtime_options)
        return CommandResult(response=None)

    def _play(self, command, options):
        if command.project_id == "wait":
            options.cancellation.tell(self.released.set)
            self.began.set()
            ended = self.released.wait(min(PATIENCE, options.timeout or PATIENCE))
            if options.cancellation.cancelled or not ended:
                self.stopped.set()
                code = StorageCode.CANCELLED if options.cancellation.cancelled else StorageCode.TIMEOUT
                raise storage_error(code, "stopped", backend=self.backend, command="UpdateProject")
        elif command.project_id == "crash":
            raise RuntimeError("the password is hunter2")
        elif command.project_id.isdigit():
            error = storage_error(
                int(command.project_id),
                command.region,
                backend=self.backend,
                command=command_name(command),
                hint="Do otherwise.",
                retryable=command.timezone == "retryable",
            )
            error.log = (LogMessage(level=LogLevel.WARNING, message="told before"),)
            raise error

    def close(self):
        self.released.set()


@pytest.fixture
def driver():
    scripted = ScriptedDriver()
    yield scripted
    scripted.close()


@pytest.fixture
def serve(driver):
    """``with serve(options…) as server``: the scripted driver over gRPC and HTTP, on free ports."""

    @contextlib.contextmanager
    def start(*, drain_seconds=5.0, drivers=None, default=None, grpc=0, http=0, credentials=None, **options):
        service = StorageService(drivers or {"scripted": driver}, default=default, credentials=credentials or {})
        options.setdefault("tokens", BearerTokens([Secret("an-older-token-still-valid"), TOKEN]))
        server = StorageServer(
            service,
            grpc=Address("127.0.0.1", grpc),
            http=Address("127.0.0.1", http),
            options=ServiceOptions(**options),
            drain_seconds=drain_seconds,
        )
        with server:
            yield server

    return start


@pytest.fixture(params=["grpc", "http"])
def way(request):
    return request.param


@pytest.fixture
def connect(way):
    """``connect(server)``: a client over gRPC, and in another run of the test over HTTP; closed at its end."""
    with contextlib.ExitStack() as stack:

        def make(server, *, token=TOKEN, **options):
            options.setdefault("retry", RETRY)
            if way == "grpc":
                client = GrpcDriverClient(str(server.grpc_address), token=token, **options)
            else:
                settings = HttpSettings(retry=options.pop("retry"))
                client = HttpDriverClient(server.http_url, token=token, settings=settings, **options)
            return stack.enter_context(client)

        yield make


@pytest.fixture
def server(serve):
    with serve() as running:
        yield running


@pytest.fixture
def client(server, connect):
    return connect(server)
