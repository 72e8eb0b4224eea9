"""``understudy storage serve``: the settings' backends as a service for programs elsewhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

import click

from understudy.cli.logs import verbose_option
from understudy.cli.options import SettingsChoice, settings_options
from understudy.cli.storage_session import open_storage
from understudy.cli.terminal import note, write
from understudy.providers.portal import PATIENCE

if TYPE_CHECKING:
    from understudy.providers.storage.facade import Storage
    from understudy.providers.storage.service.dispatch import StorageService
    from understudy.providers.storage.service.options import Address
    from understudy.providers.storage.service.server import StorageServer

__all__ = ["serve"]

_PEM = click.Path(path_type=Path, dir_okay=False)
_LARGEST = 2**31 - 1  # what gRPC can count


@click.command()
@click.option("--grpc", metavar="HOST:PORT", help="Listen here for gRPC; port 0 is any that is free.")
@click.option("--http", metavar="HOST:PORT", help="Listen here for HTTP, protobuf or JSON.")
@click.option(
    "--backend",
    "-b",
    "backends",
    multiple=True,
    metavar="NAME",
    help="Serve this backend or instance; may be repeated, the first answers who names none."
    "  [default: the settings' storage.default]",
)
@click.option("--token-file", type=_PEM, help="Accept only who brings one of its tokens, one a line.")
@click.option("--tls-cert", type=_PEM, help="The service's certificate chain, PEM.")
@click.option("--tls-key", type=_PEM, help="Its private key, PEM.")
@click.option("--client-ca", type=_PEM, help="Accept only who has a certificate of this authority, PEM.")
@click.option(
    "--max-message",
    type=click.IntRange(1024, _LARGEST),
    default=64 * 1024 * 1024,
    show_default=True,
    help="Bytes that a request or an answer may have.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1024),
    default=16,
    show_default=True,
    help="Commands that run at once, by each of gRPC and HTTP.",
)
@click.option(
    "--drain-seconds",
    type=click.FloatRange(0, 86_400),
    default=30.0,
    show_default=True,
    help="How long running commands may take once the service is to end; then they are stopped.",
)
@click.option("--allow-insecure", is_flag=True, help="Listen beyond this machine without TLS or tokens too.")
@settings_options
@verbose_option
def serve(
    *,
    grpc: str | None,
    http: str | None,
    backends: tuple[str, ...],
    token_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    client_ca: Path | None,
    max_message: int,
    workers: int,
    drain_seconds: float,
    allow_insecure: bool,
    choice: SettingsChoice,
) -> None:
    """Serve storage backends over gRPC and HTTP until SIGTERM or Ctrl-C.

    Once it answers it prints one line: ready, grpc=HOST:PORT, http=URL. SIGTERM and Ctrl-C let commands that run end
    and take no new ones; the same signal again ends it at once. A request without
    credentials runs as whom the settings say.
    """
    where = _Where(_address(grpc, "--grpc"), _address(http, "--http"))
    if where == (None, None):
        raise click.UsageError("Say where to listen: --grpc HOST:PORT, --http HOST:PORT or both.")
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key go together.")
    if client_ca is not None and tls_cert is None:
        raise click.UsageError("--client-ca needs --tls-cert and --tls-key.")
    with _signals() as signals, open_storage(choice) as storage:
        service = _service(storage, backends)
        from understudy.providers.storage.service.options import ServiceOptions, TlsFiles
        from understudy.providers.storage.service.server import StorageServer
        from understudy.providers.storage.service.tokens import BearerTokens

        tls = None
        if tls_cert is not None and tls_key is not None:
            tls = TlsFiles(certificate=tls_cert, key=tls_key, client_ca=client_ca)
        options = ServiceOptions(
            max_message=max_message,
            workers=workers,
            tokens=None if token_file is None else BearerTokens.from_file(token_file),
            tls=tls,
            allow_insecure=allow_insecure,
        )
        with StorageServer(
            service, grpc=where.grpc, http=where.http, options=options, drain_seconds=drain_seconds
        ) as server:
            write(_ready(server))
            _wait(signals)
            note(f"Ending: commands that run have {drain_seconds:g} s.")


class _Where(NamedTuple):
    grpc: Address | None
    http: Address | None


def _address(text: str | None, option: str) -> Address | None:
    if text is None:
        return None
    from understudy.providers.storage.service.options import Address

    try:
        return Address.parse(text)
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None


def _service(storage: Storage, names: tuple[str, ...]) -> StorageService:
    """Each backend under the name by which it was asked for."""
    from understudy.providers.storage.service.dispatch import StorageService

    wanted = names or (storage.default,)
    return StorageService(
        {name: storage.driver(name) for name in wanted},
        default=wanted[0],
        credentials={name: partial(storage.credentials, name) for name in wanted},
    )


def _ready(server: StorageServer) -> str:
    found = {"grpc": server.grpc_address, "http": server.http_url}
    return " ".join(["ready", *(f"{name}={address}" for name, address in found.items() if address is not None)])


@contextmanager
def _signals() -> Iterator[SimpleQueue[int]]:
    """SIGTERM and SIGINT as they come, the first of each; a second one ends the process as it stands."""
    come: SimpleQueue[int] = SimpleQueue()  # the one thing that a signal's handler may put into without a deadlock

    def take(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        come.put(number)

    before = {number: signal.signal(number, take) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield come
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(signals: SimpleQueue[int]) -> None:
    while True:
        with suppress(Empty):
            signals.get(timeout=PATIENCE)
            return
