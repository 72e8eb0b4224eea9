"""``understudy storage serve`` as its users start it: a process of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading

import pytest
import trustme

from understudy.config.models.http import RetrySettings
from understudy.domain.secrets import Secret
from understudy.domain.storage_errors import StorageConnectionError
from understudy.providers.storage.protocol import storage_pb2 as pb
from understudy.providers.storage.service.grpc_client import GrpcDriverClient
from understudy.providers.storage.service.http_client import HttpDriverClient
from understudy.providers.storage.service.options import ClientTls

TOKEN = Secret("a-token-of-these-tests")
PATIENCE = 60
ANYWHERE = "0.0.0.0"  # noqa: S104 - what must be refused
SLOWLY = """
import sys, time
from pathlib import Path
from understudy.cli.main import main
from understudy.providers.storage.duckdb.backend import DuckDbBackend

def connect(self, credentials, at_once=DuckDbBackend.connect):
    print("began", file=sys.stderr, flush=True)
    while not Path("go").exists():
        time.sleep(0.01)
    return at_once(self, credentials)

DuckDbBackend.connect = connect
main()
"""


@pytest.fixture
def served(tmp_path):
    """``with served(options…) as (process, grpc address, http URL)``."""
    (tmp_path / "settings.yaml").write_text(
        "production: false\nstorage: {duckdb: {database: data.duckdb}, instances: {duckdb: {pretend: {use: mock}}}}\n"
    )
    (tmp_path / "tokens").write_text(f"{TOKEN.reveal()}\n")

    @contextlib.contextmanager
    def start(*words, program=("-m", "understudy")):
        line = [sys.executable, *program, "storage", "serve", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        with subprocess.Popen(
            [*line, "--token-file", "tokens", *words],
            cwd=tmp_path,
            env={**os.environ, "UNDERSTUDY_PROFILE": "", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                ready = process.stdout.readline()
                found = re.fullmatch(r"ready grpc=(127\.0\.0\.1:\d+) http=(https?://127\.0\.0\.1:\d+)\n", ready)
                assert found, (ready, process.poll() and process.stderr.read())
                yield process, found[1], found[2]
            finally:
                process.kill()

    return start


def make_bucket(client, name):
    made = client.run_command(None, pb.CreateBucketCommand(bucket_id=name, is_default_branch=True)).response
    return made.bucket_object_name


@pytest.mark.slow
def test_both_clients_work_on_one_storage_by_a_token(served):
    with served() as (_, grpc, http):
        with GrpcDriverClient(grpc, token=TOKEN) as one, HttpDriverClient(http, token=TOKEN) as other:
            assert one.backend == other.backend == "duckdb"
            bucket = make_bucket(one, "in.c-main")
            assert bucket in other.run_command(None, pb.ListSchemasCommand()).response.schemas
        stranger = GrpcDriverClient(grpc, token=Secret("another-token-altogether"))
        with stranger, pytest.raises(StorageConnectionError):
            stranger.run_command(None, pb.ListSchemasCommand())


@pytest.mark.slow
def test_several_backends_are_served_and_the_first_is_the_default(served):
    with (
        served("-b", "pretend", "-b", "duckdb") as (_, _, http),
        HttpDriverClient(http, token=TOKEN) as first,
        HttpDriverClient(http, "duckdb", token=TOKEN) as second,
    ):
        assert first.backend == "pretend"
        bucket = make_bucket(second, "only-there")
        assert bucket not in first.run_command(None, pb.ListSchemasCommand()).response.schemas


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("way", ["grpc", "http"])
def test_a_signal_in_the_middle_of_a_command_lets_it_end_and_the_exit_status_is_0(served, tmp_path, number, way):
    (tmp_path / "slowly.py").write_text(SLOWLY)
    answers = []
    with served(program=("slowly.py",)) as (process, grpc, http):
        client = GrpcDriverClient(grpc, token=TOKEN) if way == "grpc" else HttpDriverClient(http, token=TOKEN)
        with client:
            running = threading.Thread(target=lambda: answers.append(make_bucket(client, "slow")))
            running.start()
            assert process.stderr.readline() == "began\n"
            process.send_signal(number)
            assert process.stderr.readline().startswith("Ending")
            (tmp_path / "go").touch()
            assert process.wait(PATIENCE) == 0
            running.join(PATIENCE)
    assert answers == ["slow"]


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ((), 2, "--grpc HOST:PORT, --http HOST:PORT or both"),
        (("--http", "nowhere"), 2, "--http: 'nowhere' is no address"),
        (("--http", "127.0.0.1:0", "--tls-cert", "a.pem"), 2, "--tls-cert and --tls-key go together"),
        (("--http", "127.0.0.1:0", "--client-ca", "a.pem"), 2, "--client-ca needs"),
        (("--http", f"{ANYWHERE}:0"), 3, "no TLS"),
        (("--http", "127.0.0.1:0", "--token-file", "absent"), 3, "absent"),
        (("--http", "127.0.0.1:0", "--tls-cert", "a.pem", "--tls-key", "b.pem"), 3, "No such file"),
        (("--http", "127.0.0.1:0", "--backend", "duckbd"), 4, "duckdb"),
    ],
)
def test_what_cannot_be_served_is_told_with_the_exit_status_of_its_kind(run, words, status, told):
    done = run("serve", *words)
    assert (done.exit_code, told in done.stderr) == (status, True), done.output
    assert "ready" not in done.stdout


def test_a_taken_port_is_told(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--http", f"127.0.0.1:{taken.getsockname()[1]}")
    assert (done.exit_code, "cannot be listened on" in done.stderr) == (1, True)


@pytest.mark.slow
def test_over_tls_a_client_with_a_certificate_is_let_in_and_one_without_is_not(served, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name in ("127.0.0.1", "client"):
        issued = authority.issue_cert(name)
        issued.private_key_pem.write_to_path(str(tmp_path / f"{name}.key"))
        issued.cert_chain_pems[0].write_to_path(str(tmp_path / f"{name}.pem"))
    words = ("--tls-cert", "127.0.0.1.pem", "--tls-key", "127.0.0.1.key", "--client-ca", "ca.pem")
    ca, own = tmp_path / "ca.pem", {"certificate": tmp_path / "client.pem", "key": tmp_path / "client.key"}
    with served(*words) as (_, grpc, http):
        assert http.startswith("https://")
        with GrpcDriverClient(grpc, token=TOKEN, tls=ClientTls(authority=ca, **own)) as known:
            assert known.backend == "duckdb"
        unknown = GrpcDriverClient(grpc, token=TOKEN, tls=ClientTls(authority=ca), retry=RetrySettings(max_retries=0))
        with unknown, pytest.raises(StorageConnectionError):
            unknown.run_command(None, pb.ListSchemasCommand())
