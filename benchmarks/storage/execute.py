"""The round trip of one command to a service: ``python benchmarks/storage/execute.py --help``.

gRPC's Execute is held against a bare grpcio server that answers with the same bytes, and the HTTP bridge against a bare
aiohttp server that a bare connection of http.client asks: the same sizes both ways, in turns, each server in a process
of its own. What is compared is the CPU time of client and server together, for each call.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from understudy.domain.storage import CommandResult, IdentifierRules, StorageCapabilities, StorageCredentials
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.envelope import request_message, response_message

BUDGET = 1.15
SIDES = ("bare grpc", "grpc", "bare http", "http")
PAYLOADS = ("empty", "100x8")
_METHOD = "/understudy.storage.v1.StorageDriverService/Execute"
_WARMING = 200


def answer(payload: str) -> CommandResult:
    """Nothing, or a preview of 100 rows and 8 columns."""
    if payload == "empty":
        return CommandResult(response=None)
    columns = [
        pb.PreviewTableResponse.Column(name=f"column_{number}", values=[f"value {row}" for row in range(100)])
        for number in range(8)
    ]
    return CommandResult(response=pb.PreviewTableResponse(columns=columns, row_count=100))


def asked() -> pb.PreviewTableCommand:
    """The command that is sent."""
    return pb.PreviewTableCommand(path=["main", "b"], table_name="orders")


class Ready:
    """A driver whose answer is made already: what is measured is the way to it."""

    backend = "ready"
    capabilities = StorageCapabilities(
        commands=frozenset({"PreviewTable"}), identifiers=IdentifierRules(max_length=128)
    )

    def __init__(self, payload: str) -> None:
        self._answer = answer(payload)

    def run_command(
        self, credentials: Any, command: Any, features: tuple[str, ...] = (), runtime_options: Any = None
    ) -> CommandResult:
        """The same each time."""
        _ = credentials, command, features, runtime_options
        return self._answer

    def close(self) -> None:
        """There is nothing to close."""


def serve(side: str, payload: str) -> None:
    """Serve until standard input ends; prints the port, and the CPU seconds since the last line that was read."""
    raw = response_message(answer(payload)).SerializeToString()
    stop: Callable[[], object]
    if side == "bare grpc":
        port, stop = _bare_grpc(raw)
    elif side == "bare http":
        port, stop = _bare_http(raw)
    else:
        port, stop = _ours(side, payload)
    print(port, flush=True)
    began = _cpu()
    for _ in sys.stdin:
        print(_cpu() - began, flush=True)
        began = _cpu()
    stop()


def _ours(side: str, payload: str) -> tuple[int, Callable[[], object]]:
    from understudy.providers.storage.service.dispatch import StorageService
    from understudy.providers.storage.service.options import Address
    from understudy.providers.storage.service.server import StorageServer

    anywhere = Address("127.0.0.1", 0)
    server = StorageServer(
        StorageService({"ready": Ready(payload)}),
        grpc=anywhere if side == "grpc" else None,
        http=anywhere if side == "http" else None,
    )
    server.start()
    address = server.grpc_address or server.http_address
    return address.port if address else 0, lambda: server.drain(0)


def _bare_grpc(raw: bytes) -> tuple[int, Callable[[], object]]:
    from concurrent.futures import ThreadPoolExecutor

    handler: Any = grpc.unary_unary_rpc_method_handler(lambda _request, _context: raw)
    service, _, method = _METHOD.lstrip("/").partition("/")
    server = grpc.server(ThreadPoolExecutor(16))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return port, lambda: server.stop(0).wait()


def _bare_http(raw: bytes) -> tuple[int, Callable[[], object]]:
    from aiohttp import web

    from understudy.providers.portal import Portal

    async def start() -> int:
        async def handle(request: web.BaseRequest) -> web.Response:
            await request.read()
            return web.Response(body=raw)

        runner = web.ServerRunner(web.Server(handle))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    portal = Portal("bare")
    return portal.run(start()), portal.close


def client_of(side: str, port: int) -> tuple[Callable[[], object], Callable[[], object]]:
    """What makes one call, and what ends the client."""
    command, nobody = asked(), StorageCredentials()
    raw = request_message(nobody, command).SerializeToString()
    if side == "bare grpc":
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        execute: Any = channel.unary_unary(_METHOD)
        return lambda: execute(raw, timeout=60), channel.close
    if side == "bare http":
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def post() -> bytes:
            connection.request("POST", "/v1/execute", raw)
            return connection.getresponse().read()

        return post, connection.close
    if side == "grpc":
        from understudy.providers.storage.service.grpc_client import GrpcDriverClient

        over_grpc = GrpcDriverClient(f"127.0.0.1:{port}")
        return lambda: over_grpc.run_command(nobody, command), over_grpc.close
    from understudy.providers.storage.service.http_client import HttpDriverClient

    over_http = HttpDriverClient(f"http://127.0.0.1:{port}")
    return lambda: over_http.run_command(nobody, command), over_http.close


class Pair:
    """A server in a process of its own, and its client here."""

    def __init__(self, side: str, payload: str) -> None:
        line = [sys.executable, str(Path(__file__).resolve()), "--serve", side, payload]
        self._server = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._call, self._close = client_of(side, int(self._told()))
        self.measure(_WARMING)

    def measure(self, calls: int) -> float:
        """CPU seconds of both for one call."""
        self._server_cpu()
        began = _cpu()
        for _ in range(calls):
            self._call()
        return (_cpu() - began + self._server_cpu()) / calls

    def close(self) -> None:
        """End both."""
        self._close()
        self._server.communicate()

    def _server_cpu(self) -> float:
        if self._server.stdin is not None:
            self._server.stdin.write("\n")
            self._server.stdin.flush()
        return float(self._told())

    def _told(self) -> str:
        return "" if self._server.stdout is None else self._server.stdout.readline()


def measure(rounds: int, calls: int) -> dict[str, list[float]]:
    """All sides in turns."""
    figures: dict[str, list[float]] = {}
    for payload in PAYLOADS:
        pairs = {side: Pair(side, payload) for side in SIDES}
        for _ in range(rounds):
            for side in random.sample(SIDES, len(SIDES)):
                figures.setdefault(f"{payload} {side}", []).append(pairs[side].measure(calls))
        for pair in pairs.values():
            pair.close()
    return figures


def report(figures: dict[str, list[float]]) -> None:
    """Print the medians and their ratios to the bare ones."""
    print(f"{'answer':8}{'way':6}{'bare CPU':>12}{'our CPU':>12}{'ratio':>8}  budget")
    for payload in PAYLOADS:
        for way, budget in (("grpc", f"<= {BUDGET} x"), ("http", "")):
            bare, ours = (statistics.median(figures[f"{payload} {side}"]) for side in (f"bare {way}", way))
            print(f"{payload:8}{way:6}{bare * 1e6:>9.0f} us{ours * 1e6:>9.0f} us{ours / bare:>8.2f}  {budget}")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure in turns, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default 5)")
    parser.add_argument("--calls", type=int, default=1000, help="calls each time (default 1000)")
    parser.add_argument("--json", type=Path, help="write all figures into this file too")
    parser.add_argument("--serve", nargs=2, metavar=("SIDE", "ANSWER"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(*chosen.serve)
        return
    figures = measure(chosen.rounds, chosen.calls)
    report(figures)
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
